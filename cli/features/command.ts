import { Command, Option } from '@commander-js/extra-typings';
import { LABEL_ENTITIES, type LabelEntity } from '../../service/contract/offline.ts';
import { httpUrl, integer } from '../kit/arguments.ts';
import { predictionLogDir, serviceUrl } from '../kit/environment.ts';
import { UsageError } from '../kit/errors.ts';
import { helpText } from '../kit/help.ts';
import { type Interruption, interruptible } from '../kit/interruptible.ts';

const INTERRUPTION: Interruption = { kept: 'Stopped; nothing was written.', cleansUp: true };
/** Comparing one takes Redis about 0.1 ms, mending one 0.2 ms: a tenth to a fifth of its time. */
const DEFAULT_RATE = 1_000;
const HIGHEST_RATE = 1_000_000;
const DEFAULT_STATE_FILE = '.rebuild-state.json';
/** Storing one takes Redis about 0.2 ms: a tenth of its time. */
const LOAD_RATE = 500;
const LOAD_STATE_FILE = '.load-state.json';
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
const ENTITIES = Object.keys(LABEL_ENTITIES) as LabelEntity[];
const AS_OF = ['created', 'event'] as const;

export function featuresCommand() {
  return new Command('features')
    .description(
      'Export the prediction log, make training sets, load scored rows and mend aggregates.',
    )
    .addCommand(exportCommand())
    .addCommand(trainingSetCommand())
    .addCommand(loadCommand())
    .addCommand(rebuildCommand())
    .addHelpText(
      'after',
      helpText([
        'tss features export --out exports/november',
        'tss features training-set --labels labels.csv --out train.parquet',
        'tss features load scored.parquet',
        'tss features rebuild --dry-run',
      ]),
    );
}

function exportCommand() {
  return new Command('export')
    .description(
      'Write the prediction log as Parquet, a folder per day: DIR/scored_date=yyyy-MM-dd/.',
    )
    .requiredOption('--out <DIR>', 'folder to write; it must not exist yet')
    .option('--log <DIR>', 'folder of the prediction log (default: PREDICTION_LOG_DIR)')
    .addHelpText(
      'after',
      helpText(['tss features export --out exports/november --log predictions']),
    )
    .action(
      interruptible(INTERRUPTION, async (signal, { out, log }) => {
        const { exportFeatures } = await import('./write-features.ts');
        console.log(await exportFeatures({ out, logDir: logDirOf(log) }, signal));
      }),
    );
}

function trainingSetCommand() {
  return new Command('training-set')
    .description('Write labels, each with the newest prediction it may see, as one Parquet file.')
    .requiredOption(
      '--labels <FILE>',
      'CSV with the header entity,event_timestamp,label; a time is ISO 8601 with its zone ' +
        '(2026-11-23T10:00:00+01:00) or in milliseconds since 1970',
    )
    .requiredOption('--out <FILE>', 'file to write; it must not exist yet')
    .option('--log <DIR>', 'folder of the prediction log (default: PREDICTION_LOG_DIR)')
    .option('--bulk <DIR>', 'folder of bulk results, which labels see by the time of their scores')
    .addOption(
      new Option('--entity <KIND>', 'kind of the ids in the column entity')
        .choices(ENTITIES)
        .default('tweet' satisfies LabelEntity as LabelEntity),
    )
    .addOption(
      new Option(
        '--as-of <RULE>',
        'created: a label sees what was scored by its time; event: also what was scored later, ' +
          'of tweets made by then, for backfills',
      )
        .choices(AS_OF)
        .default('created' as const),
    )
    .addHelpText(
      'after',
      helpText([
        'tss features training-set --labels labels.csv --out train.parquet --log predictions',
        'tss features training-set --labels users.csv --entity user --as-of event --out t.parquet',
        'tss features training-set --labels labels.csv --bulk results --out train.parquet',
      ]),
    )
    .action(
      interruptible(INTERRUPTION, async (signal, { log, ...options }) => {
        const { makeTrainingSet } = await import('./write-features.ts');
        console.log(await makeTrainingSet({ ...options, logDir: logDirOf(log) }, signal));
      }),
    );
}

