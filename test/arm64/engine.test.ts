import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from '@jest/globals';
import { parseManifest } from '../../service/contract/model-manifest.ts';
import { LengthBuckets } from '../../service/inference/scheduling/length-buckets.ts';
import { GOLDENS, readJsonLines } from '../service/inference/helpers/golden.ts';
import { describeEmulated, EMULATION_TIMEOUT_MS, runAsArm64 } from './helpers/emulation.ts';
import type { EngineReport } from './programs/score-in-mixes.ts';

const FOLDER = 'models/minilm-tweet-sentiment';
/** Longest texts that each emulated CPU scores: emulating max takes six times as long. */
const MAX_TOKENS = { 'neoverse-n1': 256, max: 17 } as const;
const CPUS = ['neoverse-n1', 'max'] as const;

const [MODEL] = parseManifest(readFileSync('models/manifest.json', 'utf8'), 'manifest').models;
const { name, tolerance } = MODEL!.golden.families!.arm64!;
const expected = readJsonLines<{ probabilities: number[] }>(`${FOLDER}/${name}`);

describeEmulated('the engine on arm64', () => {
  let reports: Readonly<Record<(typeof CPUS)[number], EngineReport>>;

  beforeAll(async () => {
    const [n1, max] = await Promise.all(
      CPUS.map((cpu) =>
        runAsArm64<EngineReport>(cpu, 'score-in-mixes.ts', String(MAX_TOKENS[cpu])),
      ),
    );
    reports = { 'neoverse-n1': n1!, max: max! };
  }, EMULATION_TIMEOUT_MS);

  it.each(CPUS)('scores texts of every length on %s', (cpu) => {
    const { architecture, lines } = reports[cpu];
    expect(architecture).toBe('arm64');
    const lengths = lines.map((line) => GOLDENS[line]!.ids.length);
    expect([Math.min(...lengths), Math.max(...lengths)]).toEqual([3, MAX_TOKENS[cpu]]);
    const { limits } = new LengthBuckets(256, 'similar');
    const buckets = limits.filter((limit) => limit > 2 && limit <= MAX_TOKENS[cpu]);
    expect(new Set(lengths).size).toBeGreaterThan(1.25 * buckets.length);
  });

  it.each(CPUS)('gives a text the same score in random mixes as alone on %s', (cpu) => {
    const { largestDifference, mixedTexts, lines } = reports[cpu];
    expect(mixedTexts).toBe(lines.length);
    expect(largestDifference).toBe(0);
  });

  it.each(CPUS)('reproduces the golden probabilities of arm64 on %s', (cpu) => {
    const { lines, alone } = reports[cpu];
    for (const [index, line] of lines.entries()) {
      const differences = alone[index]!.map((value, column) =>
        Math.abs(value - expected[line]!.probabilities[column]!),
      );
      expect([line, Math.max(...differences) <= tolerance]).toEqual([line, true]);
    }
  });

  it('counts the CPUs of the machine and of a quota', () => {
    const [available, counted, withinQuota] = reports['neoverse-n1'].cpus;
    expect(counted).toBe(available);
    expect(withinQuota).toBe(1);
  });
});
