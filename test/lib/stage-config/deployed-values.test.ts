import { describe, expect, it } from '@jest/globals';
import { chosenValues } from '../../../lib/stage-config/chosen-values.ts';
import {
  compareWithDeployed,
  describeDifference,
} from '../../../lib/stage-config/deployed-values.ts';
import { readStageConfig } from '../../../lib/stage-config.ts';

const stage = (values: Record<string, unknown>) => readStageConfig({ stage: 'dev', ...values });
const output = (values: Record<string, unknown>) => JSON.stringify(chosenValues(stage(values)));
const lines = (before: Record<string, unknown>, after: Record<string, unknown>) =>
  compareWithDeployed(output(before), stage(after)).map(describeDifference);

describe('the comparison with what is deployed', () => {
  it('is empty where the stage has the same values', () => {
    const values = { maxTasks: 4, environment: { LOG_LEVEL: 'warn' }, allowedCidrs: '10.0.0.0/8' };
    expect(lines(values, values)).toEqual([]);
    expect(lines({}, {})).toEqual([]);
  });

  it('names a value that would be lost, and where to keep it', () => {
    expect(lines({ maxTasks: 4, alertEmail: 'a@b.org' }, {})).toEqual([
      "maxTasks: deployed 4, next 2, the preset's; write it into the stage's file",
      'alertEmail: deployed "a@b.org", next nothing, the preset\'s; write it into the stage\'s file',
    ]);
  });

  it('names a value that changes on purpose', () => {
    expect(lines({ maxTasks: 4 }, { maxTasks: 6, logDays: 30 })).toEqual([
      'maxTasks: deployed 4, next 6',
      'logDays: deployed 7, next 30',
    ]);
  });

  it('names a value that AWS cannot change', () => {
    expect(lines({}, { vpcCidr: '10.20.0.0/16' })).toEqual([
      'vpcCidr: deployed "10.0.0.0/16", next "10.20.0.0/16"; it cannot be changed, use a stage of another name',
    ]);
  });

  it('refuses an output that is not an object', () => {
    expect(() => compareWithDeployed('[1]', stage({}))).toThrow('is not a JSON object: [1]');
  });
});
