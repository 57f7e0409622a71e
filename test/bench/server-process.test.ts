import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { ServerProcess } from '../../bench/servers/server-process.ts';

/** Stays connected to the port for as long as it runs. */
const WORKER = `require('node:net').connect(process.env.PORT)`;

/** Starts a worker, which outlives it and keeps its output open. */
const SERVER = `
  const { spawn } = require('node:child_process');
  spawn(process.execPath, ['-e', process.env.WORKER], { stdio: 'inherit' });
`;

it('a server that is stopped takes a worker along that outlives it', async () => {
  const workers = createServer().listen(0, '127.0.0.1');
  const ready = createHttpServer((_, response) => response.end()).listen(0, '127.0.0.1');
  await Promise.all([once(workers, 'listening'), once(ready, 'listening')]);
  const connection = once(workers, 'connection');
  const server = await ServerProcess.start({
    command: process.execPath,
    args: ['-e', SERVER],
    env: { WORKER, PORT: String((workers.address() as AddressInfo).port) },
    readyPath: '/',
    port: (ready.address() as AddressInfo).port,
    startTimeoutMs: 60_000,
  });
  const [worker] = await connection;
  const gone = once(worker.on('error', () => {}).resume(), 'close');
  await server.stop();
  await gone;
  expect(worker.destroyed).toBe(true);
  workers.close();
  ready.closeAllConnections();
  ready.close();
}, 120_000);
