/**
 * The examples of /docs: its prefilled requests are answered with 200 by a service that holds the sample,
 * and its examples of answers are those of the embedded model.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServiceProcess } from '../../helpers/service-process.ts';
import { ToolProcess } from '../../helpers/tool-process.ts';

const ADMIN_TOKEN = 'admin-token-of-the-test';

interface Schema {
  readonly $ref?: string;
  readonly examples?: readonly unknown[];
}
interface Media {
  readonly schema?: Schema;
  readonly example?: unknown;
}
interface Parameter extends Media {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
}
interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, { content?: Readonly<Record<string, Media>> }>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

let service: ServiceProcess;
let openapi: Document;

beforeAll(async () => {
  // As script/start --sample serves it: tweets are found in the store alone.
  service = await ServiceProcess.start({ ADMIN_TOKEN, OEMBED_URL: 'http://127.0.0.1:9/' });
  const sample = ToolProcess.start(['populate', '--sample', '--url', service.url], {
    environment: { ADMIN_TOKEN },
  });
  expect((await sample.ended).code).toBe(0);
  openapi = (await (await service.get('/openapi.json')).json()) as Document;
});
afterAll(() => service?.stop());

function exampleOf({ example, schema }: Media = {}): unknown {
  if (example !== undefined) return example;
  const component = schema?.$ref?.split('/').at(-1);
  const { examples } = component === undefined ? (schema ?? {}) : shared(component);
  return examples?.[0];
}

function shared(component: string): Schema {
  return openapi.components.schemas[component] ?? {};
}

/** The answer to the request that /docs shows before anything is typed. */
async function execute(method: string, path: string, operation: Operation): Promise<Response> {
  const query = new URLSearchParams();
  let written = path;
  for (const parameter of operation.parameters ?? []) {
    const value = exampleOf(parameter);
    if (value === undefined) {
      expect([path, parameter.name, parameter.required ?? false]).toEqual([
        path,
        parameter.name,
        false,
      ]);
    } else if (parameter.in === 'path') {
      written = written.replace(`{${parameter.name}}`, encodeURIComponent(String(value)));
    } else if (parameter.in === 'query') query.set(parameter.name, String(value));
  }
  const body = exampleOf(operation.requestBody?.content['application/json']);
  return service.get(`${written}${query.size > 0 ? `?${query}` : ''}`, {
    method,
    headers: {
      authorization: `Bearer ${ADMIN_TOKEN}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

/** Times that differ from run to run. */
const VARIABLE = /"(scoredAt|createdTimestamp)":"[^"]*"/g;

function comparable(value: unknown): unknown {
  return roundedIn(JSON.parse(JSON.stringify(value).replaceAll(VARIABLE, '"$1":"a time"')));
}

/** Scores to two digits, in which CPUs agree. */
function roundedIn(value: unknown): unknown {
  if (typeof value === 'number') return Math.round(value * 100) / 100;
  if (Array.isArray(value)) return value.map(roundedIn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, roundedIn(part)]));
}

/** Answers that depend on the whole sample or on the process. */
const OF_THE_MOMENT = [
  'GET /v1/users',
  'GET /v1/topics',
  'GET /v1/admin/features/tweets',
  'POST /v1/admin/features/rebuild',
  'POST /v1/admin/features/rescore',
  'GET /v1/status',
];

describe('/docs on a service with the sample', () => {
  it('prefills requests that are answered with 200, and shows their answers', async () => {
    const operations = Object.entries(openapi.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ method, path, operation })),
    );
    // Purges come last.
    operations.sort((a, b) => Number(a.method === 'delete') - Number(b.method === 'delete'));
    expect(operations.length).toBeGreaterThan(20);
    let purged = false;
    for (const { method, path, operation } of operations) {
      const name = `${method.toUpperCase()} ${path}`;
      const response = await execute(method.toUpperCase(), path, operation);
      expect([name, response.status]).toEqual([name, 200]);
      const answer: unknown = await response.json();
      if (OF_THE_MOMENT.includes(name) || purged) continue;
      purged = method === 'delete';
      const shown = exampleOf(operation.responses['200']?.content?.['application/json']);
      expect([name, comparable(answer)]).toEqual([name, comparable(shown ?? null)]);
    }
  });
});
