import { execFile } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { containerCommand } from '../../script/image/lib/container-command.ts';
import { imageConfig } from '../../script/image/lib/docker.ts';
import { ServiceProcess } from '../helpers/service-process.ts';

const image = process.env.SERVICE_IMAGE!;

/** Runs a command in a separate container, which shares the host's network. */
function statusOf(
  command: readonly string[],
  environment: Record<string, string>,
): Promise<number> {
  const [file, ...args] = containerCommand(image, environment, { command });
  return new Promise((resolve) => {
    execFile(file, args, { timeout: 540_000 }, (error) =>
      resolve(typeof error?.code === 'number' ? error.code : error === null ? 0 : -1),
    );
  });
}

describe("the image's health check", () => {
  it('passes while the service runs, on whatever port, and fails when it has ended', async () => {
    const { healthcheck } = await imageConfig(image);
    expect(healthcheck[0]).toBe('CMD');
    const check = healthcheck.slice(1);
    const service = await ServiceProcess.start();
    const { port } = new URL(service.url);
    expect(await statusOf(check, { PORT: port })).toBe(0);
    expect(await service.stop()).toEqual({ code: 0, signal: null });
    expect(await statusOf(check, { PORT: port })).toBe(1);
  });
});

describe('a container of the image', () => {
  it('cannot write anywhere', async () => {
    const write = "require('node:fs').writeFileSync(process.argv[1], '')";
    for (const path of ['/tmp/x', '/app/x', '/app/models/x', '/home/node/x']) {
      expect([path, await statusOf(['node', '-e', write, path], {})]).toEqual([path, 1]);
    }
  });

  it('runs its command as process 1 of a user without any capability', async () => {
    const check =
      "const s = require('node:fs').readFileSync('/proc/self/status', 'utf8');" +
      'process.exit(process.pid === 1 && process.getuid() === 1000 && /CapEff:\\s0+\\n/.test(s)' +
      ' && /NoNewPrivs:\\s1/.test(s) ? 0 : 9)';
    expect(await statusOf(['node', '-e', check], {})).toBe(0);
  });
});
