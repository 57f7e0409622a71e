import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type HttpAnswer,
  HttpConnection,
  renderRequest,
} from '../../../bench/load/http-connection.ts';
import { withStub } from './stub-server.ts';

const GET = renderRequest('GET', '/');
const open: HttpConnection[] = [];

function connectTo(port: number): HttpConnection {
  const connection = new HttpConnection(port);
  open.push(connection);
  return connection;
}

function answered(outcome: HttpAnswer | Error): HttpAnswer {
  if (outcome instanceof Error) throw outcome;
  return outcome;
}

afterEach(() => {
  for (const connection of open.splice(0)) connection.close();
});

describe('a connection of the load generator', () => {
  it('sends what was rendered and reads status, body and the own clock of the server', async () => {
    await withStub(
      async (request, response) => {
        const chunks = await request.toArray();
        const body = `${request.method} ${request.url} ${Buffer.concat(chunks)}`;
        response.setHeader('X-Process-Time', '0.0125').setHeader('Content-Length', body.length);
        response.statusCode = 503;
        response.end(body);
      },
      async (port) => {
        const request = renderRequest('POST', '/v1/inference', { texts: ['hi'] });
        const answer = answered(await connectTo(port).send(request));
        expect(answer.status).toBe(503);
        expect(answer.processTimeMs).toBeCloseTo(12.5);
        expect(answer.body.toString()).toBe('POST /v1/inference {"texts":["hi"]}');
      },
    );
  });

  it('uses one socket for request after request', async () => {
    const sockets = new Set<unknown>();
    await withStub(
      (request, response) => {
        sockets.add(request.socket);
        response.setHeader('Content-Length', 2).end('ok');
      },
      async (port) => {
        const connection = connectTo(port);
        for (let sent = 0; sent < 3; sent++)
          expect(answered(await connection.send(GET)).status).toBe(200);
        expect(sockets.size).toBe(1);
      },
    );
  });

  it('connects again after an answer with connection: close', async () => {
    const sockets = new Set<unknown>();
    await withStub(
      (request, response) => {
        sockets.add(request.socket);
        response.setHeader('Content-Length', 2).setHeader('Connection', 'close').end('ok');
      },
      async (port) => {
        const connection = connectTo(port);
        await connection.send(GET);
        expect(answered(await connection.send(GET)).status).toBe(200);
        expect(sockets.size).toBe(2);
      },
    );
  });

  it('puts an answer together that arrives byte by byte', async () => {
    const server = createServer((socket) => {
      socket.once('data', async () => {
        for (const byte of 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello') {
          socket.write(byte);
          await new Promise(setImmediate);
        }
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const connection = connectTo(address.port);
    expect(answered(await connection.send(GET)).body.toString()).toBe('hello');
    connection.close();
    server.close();
  });

  it('reports a server that hangs up, and one that is not there', async () => {
    await withStub(
      (request) => request.socket.destroy(),
      async (port) => expect(await connectTo(port).send(GET)).toBeInstanceOf(Error),
    );
    const gone = await withStub(
      () => undefined,
      async (port) => port,
    );
    expect(await connectTo(gone).send(GET)).toMatchObject({ code: 'ECONNREFUSED' });
  });
});
