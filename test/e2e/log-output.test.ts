import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  BESIDE_A_TERMINAL,
  BY_A_SHELL,
  IN_A_TERMINAL,
  ShellService,
} from '../helpers/shell-service.ts';

/** A module that has Node write a warning to stderr. */
const WARN_ON_SIGUSR2 = `data:text/javascript,${encodeURIComponent(
  "process.on('SIGUSR2', () => process.emitWarning('of the test'))",
)}`;

// test/perf/log-output.test.ts measures that these services are at rest, too.
describe('the service and its log', () => {
  let service: ShellService;
  afterEach(() => service?.kill());

  async function expectAnAnswer(): Promise<void> {
    const answer = await service.score('I love this phone');
    expect(await answer.json()).toMatchObject({ results: [{ sentimentAnalyst: 'positive' }] });
  }

  it('writes text for people on a terminal', async () => {
    service = await ShellService.start(IN_A_TERMINAL);
    let shown = '';
    service.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
    });
    service.signal('SIGTERM');
    await once(service.child, 'close');
    expect(shown).toMatch(/INFO.*: .*feature store: in memory/);
  });

  it('answers and ends when the log goes to a full disk', async () => {
    service = await ShellService.start(BY_A_SHELL, { redirect: '>/dev/full' });
    await expectAnAnswer();
    service.signal('SIGTERM');
    expect(await once(service.child, 'close')).toEqual([0, null]);
  });

  it('answers and ends when its terminal is gone without a signal', async () => {
    service = await ShellService.start(BESIDE_A_TERMINAL);
    service.child.kill('SIGKILL');
    await once(service.child, 'close');
    await expectAnAnswer();
    service.signal('SIGTERM');
    await service.ended();
  });

  it('answers and ends when the log has no reader', async () => {
    service = await ShellService.start(BY_A_SHELL, { nodeOptions: `--import=${WARN_ON_SIGUSR2}` });
    service.child.stdout?.destroy();
    service.child.stderr?.destroy();
    for (let warning = 0; warning < 3; warning++) service.signal('SIGUSR2');
    await expectAnAnswer();
    service.signal('SIGTERM');
    expect(await once(service.child, 'exit')).toEqual([0, null]);
  });

  it('drains when its terminal is closed', async () => {
    service = await ShellService.start(IN_A_TERMINAL);
    service.signal('SIGHUP');
    expect(await once(service.child, 'exit')).toEqual([0, null]);
  });
});
