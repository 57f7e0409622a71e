import fp from 'fastify-plugin';
import { answerError } from '../answer-error.ts';

export const errorHandler = fp(
  async (app) => {
    app.setErrorHandler((error, request, reply) => answerError(error, request, reply));
  },
  { name: 'error-handler', dependencies: ['request-trace'] },
);
