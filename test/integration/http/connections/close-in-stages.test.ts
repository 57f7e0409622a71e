import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { closeInStages } from '../../../../service/http/connections/close-in-stages.ts';
import { closed } from '../helpers/start-app.ts';

let server: Server;
let client: Socket;
let accepted: Socket;
beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined);
  [accepted] = (await once(server, 'connection')) as [Socket];
  accepted.on('error', () => undefined);
});
afterEach(() => {
  client.destroy();
  server.close();
});

describe('a connection that is closed in stages', () => {
  it('ends its output, discards input and closes with the client', async () => {
    client.allowHalfOpen = true;
    closeInStages(accepted);
    await once(client.resume(), 'end');
    client.end(Buffer.alloc(1_000_000));
    await closed(accepted);
    expect(accepted.bytesRead).toBe(1_000_000);
  });

  it('closes after a bounded time if the client does not', async () => {
    client.allowHalfOpen = true;
    closeInStages(accepted, { maxMs: 1 });
    await closed(accepted);
    expect(accepted.destroyed).toBe(true);
  });

  it('closes after a bounded number of bytes', async () => {
    client.allowHalfOpen = true;
    closeInStages(accepted, { maxBytes: 10 });
    client.write(Buffer.alloc(11));
    await closed(accepted);
    expect(accepted.bytesRead).toBe(11);
  });
});
