import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Pipelining } from '../../../../service/http/connections/pipelining.ts';

// Prints the stack traces of pipelined requests whose connection is cut off, and one of a later error.
const cutOff: (string | undefined)[] = [];
const pipelining = new Pipelining(() => undefined);
const server = createServer((request, response) => {
  request.on('error', ({ stack }) => cutOff.push(stack));
  pipelining.accept(request, response);
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').resume();
socket.on('error', () => undefined);
socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(1_000));
await once(socket, 'close');
await once(server.close(), 'close');
process.stdout.write(JSON.stringify({ cutOff, later: new Error('later').stack }));
