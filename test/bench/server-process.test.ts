import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from '@jest/globals';
import { freePort, ServerProcess } from '../../bench/servers/server-process.ts';

/** Answers 200 on the port, and in a second process on the second port, if one is given. */
const SERVER = `
  const [port, workerPort] = process.argv.slice(1);
  require('node:http').createServer((_, response) => response.end()).listen(port);
  if (workerPort) {
    const { spawn } = require('node:child_process');
    spawn(process.execPath, ['-e', process.env.SERVER, workerPort], { stdio: 'inherit' });
  }
`;

it('a server that is stopped takes a worker along that outlives it', async () => {
  const [port, workerPort] = [await freePort(), await freePort()];
  const server = await ServerProcess.start({
    command: process.execPath,
    args: ['-e', SERVER, String(port), String(workerPort)],
    env: { SERVER },
    readyPath: '/',
    port,
    startTimeoutMs: 60_000,
  });
  while (!(await isOpen(workerPort)));
  await server.stop();
  while (await isOpen(workerPort));
  expect(await isOpen(port)).toBe(false);
}, 120_000);

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
