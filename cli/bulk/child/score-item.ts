import { isDeepStrictEqual } from 'node:util';
import { ENVIRONMENT } from '../../../service/contract/variables.ts';
import type { OnnxSentimentModel } from '../../../service/inference/onnx-sentiment-model.ts';
import { CliError } from '../../kit/errors.ts';
import { RESULTS_VERSION } from '../../score/results-version.ts';
import { scoredChunks } from '../../score/scored-chunks.ts';
import { Scorer } from '../../score/scorer.ts';
import {
  type Item,
  locationUrl,
  MAX_KEY_BYTES,
  type ModelValues,
  parseLocation,
  parseRange,
  parseReport,
  type Report,
  resultKeys,
  type S3Location,
} from '../contract.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';
import { openItem } from './open-item.ts';
import { ResultFile } from './result-file.ts';
import { type ItemCounts, ResultRows } from './result-rows.ts';
import { untilAborted } from './until-aborted.ts';

export interface ItemTask extends Item {
  /** Prefix of the results. */
  readonly output: S3Location;
  /** Prefix of the reports. */
  readonly reports: S3Location;
  readonly textColumn?: string;
  readonly idColumn?: string;
}

export type ItemModel = Pick<OnnxSentimentModel, 'certainMargin' | 'languages' | 'predict'>;

export interface ItemContext {
  readonly store: ObjectStore;
  readonly model: {
    readonly name: string;
    readonly revision: string;
    readonly values: ModelValues;
  };
  /** Called when there is something to score. */
  readonly startModel: () => Promise<ItemModel>;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

export interface ItemEnd {
  readonly report: Report;
  /** An earlier task has scored the item. */
  readonly wasDone: boolean;
}

/**
 * Scores an item: writes its result, then its report. Repeated, at any time and also beside another
 * task of the same item, it leaves the same rows.
 *
 * @throws CliError; the signal's reason once it is aborted
 */
export async function scoreItem(task: ItemTask, context: ItemContext): Promise<ItemEnd> {
  const { store, model } = context;
  const { result, report: reportAt } = placesOf(task, model);
  const input = parseLocation(task.input);
  const object = input && (await store.find(input));
  if (!object) throw new CliError(`${task.input} does not exist; check the item's input`);
  const earlier = await earlierReport(store, reportAt, task);
  if (
    earlier &&
    isOf(earlier, task, object, model.values) &&
    earlier.output_etag === (await store.find(result))?.etag
  )
    return { report: earlier, wasDone: true };
  const startedAt = context.now();
  const { counts, etag } = await writeResult(task, object, result, context);
  const finishedAt = context.now();
  const report: Report = {
    ...itemOf(task),
    etag: object.etag,
    ...optionsOf(task),
    ...counts,
    seconds: (finishedAt.getTime() - startedAt.getTime()) / 1000,
    finished_at: finishedAt.toISOString(),
    model_name: model.name,
    model_revision: model.revision,
    model_values: model.values,
    output: locationUrl(result),
    output_etag: etag,
    results_version: RESULTS_VERSION,
  };
  await store.write(reportAt, once(Buffer.from(`${JSON.stringify(report)}\n`)));
  return { report, wasDone: false };
}

async function writeResult(
  task: ItemTask,
  object: StoredObject,
  result: S3Location,
  { store, model, startModel, now, signal }: ItemContext,
): Promise<{ readonly counts: ItemCounts; readonly etag: string }> {
  const range = task.range === undefined ? undefined : parseRange(task.range);
  const texts = await openItem({ store, object, range, textColumn: task.textColumn });
  const engine = await startModel();
  const maxCharacters = ENVIRONMENT.MAX_TEXT_CHARACTERS.default;
  const chunks = scoredChunks(texts.records, new Scorer({ model: engine, maxCharacters }));
  const file = new ResultFile({ input: task.input, ...modelMetadata(model) });
  const rows = new ResultRows({ task, texts, certainMargin: engine.certainMargin });
  async function* content(): AsyncGenerator<Uint8Array> {
    for await (const chunk of untilAborted(chunks, signal)) {
      const scoredAt = now();
      for (const text of chunk.texts) {
        const row = rows.next(text, scoredAt);
        const bytes = row ? file.add(row) : NO_BYTES;
        if (bytes.length > 0) yield bytes;
      }
    }
    rows.expectNamed();
    yield file.finish();
  }
  const etag = await store.write(result, content());
  return { counts: rows.counts(), etag };
}

const NO_BYTES = new Uint8Array();

function modelMetadata({ name, revision }: ItemContext['model']): Record<string, string> {
  return { model_name: name, model_revision: revision };
}

/** @throws CliError when a key would be too long */
function placesOf(
  task: ItemTask,
  model: ItemContext['model'],
): { readonly result: S3Location; readonly report: S3Location } {
  const prefixes = { output: task.output.key, reports: task.reports.key };
  const keys = resultKeys(task, prefixes, model);
  for (const key of [keys.output, keys.report]) {
    const bytes = Buffer.byteLength(key);
    if (bytes <= MAX_KEY_BYTES) continue;
    throw new CliError(
      `${task.input} needs the key '${key}' of ${bytes} bytes, and S3 allows ${MAX_KEY_BYTES}; give ` +
        'the object a shorter key',
    );
  }
  return {
    result: { bucket: task.output.bucket, key: keys.output },
    report: { bucket: task.reports.bucket, key: keys.report },
  };
}

/** @throws CliError when the report's key is that of another object */
async function earlierReport(
  store: ObjectStore,
  location: S3Location,
  task: ItemTask,
): Promise<Report | undefined> {
  const found = await store.find(location);
  if (!found) return undefined;
  const report = parseReport(String(await store.read(found, 0, found.bytes)));
  if (report && report.input !== task.input) {
    throw new CliError(
      `${locationUrl(location)} is the report of ${report.input}, whose results ${task.input} would ` +
        'replace; give another --output and --reports',
    );
  }
  return report;
}

/** True for a report of the same content, options, values of the model and version of the results. */
function isOf(
  report: Report,
  task: ItemTask,
  object: StoredObject,
  modelValues: ModelValues,
): boolean {
  const { textColumn, idColumn } = task;
  return (
    report.etag === object.etag &&
    report.range === task.range &&
    report.text_column === textColumn &&
    report.id_column === idColumn &&
    report.results_version === RESULTS_VERSION &&
    isDeepStrictEqual(report.model_values, modelValues)
  );
}

function itemOf({ input, range }: ItemTask): Item {
  return { input, ...(range !== undefined && { range }) };
}

function optionsOf({ textColumn, idColumn }: ItemTask): Pick<Report, 'text_column' | 'id_column'> {
  return {
    ...(textColumn !== undefined && { text_column: textColumn }),
    ...(idColumn !== undefined && { id_column: idColumn }),
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
