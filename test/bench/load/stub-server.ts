import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';

/** Runs `use` with the port of a server on the loopback interface. */
export async function withStub<T>(
  listener: RequestListener,
  use: (port: number) => Promise<T>,
): Promise<T> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stub has no port');
  try {
    return await use(address.port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
