import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import {
  COMMAND_CHECKS,
  COMMAND_TIMEOUT_MS,
  MINUTE_MS,
  SLOW_TIERS,
  TIERS,
} from '../../script/lib/checks.ts';

const workflows = globSync('.github/**/*.{yml,yaml}');
const actions = workflows.flatMap((path) =>
  [...readFileSync(path, 'utf8').matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, action]) => action),
);

describe('GitHub workflows', () => {
  it('pin each action by its full commit, with its version as a comment', () => {
    expect(actions.length).toBeGreaterThan(0);
    for (const action of actions) {
      expect(action).toMatch(/^[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  it('give jobs the right to read the repository and nothing else', () => {
    const workflow = parse(readFileSync('.github/workflows/ci.yml', 'utf8'));
    expect(workflow.permissions).toEqual({ contents: 'read' });
  });

  it('let script/test --all reach its own time limits, with 20 minutes to install', () => {
    const { jobs } = parse(readFileSync('.github/workflows/ci.yml', 'utf8'));
    const tiersMs = [...TIERS, ...SLOW_TIERS].map(({ timeoutMs }) => timeoutMs);
    const checksMs = COMMAND_CHECKS.length * COMMAND_TIMEOUT_MS;
    const limitMs = tiersMs.reduce((sum, ms) => sum + ms, checksMs) + 20 * MINUTE_MS;
    expect(jobs.test['timeout-minutes'] * MINUTE_MS).toBeGreaterThanOrEqual(limitMs);
  });

  it('deploy one tag after another', () => {
    const { concurrency } = parse(readFileSync('.github/workflows/deploy.yml', 'utf8'));
    expect(concurrency).toEqual({
      // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub Actions
      group: "deploy-${{ github.event_name == 'pull_request' && github.ref || 'tags' }}",
      'cancel-in-progress': false,
    });
  });

  it('take a release a week after it came out', () => {
    const { updates } = parse(readFileSync('.github/dependabot.yml', 'utf8'));
    for (const { cooldown } of updates) expect(cooldown).toEqual({ 'default-days': 7 });
  });
});
