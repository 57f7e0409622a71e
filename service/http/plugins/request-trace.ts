import fp from 'fastify-plugin';
import type { Metrics } from '../../application/ports/metrics.ts';
import { setCommonHeaders, startTrace } from '../request-trace.ts';

export const requestTrace = fp<{ metrics: Metrics }>(
  async (app, { metrics }) => {
    app.decorateRequest('trace');
    app.addHook('onRequest', (request, reply, done) => {
      startTrace(request, reply, metrics);
      done();
    });
    app.addHook('onSend', (request, reply, _payload, done) => {
      setCommonHeaders(request, reply);
      done();
    });
  },
  { name: 'request-trace' },
);
