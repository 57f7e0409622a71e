import fp from 'fastify-plugin';
import { setCommonHeaders, startTrace, type TraceSinks } from '../request-trace.ts';

export const requestTrace = fp<TraceSinks>(
  async (app, sinks) => {
    app.decorateRequest('trace');
    app.addHook('onRequest', (request, reply, done) => {
      startTrace(request, reply, sinks);
      done();
    });
    app.addHook('onSend', (request, reply, _payload, done) => {
      setCommonHeaders(request, reply);
      done();
    });
  },
  { name: 'request-trace' },
);
