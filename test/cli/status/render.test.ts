import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { figures } from '../../../cli/status/figures.ts';
import type { Deployment } from '../../../cli/status/read-deployment.ts';
import { renderStatus } from '../../../cli/status/render.ts';

const COLUMNS = 80;
const PERIODS = 30;
/** Ratios are of at most 100 %; whatever else is measured has no such end. */
const value = (unit: string) =>
  fc.option(fc.double({ min: 0, max: unit === '%' ? 100 : 1e15, noNaN: true }));

const FIGURES = figures('prod', {}, 'probe').map(({ name, unit, over }) =>
  fc.record({
    name: fc.constant(name),
    unit: fc.constant(unit),
    over: fc.constant(over),
    series: fc.array(value(unit), { minLength: PERIODS, maxLength: PERIODS }),
    latest: value(unit),
    overall: value(unit),
  }),
);

type Shown = Parameters<typeof renderStatus>[0];

function deployment(change: Partial<Deployment> = {}): Deployment {
  const tasks = { running: 2, desired: 2, minimum: 2, maximum: 10, deployed: null };
  const weights = { blue: 100, green: 0 };
  return { weights, tasks, values: null, probe: 'unknown', unknown: null, ...change };
}

function status(change: Partial<Shown> = {}): Shown {
  return {
    stage: 'prod',
    from: '2026-11-24T23:30:00.000Z',
    to: '2026-11-25T02:30:00.000Z',
    periodSeconds: 360,
    figures: [],
    alarms: [],
    deployment: deployment(),
    ...change,
  };
}

describe('the status in a terminal', () => {
  it('fits 80 columns, whatever is measured', () => {
    fc.assert(
      fc.property(
        fc.tuple(...FIGURES),
        fc.integer({ min: 60, max: 43_200 }),
        (measured, seconds) => {
          const text = renderStatus(status({ figures: measured, periodSeconds: seconds * 60 }));
          for (const line of text.split('\n'))
            expect([...line].length).toBeLessThanOrEqual(COLUMNS);
        },
      ),
    );
  });

  it('names the target group that serves and the values deployed', () => {
    const values = '{"stage":"prod","minTasks":4}';
    const text = renderStatus(
      status({
        deployment: deployment({ weights: { blue: 90, green: 10 }, values }),
      }),
    );
    expect(text).toContain('\nServing: blue 90 %, green 10 %\n');
    expect(text).toContain('\nDeployed with: {"stage":"prod", "minTasks":4}\n');
  });

  it('names what the file of the stage would change in the values deployed', () => {
    const differences = [
      "maxTasks: deployed 20, next 10, the preset's; write it into the stage's file",
    ];
    const compared = { ...deployment({ values: '{"stage":"prod"}' }), differences };
    expect(renderStatus(status({ deployment: compared }))).toContain(
      "\nA deployment of stages/prod.json would change:\n  maxTasks: deployed 20, next 10, the preset's; write it into the stage's file\n",
    );
  });

  it('says why the target group that serves is unknown', () => {
    const unknown = 'Stack with id tweet-sentiment-prod-service does not exist';
    const text = renderStatus(status({ deployment: deployment({ weights: null, unknown }) }));
    expect(text).toContain(`\nServing: unknown, ${unknown}\n`);
    expect(text).not.toContain('Deployed with');
  });

  it('shows the tasks that run, and bounds of autoscaling that were changed by hand', () => {
    const tasks = { running: 5, desired: 6, minimum: 6, maximum: 10 };
    const shown = (deployed: { minimum: number; maximum: number } | null) =>
      renderStatus(status({ deployment: deployment({ tasks: { ...tasks, deployed } }) }));
    const words = '\nTasks: 5 running of 6, autoscaling from 6 to 10';
    expect(shown({ minimum: 6, maximum: 10 })).toContain(`${words}\n`);
    expect(shown(null)).toContain(`${words}\n`);
    expect(shown({ minimum: 2, maximum: 10 })).toContain(
      `${words}; deployed with 2 to 10, changed\nsince by hand\n`,
    );
  });

  it('says how to turn the probe on where it is off', () => {
    const text = renderStatus(status({ deployment: deployment({ probe: 'off' }) }));
    expect(text).toContain('\nProbe: off; write "probe": true into stages/prod.json and deploy\n');
    const on = deployment({ probe: { functionName: 'probe' } });
    expect(renderStatus(status({ deployment: on }))).not.toContain('Probe:');
  });

  it('breaks what an alarm says between its words', () => {
    const description =
      'Inference workers crash: three or more were replaced within a quarter of an hour, and more than that. Runbook: docs/alarms.md#worker-restarts';
    const since = '2026-11-25T02:11:07.000Z';
    const name = 'tweet-sentiment-prod-worker-restarts';
    const lines = renderStatus(
      status({ alarms: [{ name, state: 'ALARM', since, description }] }),
    ).split('\n');
    const at = lines.indexOf(`  ${name}, since 2026-11-25 02:11 UTC`);
    expect(at).toBeGreaterThan(0);
    const said = lines.slice(at + 1).filter((line) => line !== '');
    for (const line of said) expect(line.length).toBeLessThanOrEqual(COLUMNS);
    expect(said.map((line) => line.trim()).join(' ')).toBe(description);
  });

  it('does not break an address, which could not be followed', () => {
    const address = `https://example.org/${'runbook/'.repeat(10)}alarms.md#failures`;
    const alarm = {
      name: 'x',
      state: 'ALARM',
      since: null,
      description: `Bad. Runbook: ${address}`,
    };
    expect(renderStatus(status({ alarms: [alarm] }))).toContain(address);
  });

  it.each([
    [999_999, '999,999'],
    [1_234_567, '1.2M'],
    [12_000_000_000, '12B'],
  ])('writes %d as %s', (latest, written) => {
    const figure = {
      name: 'requests',
      unit: 'count',
      over: 'sum',
      series: [],
      overall: 1,
    } as const;
    expect(renderStatus(status({ figures: [{ ...figure, latest }] }))).toContain(` ${written} `);
  });
});
