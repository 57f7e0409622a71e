import { describe, expect, it } from '@jest/globals';
import { Progress } from '../../../cli/models/progress.ts';

function anOutput(isTTY: boolean) {
  let shown = '';
  const write = (text: string) => {
    shown += text;
  };
  return { output: { isTTY, write }, shown: () => shown };
}

describe('the progress of a download', () => {
  it('is a line for each quarter where nobody watches', () => {
    const { output, shown } = anOutput(false);
    const progress = new Progress(output, 'model.onnx', 1_000_000);
    for (let bytes = 0; bytes <= 1_000_000; bytes += 10_000) progress.show(bytes);
    progress.done(1_000_000);
    expect(shown().split('\n')).toEqual([
      'model.onnx: 25 %',
      'model.onnx: 50 %',
      'model.onnx: 75 %',
      expect.stringMatching(/^model\.onnx: 1\.0 MB in \d+\.\d s$/),
      '',
    ]);
  });

  it('is a bar on a terminal, not drawn for every chunk', () => {
    const { output, shown } = anOutput(true);
    const progress = new Progress(output, 'model.onnx', 2_000_000);
    for (let bytes = 1_000_000; bytes < 1_000_100; bytes += 1) progress.show(bytes);
    expect(shown().match(/\r/g)?.length).toBeLessThan(10);
    expect(shown()).toContain(`[${'#'.repeat(12)}${'.'.repeat(12)}] 50 %  1.0 MB`);
  });

  it('counts bytes where the total is not known', () => {
    const { output, shown } = anOutput(true);
    new Progress(output, 'config.json', undefined).show(5_000_000);
    expect(shown()).toContain('0 %  5.0 MB');
  });
});