function rebuildCommand() {
  return new Command('rebuild')
    .summary('Mend aggregates of users and topics that the feature store has lost.')
    .description(
      'Compare the aggregates of users and topics of a running service with the tweets that it ' +
        'stores, and mend what differs: after evictions, a failover that lost writes, or deleted ' +
        'keys. The service may be used meanwhile, and the command repeated.',
    )
    .option('--url <URL>', 'address of the service (default: from HOST and PORT)', httpUrl('--url'))
    .option(
      '--rate <N>',
      'compare at most N rows, indexes, users and topics a second',
      integer('--rate', 1, HIGHEST_RATE),
      DEFAULT_RATE,
    )
    .option(
      '--dry-run',
      'report what differs, change nothing, and exit 1 if anything differs',
      false,
    )
    .option('--restart', 'start at the beginning, also after an interrupted run', false)
    .option('--state <FILE>', 'file that keeps unfinished work', DEFAULT_STATE_FILE)
    .addHelpText(
      'after',
      helpText(
        ['tss features rebuild --dry-run', 'tss features rebuild --rate 200'],
        'Ctrl-C stops; the same command continues where it stopped.',
        'Variables, also read from .env: ADMIN_TOKEN, as the service was started with.',
      ),
    )
    .action(
      interruptible(
        { kept: 'Stopped; run the same command to continue.', cleansUp: true },
        async (signal, { url, rate, dryRun, restart, state }) => {
          const { rebuildFeatures } = await import('./rebuild.ts');
          await rebuildFeatures(
            {
              url: url ?? serviceUrl(),
              rate,
              stateFile: state,
              isDryRun: dryRun,
              restarts: restart,
            },
            signal,
          );
        },
      ),
    );
}

function loadCommand() {
  return new Command('load')
    .summary('Store scored rows, as tss score writes them, in a running service.')
    .description(
      'Store tweets with the scores of a file, as tss score writes it, in the feature store of a ' +
        'running service: as if the service had scored them. The service may be used meanwhile, and ' +
        'the command repeated.',
    )
    .argument('<FILE>', 'Parquet, CSV with a header or JSON Lines, the latter two also as .gz')
    .option('--url <URL>', 'address of the service (default: from HOST and PORT)', httpUrl('--url'))
    .option(
      '--rate <N>',
      'store at most N rows a second',
      integer('--rate', 1, HIGHEST_RATE),
      LOAD_RATE,
    )
    .option('--prefix <PREFIX>', 'as given to tss score', '')
    .option(
      '--scored-at <TIME>',
      'when rows without scored_at were scored, such as 2026-11-23T10:00:00Z (default: when the ' +
        'file was written)',
      isoTime,
    )
    .option('--restart', 'start at the beginning, also after an interrupted run', false)
    .option('--state <FILE>', 'file that keeps unfinished work', LOAD_STATE_FILE)
    .addHelpText(
      'after',
      helpText(
        [
          'tss features load scored.parquet',
          'tss features load scored.csv --rate 100 --url https://api.example.com',
        ],
        'A row needs a tweet id (tweet_id or id), the scores, model_name and model_revision. Author id,\n' +
          'username, created_at and text are used where they are there. A row that lacks what it needs is\n' +
          'reported by its line and left out.',
        'Rows of another model revision keep it: they count in aggregates, and are answers only to a\n' +
          'service with that model.',
        'Ctrl-C stops; the same command continues where it stopped.',
        'Variables, also read from .env: ADMIN_TOKEN, as the service was started with.',
      ),
    )
    .action(
      interruptible(
        { kept: 'Stopped; run the same command to continue.', cleansUp: true },
        async (signal, file, { url, restart, state, ...options }) => {
          const { loadScoredRows } = await import('./load/load.ts');
          await loadScoredRows(
            { ...options, file, url: url ?? serviceUrl(), restarts: restart, stateFile: state },
            signal,
          );
        },
      ),
    );
}

function isoTime(text: string): string {
  if (ISO_TIME.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new UsageError(
    `--scored-at must be like 2026-11-23T10:00:00Z, with its zone, got '${text}'`,
  );
}

/** @throws UsageError */
function logDirOf(given: string | undefined): string {
  const dir = given ?? predictionLogDir();
  if (dir !== undefined) return dir;
  throw new UsageError('--log is missing, and PREDICTION_LOG_DIR is not set');
}
