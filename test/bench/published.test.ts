import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { everyCpuDocument } from '../../bench/report/every-cpu.ts';
import { performanceDocuments } from '../../bench/report/performance.ts';
import { readPublished } from '../../bench/report/published.ts';

describe('documents of published results', () => {
  it.each([...performanceDocuments(readPublished()), everyCpuDocument()])(
    '$path is fresh (npm run docs)',
    ({ path, content }) => {
      expect(readFileSync(path, 'utf8')).toBe(content);
    },
  );
});
