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
const domain = '^service/domain/';
const application = '^service/application/';
const xFormat = '^service/tweet-source/x-format/';
const core = [contract, domain, application];
/** What tasks write in bulk, and the Glue table describes. */
const bulkContract = '^cli/bulk/contract\\.ts$';
/** Names, options and help of commands, which `tss --help` loads all. */
const cliDefinitions = ['^cli/[^/]+/command\\.ts$', '^cli/[^/]+/[^/]+-(command|option)\\.ts$'];
const libShared = '^lib/(acknowledge|encryption|retention|stage-config)';

const clock = '^service/inference/clock\\.ts$';
/** A folder of inference, and the other files of inference that it may import. */
const inference = (folder, allowed, comment) =>
  only(
    `inference-${folder}-imports`,
    `^service/inference/${folder}/`,
    [...core, ...allowed],
    comment,
  );

export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependency-in-service',
      comment: "The page's packages are bundled into its script; nothing installs them to run.",
      severity: 'error',
      from: { path: '^service/(?!web/)' },
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
      name: 'main-alone-imports-adapters',
      comment: 'The choice of adapters is a part of the composition root.',
      severity: 'error',
      from: { pathNot: '^service/main\\.ts$' },
      to: { path: '^service/adapters\\.ts$' },
    },
    {
      name: 'contract-imports-schemas-alone',
      comment:
        'Service, infrastructure and tools read the contract; it depends on a schema library.',
      severity: 'error',
      from: { path: contract },
      to: { pathNot: [contract, 'node_modules/typebox/'] },
    },
    only(
      'domain-imports',
      domain,
      [contract],
      'The language of the field; no transport, no store.',
    ),
    {
      name: 'domain-knows-no-vendor',
      severity: 'error',
      from: { path: domain },
      to: { path: 'node_modules' },
    },
    {
      name: 'domain-does-no-io',
      severity: 'error',
      from: { path: domain },
      to: { dependencyTypes: ['core'] },
    },
    only('application-imports', application, [contract, domain], 'Use cases stand on the domain.'),
    {
      name: 'application-knows-no-vendor',
      severity: 'error',
      from: { path: application },
      to: { path: 'node_modules' },
    },
    only(
      'tweet-source-imports',
      '^service/tweet-source/',
      core,
      'Adapters do not know each other.',
    ),
    only(
      'feature-store-imports',
      '^service/feature-store/',
      core,
      'Adapters do not know each other.',
    ),
    only(
      'prediction-log-imports',
      '^service/prediction-log/',
      core,
      'Adapters do not know each other.',
    ),
    only('inference-imports', '^service/inference/', core, 'The engine knows no adapter.'),
    inference('tokenizer', [clock], 'Texts to token ids, without a queue or a model.'),
    inference('bundle', ['^service/inference/tokenizer/'], 'Files of a model; they run nothing.'),
    inference('workers', [clock], 'Workers compute what they are given.'),
    inference('scheduling', [clock, '^service/inference/workers/'], 'Queues give work to workers.'),
    inference('drift', [clock], 'Drift watches predictions.'),
    inference('language', [], 'The language of a text; it knows no model.'),
    only('telemetry-imports', '^service/telemetry/', core, 'Telemetry serves every layer.'),
    only(
      'process-imports',
      '^service/process/',
      [...core, '^service/config/'],
      'Start, drain and end of the process.',
    ),
    only(
      'http-imports',
      '^service/(http/|app\\.ts$)',
      [...core, xFormat, '^service/process/lifecycle\\.ts$'],
      'HTTP calls use cases, never an adapter; ingestion reads tweets in the format of X.',
    ),
    {
      name: 'route-groups-are-independent',
      comment: 'Code that several groups of routes share belongs in http/ or http/schemas/.',
      severity: 'error',
      from: { path: '^service/http/routes/([^/]+)/' },
      to: { path: '^service/http/routes/', pathNot: '^service/http/routes/$1/' },
    },
    only(
      'web-imports',
      '^service/web/',
      ['^service/http/', domain, contract],
      'The page knows the shapes of the API; what it runs is bundled for browsers.',
    ),
    only('config-imports', '^service/config/', [contract, domain], 'Configuration is pure.'),
    {
      name: 'service-imports-service',
      severity: 'error',
      from: { path: '^service/' },
      to: { path: '^(cli|lib|bin|test|script|bench)/' },
    },
    only('lib-imports', '^lib/', [contract, bulkContract], 'Synthesis never loads the service.'),
    only(
      'lib-stage-config-imports',
      '^lib/stage-config',
      [contract],
      'Every folder of lib reads the configuration of the stage.',
    ),
    only(
      'lib-monitoring-imports',
      '^lib/monitoring/',
      [contract, libShared],
      'Monitoring takes metrics and names, never a stack or a construct.',
    ),
    only(
      'lib-check-functions-imports',
      '^lib/check-functions/',
      [contract],
      'The code of a Lambda function.',
    ),
    only(
      'lib-constructs-imports',
      '^lib/constructs/',
      [contract, libShared, '^lib/monitoring/', '^lib/check-functions/', '^lib/image-build/'],
      'Stacks are built from constructs, not the reverse.',
    ),
    only(
      'lib-stacks-imports',
      '^lib/stacks/',
      [contract, bulkContract, libShared, '^lib/monitoring/', '^lib/constructs/'],
      'Only the application knows all stacks.',
    ),
    only('bin-imports', '^bin/', ['^lib/'], 'bin only composes lib.'),
    {
      name: 'cli-kit-imports-no-command',
      comment: 'Every command may use the kit.',
      severity: 'error',
      from: { path: '^cli/kit/' },
      to: { path: '^cli/', pathNot: '^cli/kit/' },
    },
    {
      name: 'cli-clients-import-the-kit',
      comment: 'Commands share clients of the service and of X.',
      severity: 'error',
      from: { path: '^cli/clients/' },
      to: { path: '^cli/', pathNot: '^cli/(kit|clients)/' },
    },
    {
      name: 'cli-commands-do-not-know-each-other',
      comment:
        'What two commands need belongs into cli/kit or cli/clients. The reader of graphs, of which `evaluate` ' +
        'needs the size, has the errors of cli/models.',
      severity: 'error',
      from: { path: '^cli/([^/]+)/', pathNot: '^cli/(score|bulk)/' },
      to: { path: '^cli/', pathNot: ['^cli/($1|kit|clients)/', '^cli/models/external-data\\.ts$'] },
    },
    only(
      'cli-bulk-child-imports',
      '^cli/bulk/child/',
      ['^service/', '^cli/(kit|score)/', '^cli/bulk/contract\\.ts$'],
      'The program of a bulk task, which the image holds.',
    ),
    {
      name: 'scoring-is-one-command',
      comment: '`tss score` scores a file, or a folder in bulk, whose tasks score as it does.',
      severity: 'error',
      from: { path: '^cli/(score|bulk)/' },
      to: { path: '^cli/', pathNot: '^cli/(score|bulk|kit|clients)/' },
    },
    {
      name: 'only-help-and-arguments-in-cli-definitions',
      comment: 'A definition loads its parts when it runs, so that `tss --help` is quick.',
      severity: 'error',
      from: { path: cliDefinitions, pathNot: '^cli/kit/' },
      to: {
        path: '^(cli|service)/',
        pathNot: ['^(cli/kit|service/contract)/', ...cliDefinitions],
        dynamic: false,
      },
    },
    only(
      'cli-imports',
      '^cli/',
      ['^service/', '^lib/(stage-config|monitoring/)'],
      'Tools may use the service, not its root; costs follow from the configuration and alarms.',
    ),
    only(
      'script-imports',
      '^script/',
      ['^service/', '^cli/', '^lib/monitoring/graphs\\.ts$'],
      'Scripts prepare, build and check; benchmarks and tests build on them.',
    ),
    only(
      'bench-imports',
      '^bench/',
      ['^service/', '^cli/', '^script/(image/)?lib/'],
      'Benchmarks share the libraries of scripts; importing a command would run it.',
    ),
    {
      name: 'bench-is-for-its-tests',
      comment: 'Its tests in time are in test/perf. Tests of other folders have test/helpers.',
      severity: 'error',
      from: { path: '^test/', pathNot: '^test/(bench|perf)/' },
      to: { path: '^bench/' },
    },
    only('docs-imports', '^docs/', [], 'Examples stand alone: readers copy them.'),
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
