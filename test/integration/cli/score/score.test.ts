import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { ServiceProcess } from '../../../helpers/service-process.ts';
import { runTool, ToolProcess, TSS } from '../../../helpers/tool-process.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'score-'));
});

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const score = (...args: readonly string[]) => runTool(['score', ...args], { folder });

describe('tss score', () => {
  it('adds label and scores to a CSV file, and says what it found', async () => {
    write('tweets.csv', 'id,text\n1460323737035677698,"I love this\nphone"\n2,I hate it\n');
    const { code, stdout, stderr } = await score('tweets.csv', '--out', 'scored.csv');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'scored.csv: 2 texts scored: 1 negative, 0 neutral, 1 positive\n',
    });
    expect(stderr).toMatch(
      /^tweets\.csv {2}0\/3 {2}0 %\n(?:.*\n)*tweets\.csv {2}3\/3 {2}100 %(?: {2}.*\/s)?\n$/,
    );
    expect(parse(read('scored.csv'), { columns: true })).toMatchObject([
      {
        id: '1460323737035677698',
        text: 'I love this\nphone',
        label: 'positive',
        truncated: 'false',
        model_name: 'minilm-tweet-sentiment',
        model_revision: '885434d5bfe0',
      },
      { id: '2', label: 'negative' },
    ]);
  });

  it('says how many texts are in languages that the model does not read', async () => {
    write('texts.txt', 'I love this phone\nDas ist das schlechteste Telefon der Welt\n12:30\n');
    const { stdout } = await score('texts.txt', '--out', 'scored.csv');
    expect(stdout).toMatch(
      /^scored\.csv: 3 texts scored: .*; 1 in languages that the model does not read\n$/,
    );
    expect(parse(read('scored.csv'), { columns: true })).toMatchObject([
      { language: 'en', language_supported: 'true' },
      { language: 'de', language_supported: 'false' },
      { language: '', language_supported: '' },
    ]);
  });

  it('reads standard input, and writes standard output for other programs', async () => {
    const child = spawn(process.execPath, [...TSS, 'score', '-', '--format', 'jsonl'], {
      cwd: folder,
      env: {},
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.end(gzipSync('{"text":"I love it"}\n{"text":"I hate it"}\n'));
    const labels = (await text(child.stdout)).trim().split('\n');
    expect(labels.map((line) => JSON.parse(line).label)).toEqual(['positive', 'negative']);
  });

  it('reads UTF-16, and gzip into gzip', async () => {
    const utf16 = Buffer.from('\ufefftext\tid\r\nI love it 😍\t1\r\n', 'utf16le');
    write('excel.csv', utf16);
    expect((await score('excel.csv', '--out', 'excel.scored.csv')).code).toBe(0);
    expect(read('excel.scored.csv')).toMatch(
      /^\ufefftext\tid\tlabel\t.*\nI love it 😍\t1\tpositive\t/,
    );
    write('lines.txt.gz', gzipSync('I love it\n'));
    expect((await score('lines.txt.gz', '--out', 'lines.csv.gz')).code).toBe(0);
    const lines = gunzipSync(readFileSync(join(folder, 'lines.csv.gz'))).toString();
    expect(lines).toMatch(/^text,label,.*\nI love it,positive,/);
  });

  it('reports lines that cannot be scored, leaves them out, and ends with 3', async () => {
    write(
      'mixed.jsonl',
      `{"text":"I love it"}\nnope\n{"text":"\\u200b"}\n{"text":"${'a'.repeat(25_001)}"}\n` +
        `{"text":"${'a'.repeat(8 * 1024 * 1024)}"}\n{"text":"I hate it"}\n`,
    );
    const { code, stdout, stderr } = await score('mixed.jsonl', '--out', 'scored.jsonl');
    expect({ code, stdout }).toEqual({
      code: 3,
      stdout: 'scored.jsonl: 2 texts scored: 1 negative, 0 neutral, 1 positive\n',
    });
    expect(stderr.split('\n').filter((line) => line.includes('left out'))).toEqual([
      'mixed.jsonl: line 2 is not JSON; it is left out.',
      'mixed.jsonl: line 3 has nothing to score; it is left out.',
      'mixed.jsonl: line 4 has a text of 25001 characters; the longest allowed has 25000; it is left out.',
      'mixed.jsonl: line 5 is longer than 8388608 bytes; it is left out.',
      '4 texts were left out',
    ]);
    expect(read('scored.jsonl').split('\n')).toHaveLength(3);
  });

  it('ends at the first such line with --strict, without an output', async () => {
    write('mixed.jsonl', '{"text":"I love it"}\nnope\n');
    const { code, stderr } = await score('mixed.jsonl', '--out', 'scored.jsonl', '--strict');
    expect([code, stderr]).toEqual([1, expect.stringContaining('mixed.jsonl, line 2 is not JSON')]);
    expect(existsSync(join(folder, 'scored.jsonl'))).toBe(false);
  });

  it.each([
    [2, 'the format of standard input is not known', ['-']],
    [
      2,
      "--out must end in .csv, .csv.gz or .parquet for this input, got 'a.jsonl'",
      ['a.csv', '--out', 'a.jsonl'],
    ],
    [1, 'absent.csv cannot be read: ENOENT', ['absent.csv']],
    [1, 'There is no model "absent"', ['a.csv', '--model', 'absent']],
  ])('ends with %i and says why: %s', async (expected, message, args) => {
    write('a.csv', 'text\na\n');
    const { code, stderr } = await score(...args);
    expect([code, stderr]).toEqual([expected, expect.stringContaining(message)]);
  });

  it('has each line once after it was killed three times', async () => {
    const lines = Array.from({ length: 2_000 }, (_, index) => `${index},good ${index % 97}`);
    write('tweets.csv', `id,text\n${lines.join('\n')}\n`);
    const args = ['score', 'tweets.csv', '--out', 'scored.csv', '--workers', '1'];
    for (const share of [/ [2-9]\d %/, / [5-9]\d %/, / [7-9]\d %/]) {
      await ToolProcess.start(args, { folder }).killWhen(share);
      expect(existsSync(join(folder, 'scored.csv'))).toBe(false);
    }
    const { code, stderr } = await runTool(args, { folder });
    expect([code, stderr]).toEqual([0, expect.stringMatching(/continues after line [12]\d\d\d\n/)]);
    const rows: string[][] = parse(read('scored.csv'));
    expect(rows.slice(1).map(([id]) => Number(id))).toEqual(lines.map((_, index) => index));
  });

  it('starts from the beginning when the manifest gives the model other languages', async () => {
    const models = join(folder, 'models');
    cpSync('models', models, { recursive: true });
    const lines = Array.from({ length: 1_000 }, (_, index) => `I love this phone ${index}`);
    write('tweets.txt', lines.join('\n'));
    const args = ['score', 'tweets.txt', '--out', 'scored.csv', '--workers', '1'];
    const options = { folder, environment: { MODELS_DIR: models } };
    await ToolProcess.start(args, options).killWhen(/ [2-7]\d %/);
    const manifest = join(models, 'manifest.json');
    const changed = readFileSync(manifest, 'utf8').replace(/"en"/, '"de"');
    writeFileSync(manifest, changed);
    const { code, stderr } = await runTool(args, options);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('continues')]);
    const rows: Record<string, string>[] = parse(read('scored.csv'), { columns: true });
    expect(rows.filter(({ language_supported: supported }) => supported === 'true')).toEqual([]);
  });
});

