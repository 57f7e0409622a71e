/** Shows how a stage is: the dashboard's figures and the state of its alarms. */
import { parseArgs } from 'node:util';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { STAGES, type Stage } from '../service/contract/deployment.ts';
import { readStatus } from './status/read-status.ts';
import { renderStatus } from './status/render.ts';

const USAGE = `Usage: npm run status -- --stage ${STAGES.join('|')} [--hours N] [--json]

Prints the figures of the stage's dashboard over the last N hours (3), and its alarms. Region and
credentials are found as by every AWS tool. --json prints all values.

Exit status: 0 all well, 1 an alarm is firing, 2 the status could not be read.
`;

const FIRING = 1;
const NOT_READ = 2;

function stopWith(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(NOT_READ);
}

function readArguments(): { stage: Stage; hours: number; json: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        stage: { type: 'string' },
        hours: { type: 'string', default: '3' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(USAGE);
      process.exit(0);
    }
    const stage = STAGES.find((name) => name === values.stage);
    if (!stage) stopWith(`--stage is ${values.stage ?? 'missing'}; use ${STAGES.join(' or ')}.`);
    const hours = Number(values.hours);
    if (!(hours >= 1 && hours <= 360)) {
      stopWith(`--hours ${values.hours} is not allowed; use a number from 1 to 360.`);
    }
    return { stage, hours, json: values.json };
  } catch (error) {
    stopWith(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}

const { stage, hours, json } = readArguments();
const client = new CloudWatchClient({});
try {
  const status = await readStatus(client, { stage, hours, now: new Date() });
  process.stdout.write(json ? `${JSON.stringify(status, null, 2)}\n` : renderStatus(status));
  if (status.alarms.some(({ state }) => state === 'ALARM')) process.exitCode = FIRING;
} catch (error) {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  stopWith(
    `CloudWatch could not be read. ${reason}\nCheck the region (AWS_REGION) and the credentials, and that the stage is deployed there.`,
  );
}
