import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

/** Folders whose tests hold whatever the time and however busy the machine is. */
const TIERS = ['bench', 'cli', 'integration', 'lib', 'repository', 'script', 'service'];
const FOLDERS = [...TIERS, 'helpers', 'port-suites'];

const READS_A_CLOCK = /\bperformance\.now\(|\bprocess\.hrtime\b/;
const READS_A_CALENDAR = /\bDate\.now\(|\bnew Date\(\)/;
const WAITS = /(?<!jest\.)\bsetTimeout\(|\bsetTimeout as \w+/;

/** Files that read a clock or wait, each with its reason. */
const ALLOWED: Readonly<Record<string, string>> = {
  'test/helpers/blob-server.ts': 'breaks off after a part of an answer',
  'test/helpers/emulator.ts': 'ends a process that does not start or stop',
  'test/helpers/eventually.ts': 'polls states of other processes',
  'test/helpers/fakes.ts': 'sets deadlines in the future',
  'test/helpers/redis-server.ts': 'ends a process that does not start',
  'test/helpers/service-process.ts': 'ends a process that does not start or stop',
  'test/helpers/settles-within.ts': 'bounds work by the order of events',
  'test/helpers/shell-service.ts': 'ends a process that does not start',
  'test/integration/feature-store/faults.test.ts': 'keeps the event loop busy until a time-out',
  'test/integration/feature-store/load.ts': 'paces the load of another process',
  'test/integration/http/resets.test.ts': 'resets a connection some time after its request',
  'test/integration/inference/onnx-sentiment-model.test.ts': 'compares phases with their total',
  'test/integration/slow-service.test.ts': 'waits as a service asks for',
  'test/lib/golden-hook.test.ts': 'breaks off after a part of an answer',
  'test/service/tweet-source/x-api/x-api-tweet-source.test.ts': 'sets a deadline in the future',
};

const sources = globSync(FOLDERS.map((folder) => `test/${folder}/**/*.{ts,js}`)).filter(
  (path) => path !== 'test/repository/clocks.test.ts',
);
const usesOf = (pattern: RegExp, paths = sources) =>
  paths.filter((path) => pattern.test(readFileSync(path, 'utf8'))).toSorted();

describe('tests outside test/perf', () => {
  it('neither read a clock nor wait for a time, except in the listed files', () => {
    const found = new Set([...usesOf(READS_A_CLOCK), ...usesOf(WAITS)]);
    expect([...found].toSorted()).toEqual(Object.keys(ALLOWED).toSorted());
  });

  it('do not depend on the date, except beside another process', () => {
    const local = sources.filter((path) => !/^test\/(integration|port-suites)\//.test(path));
    expect(usesOf(READS_A_CALENDAR, local)).toEqual([]);
  });
});
