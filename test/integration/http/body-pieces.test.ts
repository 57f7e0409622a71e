import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { PacedRequest } from '../../../service/http/connections/paced-request.ts';
import { residentBytes } from '../../helpers/resident-bytes.ts';
import { ServiceProcess } from '../../helpers/service-process.ts';

const MIB = 1_048_576;
const CLIENTS = 2;
const PIECES = 500_000;
const TEXT = '{"text":"I love this phone"}';
const HEAD =
  'POST /v1/inference HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n';

let service: ServiceProcess;
afterEach(() => service?.stop());

/** Sends a body in chunks of one byte, and returns the answer. */
async function sendInPieces(beforeEnd: () => void): Promise<string> {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1').setEncoding('utf8');
  let answer = '';
  socket.on('data', (part) => {
    answer += part;
  });
  const closed = once(socket, 'close');
  socket.write(HEAD);
  const chunks = '1\r\n \r\n'.repeat(PIECES / 100);
  for (let part = 0; part < 100; part++) {
    if (!socket.write(chunks)) await once(socket, 'drain');
  }
  beforeEnd();
  socket.write(`${TEXT.length.toString(16)}\r\n${TEXT}\r\n0\r\n\r\n`);
  await closed;
  return answer;
}

it('bodies of 500,000 chunks of one byte take less than 100 MiB, and are answered', async () => {
  service = await ServiceProcess.start({
    TWEET_SOURCE: 'fixture',
    REQUEST_READ_TIMEOUT_MS: '60000',
  });
  await service.get('/v1/status');
  const before = residentBytes(service.child.pid ?? 0);
  let most = 0;
  const probe = () => {
    most = Math.max(most, residentBytes(service.child.pid ?? 0));
  };
  const answers = await Promise.all(Array.from({ length: CLIENTS }, () => sendInPieces(probe)));
  probe();
  for (const answer of answers) expect(answer).toMatch(/^HTTP\/1.1 200 /);
  expect((most - before) / MIB).toBeLessThan(100);
});

it('a body that is discarded after the answer waits for its turns, too', async () => {
  const pieces = 5_000;
  let pushed = 0;
  class CountedRequest extends PacedRequest {
    override push(piece: Buffer | null): boolean {
      if (piece) pushed += 1;
      return super.push(piece);
    }
  }
  const server = createServer({ IncomingMessage: CountedRequest }, (_request, response) => {
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(HEAD.replace('Connection: close\r\n', ''));
  // The answer.
  await once(socket, 'data');
  socket.write(`${'1\r\n \r\n'.repeat(pieces)}0\r\n\r\n`);
  socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  socket.resume();
  await once(socket, 'close');
  server.close();
  expect(pushed).toBe(pieces);
});
