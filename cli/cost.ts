/** Estimates what a stage costs in a month. */
import { parseArgs } from 'node:util';
import { readStageConfig } from '../lib/stage-config.ts';
import { estimateCost, type Load } from './cost/estimate.ts';
import { renderEstimate } from './cost/render.ts';

/**
 * Two one-thread workers of the embedded model scored 374 tweets a second on a machine with AVX2
 * but without VNNI; docs/performance.md has other machines and models.
 */
const MEASURED_PER_VCPU = 187;

const USAGE = `Usage: npm run cost -- --stage dev|prod [--requests-per-day N] [--hit-rate H]
         [--predictions-per-second N] [-c KEY=VALUE]... [--json]

  --requests-per-day N        tweets asked for, 0 (default) for a stage at rest
  --hit-rate H                share answered from the feature store, 0 to 1 (0.5)
  --predictions-per-second N  what one vCPU scores (${MEASURED_PER_VCPU}, measured on the embedded model)
  -c KEY=VALUE                as for cdk: what the stage overrides, such as -c taskCpu=4096

Reads no account. Without -c certificateArn=..., prod is taken to have one; with a
-c xBearerTokenSecretArn=... each miss is a paid read at X.
`;

/** Stands for a certificate, which costs nothing. */
const ANY_CERTIFICATE = 'arn:aws:acm:us-east-1:000000000000:certificate/any';

function stopWith(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

function numberOf(name: string, written: string, most: number): number {
  const value = Number(written);
  if (written.trim() === '' || !(value >= 0 && value <= most)) {
    stopWith(`--${name} ${written} is not allowed; use a number from 0 to ${most}.`);
  }
  return value;
}

function contextOf(entries: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    entries.map((entry) => {
      const [key = '', ...value] = entry.split('=');
      if (value.length === 0) stopWith(`-c ${entry} is not allowed; use -c KEY=VALUE.`);
      return [key, value.join('=')];
    }),
  );
}

try {
  const { values } = parseArgs({
    options: {
      stage: { type: 'string' },
      'requests-per-day': { type: 'string', default: '0' },
      'hit-rate': { type: 'string', default: '0.5' },
      'predictions-per-second': { type: 'string', default: String(MEASURED_PER_VCPU) },
      context: { type: 'string', short: 'c', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
  } else {
    const context = contextOf(values.context);
    const certificate = 'domainName' in context ? {} : { certificateArn: ANY_CERTIFICATE };
    const config = readStageConfig({ ...certificate, ...context, stage: values.stage });
    const load: Load = {
      requestsPerDay: numberOf('requests-per-day', values['requests-per-day'], 1e12),
      hitRate: numberOf('hit-rate', values['hit-rate'], 1),
      predictionsPerSecondPerVcpu: numberOf(
        'predictions-per-second',
        values['predictions-per-second'],
        1e6,
      ),
    };
    const estimate = estimateCost(config, load);
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ stage: config.stage, load, ...estimate }, null, 2)}\n`
        : renderEstimate(config.stage, load, estimate),
    );
  }
} catch (error) {
  stopWith(error instanceof Error ? error.message : String(error));
}
