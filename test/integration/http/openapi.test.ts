import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { startApp, type TestApp } from './helpers/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.stop());

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly responses: Readonly<Record<string, { description?: string; content?: object }>>;
  readonly requestBody?: {
    content: Readonly<Record<string, { examples?: object; schema?: object }>>;
  };
}

function operations(): [name: string, operation: Operation][] {
  return Object.entries(app.document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).map(
      ([method, operation]): [string, Operation] => [`${method.toUpperCase()} ${path}`, operation],
    ),
  );
}

function components(): Readonly<Record<string, unknown>> {
  const { document } = app;
  return ('components' in document && document.components?.schemas) || {};
}

describe('the OpenAPI document', () => {
  it('is served at /openapi.json and is valid OpenAPI 3.1', async () => {
    const { status, json } = await app.call('/openapi.json');
    expect(status).toBe(200);
    expect(json.openapi).toMatch(/^3\.1\./);
    const result = await new Validator().validate(json);
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
  });

  it('describes each JSON body as one object, from which generators of clients make one class', () => {
    const bodies = operations().flatMap(([name, { requestBody }]) => {
      const schema = requestBody?.content['application/json']?.schema;
      return schema === undefined ? [] : [[name, Object.keys(schema)] as const];
    });
    expect(bodies.length).toBeGreaterThan(2);
    for (const [name, keywords] of bodies) {
      expect([name, keywords]).not.toEqual([
        name,
        expect.arrayContaining([expect.stringMatching(/^(any|one|all)Of$/)]),
      ]);
    }
  });

  it('has the routes under /v1 that docs/api.md lists, and no others', () => {
    const rows = readFileSync('docs/api.md', 'utf8').matchAll(/^\| `([A-Z]+ \/v1[^?`]*)/gm);
    const named = [...rows].map(([, route]) => route).sort();
    const documented = operations().map(([name]) => name);
    expect(named).toEqual(documented.filter((name) => name.includes(' /v1')).sort());
  });

  it('lists exactly the routes of the API', () => {
    expect(
      operations()
        .map(([name]) => name)
        .sort(),
    ).toEqual([
      'DELETE /v1/admin/features/topics/{tag}',
      'DELETE /v1/admin/features/tweets/{id}',
      'DELETE /v1/admin/features/users/{user}',
      'GET /',
      'GET /livez',
      'GET /readyz',
      'GET /v1/admin/features/tweets',
      'GET /v1/features/tweets',
      'GET /v1/inference',
      'GET /v1/status',
      'GET /v1/topics',
      'GET /v1/topics/{tag}/sentiment',
      'GET /v1/users',
      'GET /v1/users/{user}/sentiment',
      'GET /v2',
      'GET /v2/health/live',
      'GET /v2/health/ready',
      'GET /v2/models/{name}',
      'GET /v2/models/{name}/ready',
      'GET /v2/models/{name}/versions/{version}',
      'GET /v2/models/{name}/versions/{version}/ready',
      'POST /v1/admin/features/load',
      'POST /v1/admin/features/rebuild',
      'POST /v1/admin/features/rescore',
      'POST /v1/admin/tweets',
      'POST /v1/inference',
      'POST /v1/inference/tweets',
      'POST /v2/models/{name}/infer',
      'POST /v2/models/{name}/versions/{version}/infer',
    ]);
  });

  it('gives a client generator a distinct operation id, a tag and a summary for each', () => {
    const ids = operations().map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const known = (app.document.tags ?? []).map((tag) => tag.name);
    for (const [name, { operationId, tags, summary }] of operations()) {
      expect([name, known]).toEqual([name, expect.arrayContaining([...(tags ?? [])])]);
      expect({ name, operationId, tags, summary }).toEqual({
        name,
        operationId: expect.stringMatching(/^[a-z][A-Za-z]+$/),
        tags: [expect.any(String)],
        summary: expect.any(String),
      });
    }
  });

  it('shows an example of each request body', () => {
    for (const [name, { requestBody }] of operations()) {
      if (!requestBody) continue;
      const media = JSON.stringify(requestBody.content['application/json']);
      const shared = /"\$ref":"#\/components\/schemas\/(\w+)"/.exec(media)?.[1];
      const text = shared ? JSON.stringify(components()[shared]) : media;
      expect([name, /"examples?"/.test(text)]).toEqual([name, true]);
    }
  });

  it('has examples that its own schemas accept', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'document', ...app.document });
    const examples = [...examplesIn(app.document, '')];
    expect(examples.length).toBeGreaterThan(20);
    for (const [pointer, example] of examples) {
      const validate = ajv.compile({ $ref: `document#${pointer}` });
      expect([pointer, validate(example), validate.errors]).toEqual([pointer, true, null]);
    }
  });

  it('names its schemas and refers to them', () => {
    expect(Object.keys(components())).toEqual(
      expect.arrayContaining(['Problem', 'TweetSentiment', 'Scores', 'InferResponse']),
    );
    expect(JSON.stringify(app.document)).not.toMatch(/"\$ref":"(?!#\/components\/schemas\/)/);
  });

  it('tells the limits that hold, not the default ones', async () => {
    const other = await startApp({ limits: { texts: 3, tweets: 2, urlCharacters: 99 } });
    try {
      const { text, json } = await other.call('/openapi.json');
      expect(text).toContain('"maxItems":3');
      expect(text).toContain('"maxLength":99');
      expect(json.info.description).toContain('| tweets in a request | 2 |');
    } finally {
      await other.stop();
    }
  });

  it('asks for an API key only where one is configured', async () => {
    const open = await startApp({ settings: { apiKeys: [], adminTokens: [] } });
    try {
      expect(securityOf(app)).toEqual([{ apiKey: [] }]);
      expect(securityOf(open)).toEqual([]);
      expect(JSON.stringify(open.document)).not.toMatch(/admin|securitySchemes/);
    } finally {
      await open.stop();
    }
  });
});

