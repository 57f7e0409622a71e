import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { DuckDBInstance, type Json } from '@duckdb/node-api';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { parseReport, RESULT_COLUMNS, type Report } from '../../../../cli/bulk/contract.ts';
import { seededRandom } from '../../../../script/lib/seeded-random.ts';
import { S3Bucket } from '../../../helpers/s3-bucket.ts';

const BUCKET = 'tweets';
const folder = mkdtempSync(join(tmpdir(), 'bulk-'));
let s3: S3Bucket;
beforeAll(async () => {
  s3 = await S3Bucket.start(BUCKET, new Map());
});
afterEach(() => {
  s3.onRequest = () => {};
});
afterAll(() => s3.close());

function start(key: string, ...words: readonly string[]): ChildProcess {
  const prefixes = ['--output', `s3://${BUCKET}/results/`, '--reports', `s3://${BUCKET}/reports/`];
  const input = ['--input', `s3://${BUCKET}/${key}`];
  return spawn(
    process.execPath,
    [resolve('dist/score-object.js'), ...input, ...prefixes, ...words],
    {
      cwd: folder,
      env: { ...s3.environment, MODELS_DIR: resolve('models'), INFERENCE_WORKERS: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
}

async function endOf(child: ChildProcess) {
  const [ended, stdout, stderr] = await Promise.all([
    once(child, 'close'),
    text(child.stdout!),
    text(child.stderr!),
  ]);
  const [code, signal] = ended as [number | null, NodeJS.Signals | null];
  return { end: code ?? signal, stdout, stderr };
}

/** Sends a signal to a process when the bucket gets its request of a number, from 1. */
function killAt(child: ChildProcess, request: number, signal: NodeJS.Signals) {
  let requests = 0;
  s3.onRequest = () => {
    requests++;
    if (requests === request) child.kill(signal);
  };
  return endOf(child);
}

function reportOf(name: string): Report {
  const key = [...s3.objects.keys()].find((each) => each.endsWith(`/${name}.json`))!;
  return parseReport(String(s3.objects.get(key)))!;
}

/** A query of the result of an item, as table `result`. */
async function query(name: string, sql: string): Promise<Record<string, Json>[]> {
  const [, key = ''] = reportOf(name).output.split(`s3://${BUCKET}/`);
  const path = join(folder, `${name}.parquet`);
  writeFileSync(path, s3.objects.get(key)!);
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(sql.replaceAll('result', `'${path}'`));
    return reader.getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const DUCKDB_TYPES = {
  string: 'VARCHAR',
  bigint: 'BIGINT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP WITH TIME ZONE',
};

it('a task that is stopped and killed at any moment leaves each line once, in the results or the reports', async () => {
  const lines = Array.from({ length: 300 }, (_, index) =>
    index % 50 === 7 ? 'nope' : JSON.stringify({ id: `${index}`, text: `good ${index % 7}` }),
  );
  lines[100] = JSON.stringify({ text: 'a'.repeat(8 * 1024 * 1024) });
  const content = Buffer.from(`\ufeff${lines.join('\r\n')}`);
  s3.objects.set('input/a.jsonl', content);
  // In the middle of the long line, whose range has the lines before it, too.
  const cut = Math.floor(content.length / 2);
  const ranges = [`0-${cut}`, `${cut}-${content.length}`];
  const random = seededRandom(60);
  for (const range of ranges) {
    const task = () => start('input/a.jsonl', '--range', range);
    const request = 1 + Math.floor(random() * 5);
    expect(await killAt(task(), request, 'SIGKILL')).toMatchObject({ end: 'SIGKILL' });
    s3.server.breakNext('input/a.jsonl', 1000);
    const [stopped, whole] = await Promise.all([
      killAt(task(), request + 1, 'SIGTERM'),
      endOf(task()),
    ]);
    // By the requests of the other task it may be stopped before it listens to the signal.
    expect([0, 143, 'SIGTERM']).toContain(stopped.end);
    expect(whole).toMatchObject({ end: 0, stderr: '' });
    // The stopped task may have replaced the result after the report of the other one.
    expect(await endOf(task())).toMatchObject({ end: 0 });
    expect((await endOf(task())).stdout).toContain('done already');
  }
  const found: number[] = [];
  for (const range of ranges) {
    const rows = await query(`a.jsonl.${range}`, 'SELECT byte FROM result');
    const { scored, left_out, first_left_out } = reportOf(`a.jsonl.${range}`);
    expect([scored, left_out]).toEqual([rows.length, first_left_out.length]);
    found.push(...rows.map(({ byte }) => Number(byte)), ...first_left_out.map(({ byte }) => byte!));
  }
  let at = 0;
  const starts = lines.map((line, index) => {
    const here = at;
    at += line.length + 2 + (index === 0 ? 3 : 0);
    return here;
  });
  expect(found.toSorted((one, other) => one - other)).toEqual(starts);
});

it('SIGTERM aborts the upload of a large result, and the repeated task completes one', async () => {
  // Row groups of 12 MB: more than the parts that are under way when the signal comes.
  const noise = () => randomBytes(3 * 1024 * 1024).toString('base64');
  const lines = Array.from({ length: 20 }, (_, index) =>
    JSON.stringify({ id: index, text: 'good', noise: noise() }),
  );
  s3.objects.set('input/large.jsonl', Buffer.from(`${lines.join('\n')}\n`));
  const task = start('input/large.jsonl');
  s3.onRequest = ({ url = '' }) => {
    if (url.includes('partNumber=')) task.kill('SIGTERM');
  };
  expect(await endOf(task)).toMatchObject({ end: 143 });
  expect(s3.uploads.size).toBe(0);
  expect([...s3.objects.keys()].filter((key) => key.includes('large'))).toHaveLength(1);
  s3.onRequest = () => {};
  expect(await endOf(start('input/large.jsonl'))).toMatchObject({ end: 0, stderr: '' });
  const [groups] = await query(
    'large.jsonl',
    'SELECT count(DISTINCT row_group_id)::INTEGER AS count FROM parquet_metadata(result)',
  );
  expect(groups).toEqual({ count: 5 });
  const rows = await query('large.jsonl', 'SELECT id, record FROM result ORDER BY line');
  expect(rows).toEqual(lines.map((record, index) => ({ id: `${index}`, record })));
  const columns = await query('large.jsonl', 'DESCRIBE FROM result');
  expect(columns.map(({ column_name, column_type }) => [column_name, column_type])).toEqual(
    Object.entries(RESULT_COLUMNS).map(([name, { type }]) => [name, DUCKDB_TYPES[type]]),
  );
});

it.each([
  ['s3://tweets/absent.csv does not exist', 'absent.csv', []],
  [
    "--range must be START-END, the first and the last byte, exclusive, got '9-1'",
    'a.txt',
    ['--range', '9-1'],
  ],
  ['the format of', 'input/a', []],
])('says why it fails: %s', async (message, key, words) => {
  s3.objects.set('input/a', Buffer.from('a'));
  const { end, stderr } = await endOf(start(key, ...words));
  expect([end, stderr]).toEqual([1, expect.stringContaining(message)]);
});
