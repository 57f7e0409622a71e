import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';

/** Applies the import rules to a project of these files, by path. */
function check(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'imports-'));
  const all = {
    'package.json': '{"type":"module"}',
    'tsconfig.json': '{"compilerOptions":{"allowImportingTsExtensions":true}}',
    'service/domain/errors.ts': 'export class ServiceError {}\n',
    ...files,
  };
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const depcruise = resolve('node_modules/.bin/depcruise');
  const args = [depcruise, '--config', resolve('.dependency-cruiser.js'), '.'];
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 540_000,
  });
  rmSync(folder, { recursive: true });
  return { status, stdout };
}

/** Rule, importing file, and what it may not import. */
const FORBIDDEN: readonly (readonly [rule: string, from: string, imported: string])[] = [
  ['domain-imports', 'service/domain/a.ts', '../application/b.ts'],
  ['application-imports', 'service/application/a.ts', '../feature-store/redis/b.ts'],
  ['contract-imports-schemas-alone', 'service/contract/a.ts', '../domain/errors.ts'],
  ['http-imports', 'service/http/a.ts', '../feature-store/redis/b.ts'],
  ['route-groups-are-independent', 'service/http/routes/a/routes.ts', '../b/schemas.ts'],
  ['feature-store-imports', 'service/feature-store/redis/a.ts', '../../tweet-source/x-api/b.ts'],
  ['tweet-source-imports', 'service/tweet-source/x-api/a.ts', '../../prediction-log/b.ts'],
  ['prediction-log-imports', 'service/prediction-log/a.ts', '../feature-store/b.ts'],
  ['inference-imports', 'service/inference/a.ts', '../telemetry/b.ts'],
  ['inference-tokenizer-imports', 'service/inference/tokenizer/a.ts', '../scheduling/b.ts'],
  ['inference-bundle-imports', 'service/inference/bundle/a.ts', '../scheduling/b.ts'],
  ['inference-workers-imports', 'service/inference/workers/a.ts', '../scheduling/b.ts'],
  ['inference-scheduling-imports', 'service/inference/scheduling/a.ts', '../tokenizer/b.ts'],
  ['inference-drift-imports', 'service/inference/drift/a.ts', '../onnx-sentiment-model.ts'],
  ['telemetry-imports', 'service/telemetry/a.ts', '../inference/b.ts'],
  ['web-imports', 'service/web/a.ts', '../inference/b.ts'],
  ['config-imports', 'service/config/a.ts', '../application/b.ts'],
  ['service-imports-service', 'service/http/a.ts', '../../cli/b.ts'],
  ['nobody-imports-roots', 'cli/a.ts', '../service/main.ts'],
  ['cli-kit-imports-no-command', 'cli/kit/a.ts', '../models/b.ts'],
  ['cli-clients-import-the-kit', 'cli/clients/a.ts', '../models/b.ts'],
  ['cli-commands-do-not-know-each-other', 'cli/models/a.ts', '../evaluate/b.ts'],
  ['only-help-and-arguments-in-cli-definitions', 'cli/models/command.ts', './b.ts'],
  ['only-help-and-arguments-in-cli-definitions', 'cli/features/load-command.ts', './load/b.ts'],
  ['lib-imports', 'lib/a.ts', '../service/domain/b.ts'],
  ['lib-stage-config-imports', 'lib/stage-config/a.ts', '../monitoring/b.ts'],
  ['lib-monitoring-imports', 'lib/monitoring/a.ts', '../constructs/b.ts'],
  ['lib-monitoring-imports', 'lib/monitoring/a.ts', '../stacks/b.ts'],
  ['lib-check-functions-imports', 'lib/check-functions/a.ts', '../constructs/b.ts'],
  ['lib-constructs-imports', 'lib/constructs/a.ts', '../stacks/b.ts'],
  ['lib-stacks-imports', 'lib/stacks/a.ts', '../application.ts'],
  ['cli-imports', 'cli/a.ts', '../lib/stacks/b.ts'],
  ['script-imports', 'script/lib/a.ts', '../../bench/report/b.ts'],
  ['script-imports', 'script/lib/a.ts', '../../test/helpers/b.ts'],
  ['bench-imports', 'bench/a.ts', '../test/helpers/b.ts'],
  ['bench-imports', 'bench/a.ts', '../script/b.ts'],
  ['bench-is-for-its-tests', 'test/service/a.test.ts', '../../bench/b.ts'],
  ['cli-imports', 'cli/a.ts', '../test/helpers/b.ts'],
  ['service-imports-service', 'service/http/a.ts', '../../test/helpers/b.ts'],
  ['docs-imports', 'docs/examples/a.ts', '../../service/domain/errors.ts'],
];

describe('the import rules', () => {
  let result: ReturnType<typeof check>;
  /** A file for each case, as several have the same name. */
  const fileOf = (index: number, path: string) => path.replace(/a\.(?=(test\.)?ts$)/, `a${index}.`);

  // One run for all cases: starting the checker takes longer than all the rest.
  beforeAll(() => {
    const cases = FORBIDDEN.flatMap(([, from, imported], index) => [
      [fileOf(index, from), `import type { B } from '${imported}';\nexport type A = B;\n`],
      [join(dirname(from), imported), 'export type B = string;\n'],
    ]);
    result = check({
      ...Object.fromEntries(cases),
      'service/domain/circle.ts': "import './circle-too.ts';\n",
      'service/domain/circle-too.ts': "import './circle.ts';\n",
    });
  });

  it.each(FORBIDDEN.map((row, index) => [...row, index] as const))(
    '%s: %s may not import from %s, not even a type',
    (rule, from, imported, index) => {
      const to = join(dirname(from), imported);
      expect(result.stdout).toContain(`error ${rule}: ${fileOf(index, from)} → ${to}`);
      expect(result.status).not.toBe(0);
    },
  );

  it('no-circular: two files may not import each other', () => {
    expect(result.stdout).toContain('error no-circular: service/domain/circle');
  });

  it('allow what the architecture allows', () => {
    const { status, stdout } = check({
      'service/contract/http.ts': 'export const PORT = 1;\n',
      'service/application/ports/port.ts':
        "import type { ServiceError } from '../../domain/errors.ts';\nexport type Port = ServiceError;\n",
      'service/feature-store/redis/store.ts':
        "import type { Port } from '../../application/ports/port.ts';\nexport type Store = Port;\n",
      'service/main.ts':
        "import './feature-store/redis/store.ts';\nimport { PORT } from './contract/http.ts';\nexport default PORT;\n",
      'lib/monitoring/alarm.ts': "export { PORT } from '../../service/contract/http.ts';\n",
      'lib/constructs/canary.ts': "export { PORT } from '../monitoring/alarm.ts';\n",
      'lib/stacks/stack.ts':
        "import '../monitoring/alarm.ts';\nexport { PORT } from '../constructs/canary.ts';\n",
      'lib/application.ts': "export { PORT } from './stacks/stack.ts';\n",
      'script/lib/table.ts': 'export const TABLE = 1;\n',
      'bench/report.ts': "export { TABLE } from '../script/lib/table.ts';\n",
      'test/bench/report.test.ts': "import '../../bench/report.ts';\n",
    });
    expect({ status, stdout }).toMatchObject({ status: 0 });
  });
});
