/** The offline store's tool: `npm run features -- export`, `npm run features -- training-set`. */
import { type Command, parseCommand, USAGE, UsageError } from './features/arguments.ts';
import { exportLog } from './features/export.ts';
import { findLog, type UnreadableLines } from './features/log-lines.ts';
import { produce } from './features/output.ts';
import { ScratchDatabase } from './features/scratch-database.ts';
import { writeTrainingSet } from './features/training-set.ts';

/** A signal cut the command short. */
class InterruptedError extends Error {
  readonly exitCode: number;

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`Ended by ${signal}; nothing was written.`);
    this.exitCode = signal === 'SIGINT' ? 130 : 143;
  }
}

/** Does what the command says and returns the one line that sums it up. */
async function run(command: Command, signal: AbortSignal): Promise<string> {
  const files = await findLog(command.logDir);
  return produce(command.out, async (path, workDir) => {
    const database = await ScratchDatabase.open(workDir, signal);
    try {
      if (command.name === 'export') {
        const { rows, days, purged, repeated, unreadable } = await exportLog(database, files, path);
        warnOf(unreadable);
        return `${command.out}: ${rows} predictions of ${days} ${days === 1 ? 'day' : 'days'}; left out: ${purged} of purged tweets, ${repeated} repeated`;
      }
      const { unreadable, ...set } = await writeTrainingSet(database, files, command, path);
      warnOf(unreadable);
      return `${command.out}: ${set.labels} labels, ${set.withFeatures} of them with features`;
    } finally {
      database.close();
    }
  });
}

function warnOf(unreadable: readonly UnreadableLines[]): void {
  for (const { file, lines } of unreadable) {
    console.error(`${file}: ${lines} lines left out that hold no record, as after a crash`);
  }
}

function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // A second one ends the process at once.
    process.once(signal, () => controller.abort(new InterruptedError(signal)));
  }
  return controller.signal;
}

/** 2 for wrong usage, 128 and its number for a signal, 1 for everything else. */
function exitCodeOf(error: unknown): number {
  if (error instanceof InterruptedError) return error.exitCode;
  return error instanceof UsageError ? 2 : 1;
}

try {
  const command = parseCommand(process.argv.slice(2), process.env.PREDICTION_LOG_DIR);
  console.log(command === 'help' ? USAGE : await run(command, abortOnSignals()));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  console.error(error instanceof UsageError ? `${message}\n\n${USAGE}` : message);
  process.exitCode = exitCodeOf(error);
}
