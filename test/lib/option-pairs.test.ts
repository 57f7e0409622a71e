import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { type Context, readStageConfig } from '../../lib/stage-config.ts';
import { awsTool } from '../helpers/aws-tool.ts';
import { EXCEPTIONS } from './checkov-exceptions.ts';
import { coveringCombinations } from './combinations.ts';
import { synthesize } from './synthesize.ts';

/** Bound of the slow steps, on a machine that others keep busy, too. */
const SLOW_TIMEOUT_MS = 1_800_000;
const LINTERS = 2;

interface Checked {
  readonly context: Context;
  readonly resources: readonly { readonly Type: string; readonly Properties?: object }[];
}
interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const { contexts, impossible, pairs } = coveringCombinations();
let folder: string;
/** By the name of their file; a template that two combinations share is written once. */
const templates = new Map<string, Checked>();
const nagged: string[] = [];
let linted: readonly Promise<Answer>[];
let scanned: Promise<Answer>;

function run(tool: 'cfn-lint' | 'checkov', args: readonly string[]): Promise<Answer> {
  return new Promise((resolve) => {
    const options = { encoding: 'utf8', maxBuffer: 2 ** 26 } as const;
    execFile(awsTool(tool), args, options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

/** Writes the distinct templates of a combination and notes what cdk-nag finds. */
function check(context: Context, index: number, seen: Set<string>): void {
  const { app, templates: made } = synthesize(context);
  for (const { ruleName, violatingResources } of new AwsSolutionsChecks(app).validateScope(app)
    .violations) {
    const paths = violatingResources.map(({ constructPath }) => constructPath);
    nagged.push(`${ruleName}: ${paths} with ${JSON.stringify(context)}`);
  }
  for (const { part, template } of made) {
    const json = template.toJSON();
    const text = JSON.stringify(json);
    if (seen.has(text)) continue;
    seen.add(text);
    const file = `${index}-${part}.template.json`;
    writeFileSync(join(folder, file), text);
    templates.set(file, { context, resources: Object.values(json.Resources) });
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'combinations-'));
  const seen = new Set<string>();
  for (const [index, context] of contexts.entries()) check(context, index, seen);
  const files = [...templates.keys()].map((file) => join(folder, file));
  const lint = ['--non-zero-exit-code', 'error', '--ignore-checks', 'W', '--'];
  // Started together, read by the tests.
  linted = Array.from({ length: LINTERS }, (_, part) =>
    run('cfn-lint', [...lint, ...files.filter((_file, index) => index % LINTERS === part)]),
  );
  const scan = ['--framework', 'cloudformation', '--compact', '--quiet', '--skip-download'];
  scanned = run('checkov', [...scan, '--soft-fail', '--output', 'json', '--directory', folder]);
}, SLOW_TIMEOUT_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('forty combinations of stage values', () => {
  it('cover every pair of choices', () => {
    expect(contexts.length).toBeGreaterThanOrEqual(40);
    expect(pairs).toBeGreaterThan(500);
    expect(impossible).toEqual([]);
  });

  it('make templates far below the limits of CloudFormation, and alarms that look back a day at most', () => {
    for (const { resources } of templates.values()) {
      expect(resources.length).toBeLessThan(200);
      for (const { Type, Properties } of resources) {
        if (Type !== 'AWS::CloudWatch::Alarm') continue;
        const { Period = 60, EvaluationPeriods } = Properties as Record<string, number>;
        expect(Period * EvaluationPeriods!).toBeLessThanOrEqual(86_400);
      }
    }
  });

  it('bound every role where a boundary is given, and none elsewhere', () => {
    for (const { context, resources } of templates.values()) {
      for (const { Type, Properties } of resources) {
        if (Type !== 'AWS::IAM::Role') continue;
        const { PermissionsBoundary } = Properties as Record<string, unknown>;
        expect(PermissionsBoundary).toBe(context.permissionsBoundaryArn);
      }
    }
  });

  it('pass the AwsSolutions rules of cdk-nag', () => {
    expect(nagged).toEqual([]);
  });

  it(
    'pass cfn-lint without an error',
    async () => {
      for (const answer of await Promise.all(linted)) {
        expect(answer).toEqual({ code: 0, stdout: '', stderr: '' });
      }
    },
    SLOW_TIMEOUT_MS,
  );

  it(
    'pass checkov but for the exceptions, each of which is still needed',
    async () => {
      const { code, stdout, stderr } = await scanned;
      expect([code, stderr]).toEqual([0, '']);
      const { results, summary } = JSON.parse(stdout);
      expect(summary.parsing_errors).toBe(0);
      const used = new Set<(typeof EXCEPTIONS)[number]>();
      const unexpected = results.failed_checks.filter(
        ({ check_id, resource, file_path }: Record<string, string>) => {
          const config = readStageConfig(templates.get(basename(file_path!))!.context);
          const exception = EXCEPTIONS.find(
            ({ rule, resources, when }) =>
              rule === check_id && resources.test(resource!) && (when?.(config) ?? true),
          );
          if (exception) used.add(exception);
          return !exception;
        },
      );
      const described = unexpected.map(
        ({ check_id, check_name, resource, file_path }: Record<string, string>) =>
          `${check_id} ${check_name}: ${resource} in ${file_path}`,
      );
      expect(described).toEqual([]);
      expect(EXCEPTIONS.filter((exception) => !used.has(exception))).toEqual([]);
    },
    SLOW_TIMEOUT_MS,
  );
});

describe('the check by cdk-nag', () => {
  it('reports a bucket without encryption in transit', () => {
    const app = new App();
    new Bucket(new Stack(app, 'Stack'), 'Bucket');
    const { violations } = new AwsSolutionsChecks(app).validateScope(app);
    expect(violations.map(({ ruleName }) => ruleName)).toContainEqual(
      expect.stringContaining('S10'),
    );
  });
});
