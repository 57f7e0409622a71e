import { spawnSync } from 'node:child_process';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import {
  COMMAND_CHECKS,
  COMMAND_TIMEOUT_MS,
  MINUTE_MS,
  SLOW_TIERS,
  TIERS,
} from '../../script/lib/checks.ts';
import { installedBy, systemPackages } from '../helpers/system-packages.ts';

/** Longest time that GitHub gives a job on its own machines. */
const GITHUB_LIMIT_MINUTES = 360;

/** System packages of script/test that GitHub's image ubuntu-24.04 has, with Google's browser. */
const ON_GITHUB = ['openssl', 'jq', 'chromium', 'python3-venv'];

interface Job {
  readonly concurrency?: Readonly<Record<string, unknown>>;
  readonly 'timeout-minutes'?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly run?: string; readonly with?: Record<string, unknown> }[];
}

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: Readonly<Record<string, unknown>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const paths = globSync('.github/workflows/*.{yml,yaml}');
const workflows = paths.map((path): readonly [string, Workflow] => [
  basename(path),
  parse(readFileSync(path, 'utf8')),
]);
const jobs = workflows.flatMap(([file, workflow]) =>
  Object.entries(workflow.jobs).map(([name, job]): readonly [string, Job, Workflow] => [
    `${name} of ${file}`,
    job,
    workflow,
  ]),
);

/** Rights beyond reading the repository, each with the job that needs it. */
const RIGHTS = {
  'analyze of codeql.yml': { actions: 'read', 'security-events': 'write' },
  'deploy of deploy.yml': { 'id-token': 'write' },
  'diff of deploy.yml': { 'id-token': 'write' },
  'image of release.yml': { packages: 'write' },
  'release of release.yml': { contents: 'write' },
};

