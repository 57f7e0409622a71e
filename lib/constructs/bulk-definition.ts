import { BULK_FOLDERS } from '../stage-config/bulk.ts';

/** Name of the container, which the overrides of a task name. */
export const BULK_CONTAINER = 'score';
/** Label of the map run, a part of the ARNs of its executions. */
export const MAP_LABEL = 'Items';

const ONE_TASK_SECONDS = 12 * 3_600;
const ONE_RUN_SECONDS = 7 * 24 * 3_600;

/** Values that differ between stages, without names that CloudFormation replaces: `${Cluster}`. */
export interface BulkDefinitionOptions {
  /** `aws` in most regions. */
  readonly partition: string;
  /** Subnets are `${Subnet1}`, `${Subnet2}` ... */
  readonly subnets: number;
  readonly publicAddress: boolean;
}

/** Faults of ECS that pass: its limits of calls, and no capacity at the moment. */
const PASSING = [
  'ECS.ThrottlingException',
  'ECS.ServerException',
  'ECS.AmazonECSException',
  'AmazonECS.Unknown',
];

/** The argument list of a task. JSONata, as `$append` is the only way to leave arguments out. */
const COMMAND = `{% (
  $of := $states.input.of;
  $item := $states.input.item;
  $option := function($name, $value) { $exists($value) ? [$name, $value] : [] };
  ['node', 'dist/score-object.js', '--input', $item.input]
    ~> $append($option('--range', $item.range))
    ~> $append(['--output', $of.output, '--reports', $of.reports])
    ~> $append($option('--text-column', $of.textColumn))
    ~> $append($option('--id-column', $of.idColumn))
) %}`.replaceAll(/\s*\n\s*/g, ' ');

/** Fails the state when a container did not end with 0, in case ECS has not. */
const ENDED_WELL = `{% (
  $codes := $states.result.Containers.ExitCode[$ != 0];
  $exists($codes) ? $error('the task ended with the exit code ' & $string($codes)) : {}
) %}`.replaceAll(/\s*\n\s*/g, ' ');

/**
 * The state machine of a run, in Amazon States Language. Each item runs on Spot; if its task is lost
 * or fails, again on Spot, then on demand. That last state has no way out but success: a redrive
 * starts it again.
 */
export function bulkDefinition(options: BulkDefinitionOptions) {
  const { partition } = options;
  return {
    Comment: 'Scores objects on S3, each by one task',
    TimeoutSeconds: ONE_RUN_SECONDS,
    StartAt: 'Score items',
    States: {
      'Score items': {
        Type: 'Map',
        Label: MAP_LABEL,
        ItemReader: {
          Resource: service(partition, 's3:getObject'),
          ReaderConfig: { InputType: 'JSON' },
          Parameters: { 'Bucket.$': '$.items.bucket', 'Key.$': '$.items.key' },
        },
        ItemSelector: { 'item.$': '$$.Map.Item.Value', 'of.$': '$' },
        MaxConcurrencyPath: '$.concurrency',
        ToleratedFailurePercentagePath: '$.toleratedFailurePercentage',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Score on Spot',
          States: {
            'Score on Spot': {
              ...runTask(options, 'FARGATE_SPOT'),
              Retry: [retryPassing(), { ErrorEquals: ['States.ALL'], MaxAttempts: 1 }],
              Catch: [
                {
                  ErrorEquals: ['States.ALL'],
                  Output: '{% $states.input %}',
                  Next: 'Score on demand',
                },
              ],
            },
            'Score on demand': { ...runTask(options, 'FARGATE'), Retry: [retryPassing()] },
          },
        },
        // Without it, the results of a run of thousands would not fit into a state's output.
        ResultWriter: {
          Resource: service(partition, 's3:putObject'),
          Parameters: {
            'Bucket.$': '$.items.bucket',
            'Prefix.$': `States.Format('${BULK_FOLDERS.runs}{}/outcome', $.run)`,
          },
        },
        End: true,
      },
    },
  };
}

/** A name that CloudFormation replaces. */
function replaced(name: string): string {
  return `\${${name}}`;
}

function service(partition: string, action: string): string {
  return `arn:${partition}:states:::${action}`;
}

function retryPassing() {
  return {
    ErrorEquals: PASSING,
    IntervalSeconds: 5,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    MaxAttempts: 5,
    JitterStrategy: 'FULL',
  };
}

function runTask(
  { partition, subnets, publicAddress }: BulkDefinitionOptions,
  capacityProvider: string,
) {
  return {
    Type: 'Task',
    QueryLanguage: 'JSONata',
    Resource: service(partition, 'ecs:runTask.sync'),
    TimeoutSeconds: ONE_TASK_SECONDS,
    Arguments: {
      Cluster: replaced('Cluster'),
      TaskDefinition: replaced('TaskDefinition'),
      CapacityProviderStrategy: [{ CapacityProvider: capacityProvider, Weight: 1 }],
      PropagateTags: 'TASK_DEFINITION',
      NetworkConfiguration: {
        AwsvpcConfiguration: {
          Subnets: Array.from({ length: subnets }, (_, index) => replaced(`Subnet${index + 1}`)),
          SecurityGroups: [replaced('SecurityGroup')],
          AssignPublicIp: publicAddress ? 'ENABLED' : 'DISABLED',
        },
      },
      Overrides: { ContainerOverrides: [{ Name: BULK_CONTAINER, Command: COMMAND }] },
    },
    Output: ENDED_WELL,
    End: true,
  };
}