/** Each example, with the JSON pointer of its schema. */
function* examplesIn(node: unknown, pointer: string): Generator<[pointer: string, unknown]> {
  if (typeof node !== 'object' || node === null) return;
  const { schema, example, examples = [] } = node as Record<string, unknown>;
  if (schema === undefined) {
    // A schema lists its examples.
    if (Array.isArray(examples)) for (const one of examples) yield [pointer, one];
  } else {
    // A parameter or a media type names them.
    const named = Object.values(examples as object).map(({ value }) => value);
    for (const one of example === undefined ? named : [example, ...named]) {
      yield [`${pointer}/schema`, one];
    }
  }
  for (const [key, child] of Object.entries(node)) {
    if (key === 'example' || key === 'examples') continue;
    const step = encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
    yield* examplesIn(child, `${pointer}/${step}`);
  }
}

function securityOf(testApp: TestApp): unknown {
  return testApp.document.paths?.['/v1/inference']?.post?.security;
}

describe('/docs', () => {
  it.each(['/docs', '/docs/'])('serves the page at %s under a strict policy', async (path) => {
    const { status, text, headers } = await app.call(path);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*script-src 'self'/);
    expect(text).not.toMatch(/<script(?![^>]*\bsrc=)/);
    for (const [, file = ''] of text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const asset = await app.call(new URL(file, 'http://host/docs/').pathname);
      expect([file, asset.status]).toEqual([file, 200]);
    }
  });

  it('answers 404 to files it does not have', async () => {
    for (const path of ['/docs/nothing', '/docs/static/nothing.js']) {
      expect((await app.call(path)).json.code).toBe('not_found');
    }
  });

  it('serves nothing from outside its folder', async () => {
    for (const path of ['/docs/%2e%2e/package.json', '/docs/static/..%2f..%2fpackage.json']) {
      const { status, text } = await app.call(path);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(text).not.toContain('dependencies');
    }
  });

  it('refuses a range that a file does not have', async () => {
    const headers = { range: 'bytes=99999999-' };
    const { json } = await app.call('/docs/static/index.css', { headers });
    expect(json.code).toBe('invalid_request');
  });
});
