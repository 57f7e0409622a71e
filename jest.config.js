/**
 * ES modules that CommonJS packages of the service require. Node does so itself, but Jest only from
 * Node 24.9 on: before, it gets them as CommonJS.
 */
const REQUIRED_ES_MODULES = ['content-disposition', 'cookie'];

const [major, minor] = process.versions.node.split('.').map(Number);
const jestRequiresEsModules = major > 24 || (major === 24 && minor >= 9);

const requiredEsModules = jestRequiresEsModules
  ? {}
  : {
      [`/node_modules/(${REQUIRED_ES_MODULES.join('|')})/.*\\.js$`]: [
        '@swc/jest',
        { jsc: { target: 'es2024' }, module: { type: 'commonjs' } },
      ],
    };

/** @type {import('jest').Config} */
const shared = {
  testEnvironment: '<rootDir>/test/helpers/fast-globals-environment.js',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    ...requiredEsModules,
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript' },
          target: 'es2024',
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${REQUIRED_ES_MODULES.join('|')})/)`],
  setupFiles: ['<rootDir>/test/helpers/fast-check.ts'],
  // The library beside the tokenizers; a native library cannot live in jest's realm.
  moduleNameMapper: { '^onnxruntime-node$': '<rootDir>/stubs/onnxruntime-web/index.js' },
};

/** The tests of some folders of test/. test/README.md says what belongs into which. */
const tier = (name, folders, options = {}) => ({
  ...shared,
  displayName: name,
  roots: folders.map((folder) => `<rootDir>/test/${folder}`),
  testMatch: ['**/*.test.ts'],
  ...options,
});

const buildsDist = { globalSetup: '<rootDir>/test/helpers/build-dist.js' };

/**
 * One project for each tier. Native ES modules (ADR 0002): run by `npm run jest`, which gives Node
 * the flag for them.
 * @type {import('jest').Config}
 */
export default {
  // Only ends a test that hangs: a busy machine must not reach it.
  testTimeout: 600_000,
  globalSetup: '<rootDir>/test/helpers/temporary-folder.js',
  globalTeardown: '<rootDir>/test/helpers/remove-temporary-folder.js',
  // With --coverage: the files that tests load. Programs that tests start are not measured.
  coverageProvider: 'v8',
  coverageReporters: ['text-summary', 'html'],
  collectCoverageFrom: ['{service,cli,lib}/**/*.ts'],
  projects: [
    tier('unit', ['bench', 'cli', 'repository', 'script', 'service'], {
      globalSetup: '<rootDir>/test/helpers/build-page.js',
    }),
    tier('integration', ['integration'], buildsDist),
    tier('e2e', ['e2e'], buildsDist),
    tier('infra', ['lib'], buildsDist),
    tier('perf', ['perf'], buildsDist),
    tier('faults', ['faults'], buildsDist),
    tier('deploy', ['deploy']),
    tier('arm64', ['arm64'], buildsDist),
    tier('image', ['image'], buildsDist),
  ],
};