describe('GitHub workflows', () => {
  it('pin each action by its full commit, with its version as a comment', () => {
    const actions = paths.flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(
        ([, action]) => action,
      ),
    );
    expect(actions.length).toBeGreaterThan(0);
    for (const action of actions) {
      expect(action).toMatch(/^[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  it('give jobs the right to read the repository, and others only where listed here', () => {
    const rights = jobs.flatMap(([name, job, workflow]) => {
      const { contents, ...others } = job.permissions ?? workflow.permissions ?? { all: 'write' };
      const more = contents === 'read' ? others : { contents, ...others };
      return Object.keys(more).length === 0 ? [] : [[name, more] as const];
    });
    expect(Object.fromEntries(rights)).toEqual(RIGHTS);
  });

  it('grant a workflow as a whole nothing but to read the repository', () => {
    for (const [file, { permissions }] of workflows) {
      expect([file, { contents: 'read', ...permissions }]).toEqual([file, { contents: 'read' }]);
      expect([file, permissions]).not.toEqual([file, undefined]);
    }
  });

  it.each(jobs)('bound the job %s in time', (_, job) => {
    expect(job['timeout-minutes']).toBeLessThanOrEqual(GITHUB_LIMIT_MINUTES);
  });

  it.each(jobs)('say for %s whether a newer run ends an older one', (_, job, workflow) => {
    expect(job.concurrency ?? workflow.concurrency).toMatchObject({
      group: expect.any(String),
      'cancel-in-progress': expect.any(Boolean),
    });
  });

  it('leave no token in the checkout for later steps', () => {
    for (const path of paths) {
      const text = readFileSync(path, 'utf8');
      const checkouts = text.split('uses: actions/checkout@').slice(1);
      for (const checkout of checkouts) {
        expect(checkout).toMatch(/^\S+ # \S+\n {8}with:\n {10}persist-credentials: false\n/);
      }
    }
  });

  it.each(jobs)('put no expression into the shell of %s, which would run its value', (_, job) => {
    for (const { run = '' } of job.steps) expect(run).not.toContain('${{');
  });

  it('let script/test --all reach its own time limits, with 20 minutes to install', () => {
    const { jobs } = parse(readFileSync('.github/workflows/ci.yml', 'utf8'));
    const tiersMs = [...TIERS, ...SLOW_TIERS].map(({ timeoutMs }) => timeoutMs);
    const checksMs = COMMAND_CHECKS.length * COMMAND_TIMEOUT_MS;
    const limitMs = tiersMs.reduce((sum, ms) => sum + ms, checksMs) + 20 * MINUTE_MS;
    expect(jobs.test['timeout-minutes'] * MINUTE_MS).toBeGreaterThanOrEqual(limitMs);
  });

  it('install what script/test asks for as a user other than root, beyond what GitHub has', () => {
    const { jobs } = parse(readFileSync('.github/workflows/ci.yml', 'utf8'));
    const steps: Job['steps'] = jobs.test.steps;
    const commands = steps.flatMap(({ run }) => run ?? []);
    const installation = commands.findIndex((command) => command.includes('apt-get install'));
    expect(installation).toBeLessThan(commands.indexOf('.ci/run'));
    const packages = [...installedBy(commands[installation] ?? ''), ...ON_GITHUB];
    expect(new Set(packages)).toEqual(systemPackages());
  });

  it.each([
    ['names no model', {}, undefined],
    ['names one', { modelName: 'tweets' }, 'tss models pull tweets'],
    ['gives an image, which brings its model', { modelName: 'tweets', imageUri: 'i:1' }, undefined],
    ['is not there', undefined, undefined],
  ])(
    "fetch the model of a stage before its image's identity is computed: a file that %s",
    (_, values, fetched) => {
      const { jobs } = parse(readFileSync('.github/workflows/deploy.yml', 'utf8'));
      for (const job of [jobs.diff, jobs.deploy]) {
        const commands: string[] = job.steps.flatMap(({ run = '' }) => run);
        const synthesis = commands.findIndex((command) => command.includes('npx cdk '));
        expect(commands.slice(0, synthesis)).toContain('.github/stage-model');
      }
      const folder = mkdtempSync(join(tmpdir(), 'stage-model-'));
      mkdirSync(join(folder, 'stages'));
      if (values) writeFileSync(join(folder, 'stages', 'one.json'), JSON.stringify(values));
      writeFileSync(join(folder, 'npx'), '#!/bin/sh\necho "$*" > called\n', { mode: 0o755 });
      const { status, stderr } = spawnSync(resolve('.github/stage-model'), {
        cwd: folder,
        env: { PATH: `${folder}:${process.env.PATH}`, STAGE: 'one' },
        encoding: 'utf8',
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const called = join(folder, 'called');
      expect(existsSync(called) ? readFileSync(called, 'utf8').trim() : undefined).toBe(fetched);
      rmSync(folder, { recursive: true });
    },
  );

  it('deploy only a tag that would be released, and a pre-release to no stage but its own', () => {
    const { jobs } = parse(readFileSync('.github/workflows/deploy.yml', 'utf8'));
    const commands: string[] = jobs.deploy.steps.flatMap(({ run = '' }) => run);
    const [check] = commands.filter(Boolean);
    expect(check).toBe('node script/release-notes.ts "$GITHUB_REF_NAME"');
    expect(jobs.deploy.if).toContain(
      "(vars.PRERELEASE_STAGE != '' || !contains(github.ref_name, '-'))",
    );
    expect(jobs.deploy.env.STAGE).toMatch(
      /^\$\{\{ contains\(github\.ref_name, '-'\) && vars\.PRERELEASE_STAGE \|\| /,
    );
  });

  // GitHub cancels the run that waits in a group for a newer one.
  it('deploy one tag of a stage after another, whatever tags other stages get', () => {
    const { concurrency, jobs } = parse(readFileSync('.github/workflows/deploy.yml', 'utf8'));
    expect(concurrency).toBeUndefined();
    const [, stage] = /^\$\{\{ (.*) \}\}$/.exec(jobs.deploy.env.STAGE) ?? [];
    const own = '(vars.PRERELEASE_STAGE || github.ref_name)';
    expect(jobs.deploy.concurrency).toEqual({
      group: `\${{ github.event_name }}-\${{ ${stage?.replace('vars.PRERELEASE_STAGE', own)} }}`,
      'cancel-in-progress': false,
    });
  });
});

describe('Dependabot', () => {
  it('takes a release a week after it came out', () => {
    const { updates } = parse(readFileSync('.github/dependabot.yml', 'utf8'));
    for (const { cooldown } of updates) expect(cooldown).toEqual({ 'default-days': 7 });
  });

  it('updates packages, actions, images and the Python requirements that script/test installs', () => {
    const { updates } = parse(readFileSync('.github/dependabot.yml', 'utf8'));
    const ecosystems = updates.map(
      (update: Record<string, unknown>) => update['package-ecosystem'],
    );
    expect(ecosystems).toEqual(['npm', 'github-actions', 'docker-compose', 'pip']);
    const installed = readFileSync('script/lib/toolchain.sh', 'utf8').matchAll(
      /(\S+)\/[\w-]*requirements\.txt /g,
    );
    const folders = new Set([...installed].map(([, folder]) => `/${folder}`));
    expect(new Set(updates.at(-1).directories)).toEqual(folders);
  });
});
