/** Requests that schemathesis makes from the OpenAPI document, valid ones and others. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { ServiceProcess } from '../helpers/service-process.ts';
import { ADMIN_TOKEN } from './tweets.ts';

const SCHEMATHESIS = resolve('.tools/http-clients/bin/schemathesis');
const API_KEY = 'key-of-the-fault-suite';
const SEED = 1;
const EXAMPLES = 5;
/** Ends a run that hangs. */
const TIMEOUT_MS = 600_000;

/** Rules that no schema of the document can state, such as the longest range of days. */
const NOT_STATED = ['positive_data_acceptance', 'negative_data_rejection'];

/** Runs schemathesis; resolves to the summary of its report, which names every failure, or to all it printed. */
async function attack(service: ServiceProcess, headers: readonly string[], phases: string) {
  const args = [
    ...['run', `${service.url}/openapi.json`, '--no-color', '--phases', phases],
    ...['--seed', `${SEED}`, '--max-examples', `${EXAMPLES}`],
    ...['--exclude-checks', NOT_STATED.join(), '--suppress-health-check', 'all'],
    ...headers.flatMap((header) => ['-H', header]),
  ];
  const options = { cwd: mkdtempSync(join(tmpdir(), 'schemathesis-')), maxBuffer: 2 ** 26 };
  const { stdout } = await promisify(execFile)(SCHEMATHESIS, args, options).catch(
    (error: { stdout?: string }) => ({ stdout: error.stdout || String(error) }),
  );
  return stdout.slice(Math.max(0, stdout.indexOf('= SUMMARY =')));
}

async function survives(headers: readonly string[], phases: string, environment = {}) {
  const service = await ServiceProcess.start({
    TWEET_SOURCE: 'fixture',
    SINGLE_DEADLINE_MS: '30000',
    BATCH_DEADLINE_MS: '60000',
    ...environment,
  });
  try {
    const summary = await attack(service, headers, phases);
    process.stdout.write(`${/[\d,]+ generated.*/.exec(summary)?.[0]}, seed ${SEED}\n`);
    expect(summary).toMatch(/[1-9][\d,]* generated/);
    expect(summary).not.toMatch(/Failures:|Errors:/);
    expect((await service.get('/readyz')).status).toBe(200);
  } finally {
    await service.stop();
  }
}

const isInstalled = existsSync(SCHEMATHESIS);
if (!isInstalled) {
  const reason = `${SCHEMATHESIS} is missing; script/test installs it`;
  process.stdout.write(`Skipped: schemathesis. ${reason}\n`);
}
(isInstalled ? describe : describe.skip)('the service', specify);

function specify(): void {
  it(
    'answers schemathesis as documented, without keys',
    () => survives([], 'examples,fuzzing'),
    TIMEOUT_MS,
  );

  it(
    'answers schemathesis as documented, with an API key and the admin token',
    () =>
      survives(
        [`X-API-Key: ${API_KEY}`, `Authorization: Bearer ${ADMIN_TOKEN}`],
        'examples,coverage,fuzzing',
        { API_KEYS: API_KEY, ADMIN_TOKEN },
      ),
    TIMEOUT_MS,
  );

  it(
    'refuses schemathesis without the keys that the service asks for',
    () => survives([], 'examples,fuzzing', { API_KEYS: API_KEY, ADMIN_TOKEN }),
    TIMEOUT_MS,
  );
}
