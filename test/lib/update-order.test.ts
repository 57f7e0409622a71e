import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Context } from '../../lib/stage-config.ts';
import { CHANGES, DEV, type StackTemplate, templatesOf } from './changes.ts';

/** Stacks that are deployed alone before all others, or one that is destroyed. */
type Step =
  | { readonly deploy: readonly string[] }
  | { readonly destroy: string; readonly exclusively: boolean };

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
    { destroy: 'Bulk', exclusively: true },
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
  readonly destroyed: string[] = [];
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

  /** Also destroys the stacks that use the named one, as the CDK does, unless `exclusively`. */
  destroy(name: string, context: Context, exclusively: boolean): void {
    const templates = templatesOf(context);
    const exported = exportsOf(templates.get(name) ?? { Resources: {} });
    for (const [user, template] of exclusively ? [] : templates) {
      if (!importsOf(template).some((one) => exported.includes(one))) continue;
      this.destroy(user, context, exclusively);
    }
    this.#drop(name, []);
    this.#stacks.delete(name);
    this.destroyed.push(name);
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
    // Only the values of before have the stack.
    else stage.destroy(part(step.destroy), before, step.exclusively);
  }
  const kept = stage.destroyed.filter((name) => templatesOf(after).has(name));
  stage.deploy(after);
  return [...stage.refused, ...kept.map((name) => `${name}: destroyed, too`)];
}

/** Chapter of the runbook with the steps. */
function chapter(): string {
  const document = readFileSync('docs/stage-configuration.md', 'utf8');
  const [, after = ''] = document.split('\n## Changes that need care\n');
  return after.split('\n## ')[0] ?? '';
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
    for (const step of steps) {
      expect(chapter()).toContain(
        'deploy' in step
          ? `npx cdk deploy ${step.deploy.join(' ')} --exclusively`
          : `npx cdk destroy ${step.destroy}${step.exclusively ? ' --exclusively' : ''} `,
      );
    }
  });

  it('lose the offline store alone, by a step that the runbook names', () => {
    const before = { ...DEV, offlineStore: 'true' };
    const stage = new Deployed(before);
    stage.deploy(DEV);
    stage.destroy('offlineStore', before, true);
    expect(stage.destroyed).toEqual(['offlineStore']);
    expect(stage.refused).toEqual([]);
    expect(chapter()).toContain('`npx cdk destroy OfflineStore --exclusively ');
  });
});
