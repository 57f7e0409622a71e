import { parseArgs } from 'node:util';
import { type AsOf, LABEL_ENTITIES, type LabelEntity } from '../../service/contract/offline.ts';

export const USAGE = `Usage: npm run features -- export --out DIR [--log DIR]
       npm run features -- training-set --labels FILE --out FILE [options] [--log DIR]

export writes the prediction log as Parquet, a folder for each day: DIR/scored_date=yyyy-MM-dd/.
training-set writes labels, each with the newest prediction it may see, as one Parquet file.

  --out PATH      what to write; it must not exist yet
  --log DIR       folder of the prediction log; default: PREDICTION_LOG_DIR
  --labels FILE   CSV with the header entity,event_timestamp,label; a time is ISO 8601 with its
                  zone (2026-11-23T10:00:00+01:00) or in milliseconds since 1970
  --entity KIND   what the entities are ids of: tweet (default) or user
  --as-of WHAT    created (default): a label sees what was scored by its time;
                  event: also what was scored later, of tweets made by then, for backfills
  --help          this text`;

/** The command line is wrong. */
export class UsageError extends Error {}

interface ExportCommand {
  readonly name: 'export';
  readonly logDir: string;
  readonly out: string;
}

export interface TrainingSetCommand {
  readonly name: 'training-set';
  readonly logDir: string;
  readonly out: string;
  readonly labels: string;
  readonly entity: LabelEntity;
  readonly asOf: AsOf;
}

export type Command = ExportCommand | TrainingSetCommand;

const COMMON = { out: { type: 'string' }, log: { type: 'string' } } as const;
const OPTIONS = {
  export: COMMON,
  'training-set': {
    ...COMMON,
    labels: { type: 'string' },
    entity: { type: 'string', default: 'tweet' },
    'as-of': { type: 'string', default: 'created' },
  },
} as const;

/** @throws UsageError */
export function parseCommand(
  [name, ...args]: readonly string[],
  defaultLogDir: string | undefined,
): Command | 'help' {
  if (name === '--help' || args.includes('--help')) return 'help';
  if (name === 'export') {
    const { out, log = defaultLogDir } = parse(args, OPTIONS.export);
    return { name, ...paths(out, log) };
  }
  if (name === 'training-set') {
    const { out, log = defaultLogDir, ...values } = parse(args, OPTIONS['training-set']);
    return {
      name,
      ...paths(out, log),
      labels: required('--labels', values.labels),
      entity: oneOf('--entity', values.entity, Object.keys(LABEL_ENTITIES) as LabelEntity[]),
      asOf: oneOf('--as-of', values['as-of'], ['created', 'event']),
    };
  }
  const problem = name === undefined ? 'a command is missing' : `"${name}" is no command`;
  throw new UsageError(`${problem}; use export or training-set`);
}

function parse<Options extends NonNullable<Parameters<typeof parseArgs>[0]>['options'] & object>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function paths(out: string | undefined, logDir: string | undefined) {
  if (logDir === undefined) {
    throw new UsageError('--log is missing, and PREDICTION_LOG_DIR is not set');
  }
  return { out: required('--out', out), logDir };
}

function required(option: string, value: string | undefined): string {
  if (value === undefined || value === '') throw new UsageError(`${option} is missing`);
  return value;
}

function oneOf<Value extends string>(
  option: string,
  value: string,
  values: readonly Value[],
): Value {
  const known = values.find((candidate) => candidate === value);
  if (known === undefined) {
    throw new UsageError(`${option} ${value} is not known; use ${values.join(' or ')}`);
  }
  return known;
}
