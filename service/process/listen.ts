import { once } from 'node:events';
import { createServer } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { StartupError } from '../domain/errors.ts';

/** Other systems cannot spread connections over several sockets of a port. */
const SPREADS_CONNECTIONS = process.platform === 'linux';

/** @throws StartupError if the port cannot be bound */
export async function listen(
  app: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  const options = {
    host,
    port,
    reusePort: SPREADS_CONNECTIONS,
    listenTextResolver: (address: string) =>
      `Serving on ${address}; open ${address}/ for the page, ${address}/docs for the API`,
  };
  try {
    if (SPREADS_CONNECTIONS) await expectFree(host, port);
    await app.listen(options);
    const address = app.server.address();
    if (SPREADS_CONNECTIONS && address !== null && typeof address === 'object') {
      await app.siblings.listen(address);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartupError(
      `Cannot listen on HOST=${host}, PORT=${port}: ${reason}. Choose another PORT or end what uses it.`,
      { cause: error },
    );
  }
}

/** With `reusePort` alone, a second service on the port would take a part of the connections. */
async function expectFree(host: string, port: number): Promise<void> {
  const server = createServer().listen({ host, port });
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}
