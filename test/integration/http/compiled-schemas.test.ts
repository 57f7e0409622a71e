import ValidatorSelector from '@fastify/ajv-compiler';
import SerializerSelector from '@fastify/fast-json-stringify-compiler';
import { describe, expect, it } from '@jest/globals';
import { startApp } from './helpers/start-app.ts';

type BuildValidator = ReturnType<typeof ValidatorSelector>;

interface RouteSchema {
  readonly method: string;
  readonly url: string;
  readonly httpPart: string;
}

describe('the schemas of the routes', () => {
  it('compile, although the service tries it only when a request needs them', async () => {
    const compiled: string[] = [];
    const build: BuildValidator = ValidatorSelector();
    // Compiles during the start, as Fastify does by default.
    const buildValidator: BuildValidator = (...parameters) => {
      const compile = build(...parameters);
      return (route, meta) => {
        const { method, url, httpPart } = route as unknown as RouteSchema;
        compiled.push(`${method} ${url} ${httpPart}`);
        return compile(route, meta);
      };
    };
    const app = await startApp({
      onCreate: (instance) => {
        const compilersFactory = { buildValidator, buildSerializer: SerializerSelector() };
        instance.setSchemaController({ compilersFactory });
      },
    });
    await app.stop();
    expect(compiled).toEqual(
      expect.arrayContaining([
        'GET /v1/inference querystring',
        'POST /v1/inference body',
        'DELETE /v1/admin/features/tweets/:id params',
      ]),
    );
  });
});
