import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Context } from '../../lib/stage-config.ts';
import { CHANGES, type StackTemplate, templatesOf } from './changes.ts';

/** Stacks that are deployed alone before all others, or one that is destroyed. */
type Step = { readonly deploy: readonly string[] } | { readonly destroy: string };

const SERVICE_FIRST: readonly Step[] = [{ deploy: ['Service'] }];
const SERVICE_AND_BULK_FIRST: readonly Step[] = [{ deploy: ['Service', 'Bulk'] }];

/** Changes that need more than `npx cdk deploy --all`: what comes before it. */
const STEPS: Readonly<Record<string, readonly Step[]>> = {
  'dev -> egress=nat, taken back': SERVICE_FIRST,
  'dev bulk=true -> egress=nat, taken back': SERVICE_AND_BULK_FIRST,
  'prod -> egress=public': SERVICE_FIRST,
  'prod bulk=true zones=3 -> egress=public': SERVICE_AND_BULK_FIRST,
  'prod allowedCidrs=203.0.113.0/24 -> natGateways=1': SERVICE_FIRST,
  'prod -> allowedCidrs=203.0.113.0/24, taken back': SERVICE_FIRST,
  'prod allowedCidrs=203.0.113.0/24 probe=false -> deployment=rolling': SERVICE_FIRST,
  'prod allowedCidrs=203.0.113.0/24 deployment=rolling -> probe=false': [
    { deploy: ['Observability'] },
    { deploy: ['Service'] },
  ],
  'dev -> probe=true, taken back': [{ deploy: ['Observability'] }],
  'prod -> probe=false': [{ deploy: ['Observability'] }],
  'prod -> zones=3, taken back': [{ deploy: ['FeatureStore', 'Service'] }],
  'prod bulk=true -> zones=3, taken back': [{ deploy: ['FeatureStore', 'Service', 'Bulk'] }],
  'dev bulk=true imageBuild=codebuild -> imageUri': [{ deploy: ['Bulk'] }],
  'dev offlineStore=true -> bulk=true, taken back': [
    { deploy: ['Observability'] },
    { destroy: 'Bulk' },
  ],
};

const part = (stack: string) => `${stack.charAt(0).toLowerCase()}${stack.slice(1)}`;
const exportsOf = ({ Outputs = {} }: StackTemplate) =>
  Object.values(Outputs).flatMap(({ Export }) => (Export ? [Export.Name] : []));
const importsOf = (template: StackTemplate) =>
  [...JSON.stringify(template).matchAll(/"Fn::ImportValue":"([^"]+)"/g)].map(
    ([, name = '']) => name,
  );

/** The stacks of a stage, with the rules of CloudFormation for exports. */
class Deployed {
  readonly refused: string[] = [];
  readonly #stacks: Map<string, StackTemplate>;

  constructor(context: Context) {
    this.#stacks = new Map(templatesOf(context));
  }

  deploy(context: Context, only?: readonly string[]): void {
    for (const [name, template] of templatesOf(context)) {
      if (only && !only.includes(name)) continue;
      const exported = this.#others(name).flatMap(([, other]) => exportsOf(other));
      for (const one of importsOf(template)) {
        if (!exported.includes(one)) this.refused.push(`${name}: no export named ${one}`);
      }
      this.#drop(name, exportsOf(template));
      this.#stacks.set(name, template);
    }
  }

  destroy(name: string): void {
    this.#drop(name, []);
    this.#stacks.delete(name);
  }

  #drop(name: string, kept: readonly string[]): void {
    const template = this.#stacks.get(name);
    if (!template) return;
    for (const one of exportsOf(template).filter((given) => !kept.includes(given))) {
      for (const [user, other] of this.#others(name)) {
        if (importsOf(other).includes(one)) this.refused.push(`${name}: ${user} uses ${one}`);
      }
    }
  }

  #others(name: string) {
    return [...this.#stacks].filter(([other]) => other !== name);
  }
}

/** Faults of a change that is made by these steps and `npx cdk deploy --all`. */
function refused(before: Context, after: Context, steps: readonly Step[]): string[] {
  const stage = new Deployed(before);
  for (const step of steps) {
    if ('deploy' in step) stage.deploy(after, step.deploy.map(part));
    else stage.destroy(part(step.destroy));
  }
  stage.deploy(after);
  return stage.refused;
}

describe('the stacks of a live stage', () => {
  it.each(CHANGES.filter(([name]) => !STEPS[name]))(
    'can be updated one after the other: %s',
    (_name, before, after) => {
      expect(refused(before, after, [])).toEqual([]);
    },
  );

  it.each(Object.entries(STEPS))('need steps that the runbook names: %s', (name, steps) => {
    const [, before = {}, after = {}] = CHANGES.find(([one]) => one === name) ?? [];
    expect(refused(before, after, [])).not.toEqual([]);
    expect(refused(before, after, steps)).toEqual([]);
    const document = readFileSync('docs/operations.md', 'utf8');
    const [, chapter = ''] = document.split('\n### Changes that need care\n');
    const [section] = chapter.split('\n### ');
    for (const step of steps) {
      expect(section).toContain(
        'deploy' in step
          ? `npx cdk deploy ${step.deploy.join(' ')} --exclusively`
          : `npx cdk destroy ${step.destroy} `,
      );
    }
  });
});
