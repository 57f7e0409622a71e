import { describe, expect, it } from '@jest/globals';
import { LEAST_BOOTSTRAP_VERSION } from '../../cli/doctor/checks.ts';
import { CONTEXT, synthesize } from './synthesize.ts';

describe.each([
  ['dev', false],
  ['prod', true],
] as const)('the stacks of %s', (stage, isProtected) => {
  const { stacks, templates } = synthesize({ ...CONTEXT[stage], offlineStore: true, bulk: true });

  it(`are ${isProtected ? '' : 'not '}protected from being deleted`, () => {
    const all = Object.values(stacks).filter((stack) => stack !== undefined);
    expect(all).toHaveLength(6);
    expect(all.map(({ terminationProtection }) => terminationProtection ?? false)).toEqual(
      all.map(() => isProtected),
    );
  });

  it('refer to each other by exports, whose change CloudFormation refuses while they are used', () => {
    const text = JSON.stringify(templates.map(({ template }) => template.toJSON()));
    expect(text).toContain('Fn::ImportValue');
    expect(text).not.toContain('Fn::GetStackOutput');
  });

  it('refuse the bootstrap versions for which tss doctor fails', () => {
    const older = Array.from({ length: LEAST_BOOTSTRAP_VERSION - 1 }, (_, index) => `${index + 1}`);
    for (const { template } of templates) {
      expect(template.toJSON().Rules.CheckBootstrapVersion.Assertions[0].Assert).toEqual({
        'Fn::Not': [{ 'Fn::Contains': [older, { Ref: 'BootstrapVersion' }] }],
      });
    }
  });
});
