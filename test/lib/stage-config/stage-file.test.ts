import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chosenValues } from '../../../lib/stage-config/chosen-values.ts';
import { withStageFile } from '../../../lib/stage-config/stage-file.ts';
import { readStageConfig } from '../../../lib/stage-config.ts';

let root: string;
beforeEach(() => {
  root = `${mkdtempSync(join(tmpdir(), 'stages-'))}/`;
  mkdirSync(join(root, 'stages'));
});
afterEach(() => rmSync(root, { recursive: true }));

const write = (content: string) => writeFileSync(join(root, 'stages/dev.json'), content);
const read = (context: Record<string, unknown> = {}) =>
  withStageFile({ stage: 'dev', ...context }, root);

describe('the file of a stage', () => {
  it('gives the values that the context lacks', () => {
    write('{"maxTasks": 4, "environment": {"LOG_LEVEL": "warn"}}');
    const { context, overrides } = read({ minTasks: '2' });
    expect(readStageConfig(context)).toMatchObject({
      minTasks: 2,
      maxTasks: 4,
      environment: { LOG_LEVEL: 'warn' },
    });
    expect(overrides).toEqual([]);
  });

  it('is overridden by the context, and each override is reported', () => {
    write('{"maxTasks": 4, "logDays": 7}');
    const { context, overrides } = read({ maxTasks: '6', logDays: '7' });
    expect(context.maxTasks).toBe('6');
    expect(overrides).toEqual(['stages/dev.json: maxTasks=4 is overridden by -c maxTasks=6']);
  });

  it('never shows an environment, which may hold a secret by mistake', () => {
    write('{"environment": {"API_KEYS": "s3cret"}}');
    const { overrides } = read({ environment: '{}' });
    expect(overrides).toEqual(['stages/dev.json: environment is overridden by -c environment']);
  });

  it('may be absent', () => {
    expect(read()).toEqual({ context: { stage: 'dev' }, overrides: [] });
  });

  it('must exist for a stage other than dev and prod, so that a mistyped name makes no new stage', () => {
    expect(() => read({ stage: 'staging' })).toThrow(
      'The stage staging has no stages/staging.json; create it, such as {"preset": "dev"}',
    );
    writeFileSync(join(root, 'stages/staging.json'), '{"preset": "prod"}');
    expect(read({ stage: 'staging' }).context).toEqual({ preset: 'prod', stage: 'staging' });
  });

  it.each([
    ['{"maxTasks": 4', 'stages/dev.json is not valid JSON'],
    ['[4]', 'stages/dev.json must hold a JSON object such as {"minTasks": 4}'],
    ['{"stage": "prod"}', 'stages/dev.json: stage is "prod"; leave it out, or use "dev"'],
  ])('is refused as %s', (content, message) => {
    write(content);
    expect(() => read()).toThrow(message);
  });
});

describe('the values in the output of a stage', () => {
  it('are those that differ from its preset, and give the same configuration when read again', () => {
    const given = { stage: 'dev', maxTasks: 4, logDays: 7, environment: { LOG_LEVEL: 'warn' } };
    const config = readStageConfig(given);
    const chosen = chosenValues(config);
    expect(chosen).toEqual({ stage: 'dev', maxTasks: 4, environment: { LOG_LEVEL: 'warn' } });
    expect(readStageConfig(chosen)).toEqual(config);
  });
});
