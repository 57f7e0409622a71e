import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { Type } from 'typebox';
import { Check } from 'typebox/value';
import { warn } from '../kit/printable.ts';
import type { Layout } from './formats/format.ts';

const Count = Type.Integer({ minimum: 0 });

/** Progress of a run. */
const Progress = Type.Object({
  next: Type.Object({ bytes: Count, lines: Count }),
  layout: Type.Unsafe<Layout>(Type.Object({ header: Type.String() })),
  counts: Type.Object({
    negative: Count,
    neutral: Count,
    positive: Count,
    /** Of the texts scored: those in languages that the model does not read. */
    otherLanguages: Count,
    leftOut: Count,
  }),
});
export type Progress = Readonly<Type.Static<typeof Progress>>;

const State = Type.Object({
  /** Input, model and options of the run. */
  run: Type.String(),
  /** Bytes of the output that belong to the progress. */
  bytes: Count,
  progress: Progress,
});
export type State = Readonly<Type.Static<typeof State>>;

/** Name of an output until it is whole. */
export function partialOf(name: string): string {
  return `${name}.partial`;
}

/** Name of the file with the state of an unfinished run. */
export function stateOf(name: string): string {
  return `${name}.partial.state`;
}

/** Replaces the state as a whole. */
export async function writeState(name: string, state: State): Promise<void> {
  const next = `${stateOf(name)}.new`;
  await writeFile(next, JSON.stringify(state));
  await rename(next, stateOf(name));
}

/**
 * The state of an unfinished run of the same kind; undefined when there is none to continue.
 *
 * @param run undefined for one that cannot be continued
 * @throws Error when it cannot be read
 */
export async function earlierState(
  name: string,
  run: string | undefined,
): Promise<State | undefined> {
  const content = await unlessMissing(readFile(stateOf(name), 'utf8'));
  const partial = await unlessMissing(stat(partialOf(name)));
  const state = content === undefined ? undefined : parsed(content);
  if (partial === undefined || !Check(State, state) || partial.size < state.bytes) return undefined;
  // A header without records: lines that follow would begin with the header's own.
  if (state.progress.next.bytes === 0) return undefined;
  if (state.run === run) return state;
  warn(
    `${partialOf(name)} is of another input, model or option, or of another version of tss: it is replaced`,
  );
  return undefined;
}

async function unlessMissing<Value>(read: Promise<Value>): Promise<Value | undefined> {
  try {
    return await read;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
