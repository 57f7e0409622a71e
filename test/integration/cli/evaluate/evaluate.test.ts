import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GraphBuilder } from '../../../../cli/models/convert/onnx/graph-builder.ts';
import { ELEMENT_TYPES } from '../../../../cli/models/convert/onnx/initializer.ts';
import { writeModel } from '../../../../cli/models/convert/onnx/write-model.ts';
import { runTool, type ToolEnd } from '../../../helpers/tool-process.ts';

const MODEL = 'minilm-tweet-sentiment';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evaluate-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

function evaluate(args: readonly string[], timeoutMs = 540_000): Promise<ToolEnd> {
  return runTool(['evaluate', ...args], { timeoutMs });
}

/** A row's figure in the report of one model. */
function figure(report: string, row: string): number {
  const line = report.split('\n').find((candidate) => candidate.startsWith(row));
  return Number(line?.slice(row.length).trim());
}

describe('tss evaluate', () => {
  it('reports the measures of a model', async () => {
    const texts = await file('texts.txt', 'I love this phone\nworst day ever\n\u200b\nI love it\n');
    const labels = await file('labels.txt', '2\nnegative\n1\n0\n');
    const { code, stdout, stderr } = await evaluate(['--texts', texts, '--labels', labels]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^4 texts: 2 negative, 1 neutral, 1 positive\n/);
    expect(stdout).toMatch(/^A {2}minilm-tweet-sentiment, revision 885434d5bfe0$/m);
    expect(figure(stdout, 'macro recall')).toBeCloseTo((0.5 + 1 + 1) / 3, 4);
    expect(figure(stdout, '  standard error')).toBeGreaterThan(0.1);
    expect(figure(stdout, 'accuracy')).toBe(0.75);
    expect(figure(stdout, 'recall negative')).toBe(0.5);
    expect(figure(stdout, 'predictions/s')).toBeGreaterThan(0);
    expect(figure(stdout, 'file size, MB')).toBe(23.6);
    expect(figure(stdout, 'empty texts')).toBe(1);
    expect(stdout).toMatch(/A: true \\ given +negative +neutral +positive\nnegative +1 +0 +1\n/);
  });

  it('reads texts and labels from columns of a CSV file', async () => {
    const content =
      '\ufeffid;Tweet;Sentiment\r\n1;"I love\r\nthis; phone";POSITIVE\r\n2;worst day ever;0\r\n';
    const data = await file('tweets.csv', content);
    const columns = ['--text-column', 'tweet', '--label-column', 'sentiment'];
    const { code, stdout, stderr } = await evaluate(['--data', data, ...columns]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^2 texts: 1 negative, 0 neutral, 1 positive\nNo text is labeled neutral,/,
    );
    expect(figure(stdout, 'accuracy')).toBe(1);
  });

  const SAME = { agreement: 1, recallDifference: 0, standardError: 0 };

  it('compares a model with another graph of it, as JSON', async () => {
    const texts = await file('texts.txt', 'I love this phone\nworst day ever\n\u200b\n');
    const labels = await file('labels.txt', '2\n0\n1\n');
    const copy = join(folder, 'copy.onnx');
    await copyFile('models/minilm-tweet-sentiment/model.onnx', copy);
    const models = ['--model', MODEL, '--model', `${MODEL}=${copy}`];
    const args = ['--texts', texts, '--labels', labels, ...models, '--json'];
    const { code, stdout, stderr } = await evaluate(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      texts: 3,
      labels: { negative: 1, neutral: 1, positive: 1 },
      comparisons: [
        [SAME, SAME],
        [SAME, SAME],
      ],
    });
    for (const [index, graph] of [null, copy].entries()) {
      expect(report.models[index]).toMatchObject({
        model: MODEL,
        revision: '885434d5bfe0',
        graph,
        graphBytes: 23_648_159,
        accuracy: 1,
        macroRecall: 1,
        emptyTexts: 1,
        labelMix: { negative: 1 / 3, neutral: 1 / 3, positive: 1 / 3 },
      });
      const { calibrationError, meanConfidence, latencyMs } = report.models[index];
      // Both labels are right, so that the error is the distance to certainty.
      expect(calibrationError).toBeCloseTo(1 - meanConfidence, 9);
      expect(latencyMs.p50).toBeGreaterThan(0);
    }
    expect(stdout).not.toContain('phone');
  });

  it.each([
    ['that does not exist', 'nowhere.onnx', /nowhere\.onnx cannot be read/],
    ['that is not ONNX', 'texts.txt', /texts\.txt is not an ONNX graph/],
  ])('names a graph %s and exits 1', async (_, name, message) => {
    const texts = await file('texts.txt', 'fine\n');
    const labels = await file('labels.txt', '1\n');
    const model = `${MODEL}=${join(folder, name)}`;
    const args = ['--texts', texts, '--labels', labels, '--model', model];
    const { code, stdout, stderr } = await evaluate(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('names a graph with another number of labels and exits 1', async () => {
    const graph = new GraphBuilder();
    const toFloat = { attributes: { to: { int: ELEMENT_TYPES.float } } };
    const ids = graph.node('Cast', ['input_ids'], toFloat);
    graph.node('ReduceSum', [ids, graph.ints('axes', [1])], { output: 'logits' });
    const path = join(folder, 'one-label.onnx');
    await writeModel(path, {
      graph,
      inputs: [{ name: 'input_ids', type: 'int64', shape: ['batch', 'tokens'] }],
      outputs: [{ name: 'logits', type: 'float', shape: ['batch', 1] }],
    });
    const data = await file('tweets.csv', 'text,label\nfine,1\n');
    const { code, stderr } = await evaluate(['--data', data, '--model', `${MODEL}=${path}`]);
    expect([code, stderr]).toEqual([
      1,
      `${path} gives 1 logits for a text, expected 3: one for each label\n`,
    ]);
  });

  it('evaluate --help prints lines that fit a terminal', async () => {
    const { code, stdout } = await evaluate(['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: tss evaluate');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(99);
  });

  it.each([
    [[], 'give either --data FILE'],
    [['--labels', 'x'], 'give either --data FILE'],
    [['--texts', 'x'], 'give either --data FILE'],
    [['--data', 'x', '--texts', 'y'], 'give either --data FILE'],
    [['--texts', 'x', '--labels', 'y', '--text-column', 'z'], 'give either --data FILE'],
    [['--data', 'x', '--nonsense'], "unknown option '--nonsense'"],
    [['--data', 'x', 'stray'], 'too many arguments'],
    [['--data', 'x', '--model', 'a='], "--model must be NAME or NAME=GRAPH, got 'a='"],
    [
      ['--data', 'x', ...Array.from({ length: 7 }, () => '--model=a')],
      '--model must be given at most 6 times, got 7',
    ],
  ])('evaluate exits 2 for %j and points to its help', async (args, message) => {
    const { code, stderr, stdout } = await evaluate(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain('; run `tss evaluate --help`');
  });

  it('explains a fault of the data in one line and exits 1', async () => {
    const data = await file('tweets.csv', 'id;tweet\n1;fine\n');
    const { code, stdout, stderr } = await evaluate(['--data', data]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /tweets\.csv has no column 'text' and 'label' .* Its columns: id, tweet\n$/,
    );
  });

  it('lists the available models if it is asked for another', async () => {
    const texts = await file('texts.txt', 'fine');
    const labels = await file('labels.txt', '1');
    const result = await evaluate(['--texts', texts, '--labels', labels, '--model', 'huge']);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('There is no model "huge"; available: minilm-tweet-sentiment');
  });
});

const DATA = process.env.EVALUATION_DATA ?? '';

describe('the embedded model on the validation split of TweetEval', () => {
  if (DATA === '') {
    process.stdout.write(
      "Skipped: the embedded model's macro recall. EVALUATION_DATA does not name a folder with val_text.txt and val_labels.txt\n",
    );
  }
  (DATA === '' ? it.skip : it)("has the model card's macro recall", async () => {
    const args = ['--texts', join(DATA, 'val_text.txt'), '--labels', join(DATA, 'val_labels.txt')];
    const { code, stdout, stderr } = await evaluate(args, 240_000);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(Math.abs(figure(stdout, 'macro recall') - 0.7453)).toBeLessThanOrEqual(0.003);
  });
});