describe('tss score beside a service', () => {
  let service: ServiceProcess;
  beforeAll(async () => {
    service = await ServiceProcess.start({ TWEET_SOURCE: 'fixture' });
  });
  afterAll(() => service?.stop());

  it('gives the same answers as POST /v1/inference', async () => {
    const golden = readFileSync('models/minilm-tweet-sentiment/golden.jsonl', 'utf8').trim();
    const texts: string[] = golden
      .split('\n')
      .slice(0, 120)
      .map((line) => JSON.parse(line).text)
      .filter((each) => /\S/.test(each));
    write('texts.jsonl', texts.map((each) => `${JSON.stringify({ text: each })}\n`).join(''));
    await score('texts.jsonl', '--out', 'scored.jsonl');
    const scored = read('scored.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const response = await fetch(`${service.url}/v1/inference`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ texts: scored.map((row) => row.text) }),
    });
    const { results, model } = (await response.json()) as {
      results: {
        sentimentAnalyst: string;
        scores: Record<string, number>;
        truncated: boolean;
        certain: boolean;
        language: string | null;
        languageSupported: boolean | null;
      }[];
      model: { name: string; revision: string };
    };
    expect(scored).toHaveLength(results.length);
    for (const [index, result] of results.entries()) {
      const { sentimentAnalyst, scores, truncated, certain, language, languageSupported } = result;
      const row = scored[index];
      expect(row).toMatchObject({
        label: sentimentAnalyst,
        truncated,
        certain,
        language,
        language_supported: languageSupported,
        model_name: model.name,
        model_revision: model.revision,
      });
      for (const [label, value] of Object.entries(scores)) {
        expect(row[`score_${label}`]).toBeCloseTo(value, 6);
      }
    }
  });
});
