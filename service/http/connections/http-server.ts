import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import { OutageLog } from '../../application/outage-log.ts';
import type { ClientErrors } from './client-errors.ts';
import type { Connections } from './connections.ts';
import { PacedRequest } from './paced-request.ts';
import { Pipelining } from './pipelining.ts';
import type { SiblingServers } from './sibling-servers.ts';
import { UnsentAnswers } from './unsent-answers.ts';

/** Open connections; an idle one takes about 12 KB. */
const MAX_CONNECTIONS = 10_000;

/**
 * Headers of a request. Node keeps each as two strings, so that a head of small headers takes five
 * times its bytes, also before its end.
 */
export const MAX_HEADERS = 100;

interface HttpServerOptions {
  readonly http: ServerOptions;
  /** Closes connections that are silent for longer. */
  readonly idleTimeoutMs: number;
  readonly connections: Connections;
  /** Further servers on the port, which are made like this one. */
  readonly siblings: SiblingServers;
  readonly clientErrors: ClientErrors;
  readonly logger: FastifyBaseLogger;
}

/**
 * Creates the HTTP server of the service: bounds what clients make it hold, and passes requests
 * with an Expect header on unanswered, so that the head alone may decide them.
 */
export function createHttpServer(handle: RequestListener, options: HttpServerOptions): Server {
  const { connections, clientErrors, siblings } = options;
  const unsentAnswers = new UnsentAnswers();
  const pipelining = new Pipelining((request, response) => {
    const { socket } = request;
    connections.begin(socket, response);
    response.on('prefinish', () => {
      connections.completed(socket);
      unsentAnswers.add(socket);
    });
    response.on('close', () => {
      connections.ended(socket);
      unsentAnswers.remove(socket);
    });
    handle(request, response);
  });
  const outage = connectionsOutage(options.logger);
  const create = (): Server => {
    const server = createServer({ ...options.http, IncomingMessage: PacedRequest });
    server.maxHeadersCount = MAX_HEADERS;
    connections.watch(server);
    server.on('connection', (socket) => {
      if (connections.count <= MAX_CONNECTIONS) {
        outage.recovered();
      } else {
        outage.failed(`${MAX_CONNECTIONS} connections are open`);
        socket.destroy();
      }
    });
    for (const event of ['request', 'checkContinue', 'checkExpectation'] as const) {
      server.on(event, (request, response) => pipelining.accept(request, response));
    }
    server.on('connect', ({ socket }) => clientErrors.refuseTunnel(socket));
    server.setTimeout(options.idleTimeoutMs);
    return server;
  };
  // On the first server, Fastify does this.
  siblings.makeBy(() => create().on('clientError', clientErrors.handle));
  return create();
}

function connectionsOutage(logger: FastifyBaseLogger): OutageLog {
  return new OutageLog({
    logger,
    failed: 'connections are refused: too many are open',
    recovered: 'connections are accepted again',
  });
}
