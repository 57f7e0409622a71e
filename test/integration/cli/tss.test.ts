import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runTool, ToolProcess } from '../../helpers/tool-process.ts';

describe('tss', () => {
  it('prints the version of package.json', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await runTool(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('prints its help to stderr and exits 2 without a command', async () => {
    const { code, stdout, stderr } = await runTool([]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: tss [options] [command]');
  });

  it.each([
    [['foo'], "unknown command 'foo'; run `tss --help`\n"],
    [['popluate'], "unknown command 'popluate' (did you mean populate?); run `tss --help`\n"],
    [['models', 'ad'], "unknown command 'ad' (did you mean add?); run `tss models --help`\n"],
    [['models', 'add'], "missing required argument 'SOURCE'; run `tss models add --help`\n"],
    [
      ['cost', '--stage', 'dev', '--predictions-per-second', '0'],
      "--predictions-per-second must be a number from 0.01 to 1000000, got '0'; run `tss cost --help`\n",
    ],
    [
      ['evaluate', '--data', 'x', '--data', 'y'],
      "--data must be given once, got also 'y'; run `tss evaluate --help`\n",
    ],
    [
      ['populate', '--sample', '--limit', '5'],
      '--limit bounds the tweets of --user, --topic and --query: give one of them; run `tss populate --help`\n',
    ],
    [
      ['models', 'add', 'organization/name', '--labels', 'a,b'],
      "--labels must name negative, neutral and positive once each, in the order of the logits, got 'a,b'; run `tss models add --help`\n",
    ],
    [
      ['models', 'add', 'organization/name', '--labels', 'negative,negative,positive'],
      "--labels must name negative, neutral and positive once each, in the order of the logits, got 'negative,negative,positive'; run `tss models add --help`\n",
    ],
    [['cost', '--stage'], "option '--stage <STAGE>' argument missing; run `tss cost --help`\n"],
  ])('exits 2 for the wrong arguments %j and names the help', async (words, stderr) => {
    expect(await runTool(words)).toEqual({ code: 2, stdout: '', stderr });
  });

  it('follows HOST and PORT when no --url is given', async () => {
    const environment = { ADMIN_TOKEN: 'x', HOST: '::', PORT: 'abc' };
    const { code, stderr } = await runTool(['populate', '--sample'], { environment });
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining("PORT must be an integer from 1 to 65535, got 'abc'"),
    ]);
  });

  it('refuses an .env with a byte order mark, whose variables Node would not read', async () => {
    const environment = { '\uFEFFADMIN_TOKEN': 'x' };
    expect(await runTool(['models', 'list'], { environment })).toEqual({
      code: 1,
      stdout: '',
      stderr:
        '.env begins with a byte order mark, so that variables in it would be ignored; ' +
        'save it as UTF-8 without a mark\n',
    });
  });

  it('says in one line that its output cannot be written, and exits 1', async () => {
    const command = `exec '${process.execPath}' cli/tss.ts cost --stage dev --json >/dev/full`;
    const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([
      1,
      'The output cannot be written: ENOSPC: no space left on device, write\n',
    ]);
  });

  it('ends quietly when the reader of its output has gone', async () => {
    const tool = ToolProcess.start(['models', 'list']);
    tool.child.stdout?.destroy();
    expect(await tool.ended).toMatchObject({ code: 141, stderr: '' });
  });

  it('ends quietly also while it scores', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'tss-')), 'texts.txt');
    writeFileSync(
      path,
      'I love it so much that I could buy another one for all of us\n'.repeat(3_000),
    );
    const tool = ToolProcess.start(['score', path, '--workers', '2']);
    const [stdout] = [tool.child.stdout];
    await once(stdout!, 'data');
    stdout!.destroy();
    const { code, stderr } = await tool.ended;
    expect([code, stderr.replace(/^.*\d %.*\n/gm, '')]).toEqual([141, '']);
  });
});
