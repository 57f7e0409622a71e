/**
 * The import rules of the architecture. The swc parser sees type-only imports too, so they
 * count; tsPreCompilationDeps would add nothing but a warning that TypeScript 7 has no API yet.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^(service|cli|lib|bin|test|script|bench)/', pathNot: [from, ...allowed] },
});

const contract = '^service/contract/';
const errors = '^service/errors\\.ts$';
const domain = '^service/domain/';

export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependency-in-service',
      severity: 'error',
      from: { path: '^service/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'nobody-imports-roots',
      comment: 'Composition roots wire; nothing builds on them.',
      severity: 'error',
      from: {},
      to: { path: '^(service/main|bin/[^/]+)\\.ts$' },
    },
    {
      name: 'contract-imports-nothing',
      severity: 'error',
      from: { path: contract },
      to: { pathNot: contract },
    },
    {
      name: 'errors-import-nothing',
      severity: 'error',
      from: { path: errors },
      to: { path: '.' },
    },
    only(
      'domain-imports',
      domain,
      [contract, errors],
      'The domain knows no vendor and no transport.',
    ),
    {
      name: 'domain-knows-no-vendor',
      severity: 'error',
      from: { path: domain },
      to: { path: 'node_modules', pathNot: ['node_modules/typebox/'] },
    },
    only(
      'inference-imports',
      '^service/inference/',
      [domain, contract, errors],
      'The engine stands on the domain alone.',
    ),
    only(
      'http-imports',
      '^service/(http/|app\\.ts$)',
      [domain, contract, errors],
      'HTTP talks to the domain, never to an adapter.',
    ),
    only(
      'web-imports',
      '^service/web/',
      ['^service/http/schemas/', domain, contract],
      'The page knows the shapes of the API; what it runs is bundled for browsers.',
    ),
    only(
      'config-imports',
      '^service/config(/|\\.ts$)',
      [contract, errors],
      'Configuration is pure.',
    ),
    only('logging-imports', '^service/logging\\.ts$', [], 'Every layer may be logged.'),
    {
      name: 'adapter-imports',
      comment: 'An adapter stands behind a domain port and knows no other adapter.',
      severity: 'error',
      from: { path: '^service/adapters/([^/]+)/' },
      to: {
        path: '^(service|cli|lib|bin|test|script|bench)/',
        pathNot: ['^service/adapters/$1/', domain, contract, errors],
      },
    },
    {
      name: 'service-imports-service',
      severity: 'error',
      from: { path: '^service/' },
      to: { path: '^(cli|lib|bin|test|script|bench)/' },
    },
    only('lib-imports', '^lib/', [contract], 'Synthesis never loads the service.'),
    only('bin-imports', '^bin/', ['^lib/'], 'bin only composes lib.'),
    only(
      'cli-imports',
      '^cli/',
      ['^service/', '^lib/stage-config'],
      'Tools may use the service, not its root; what a stage costs follows from its configuration.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage|cdk\\.out|\\.tools)/' },
    parser: 'swc',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
