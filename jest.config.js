/**
 * Native ES modules, as ADR 0002 says: run by `npm run jest`, which gives Node the flags for it.
 * @type {import('jest').Config}
 */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // They need an emulator or the image: see jest.deploy.config.js and jest.image.config.js.
  testPathIgnorePatterns: ['<rootDir>/test/deploy/', '<rootDir>/test/image/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
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
  setupFiles: ['<rootDir>/test/helpers/fast-check.ts'],
  // The library beside the tokenizers; a native library cannot live in jest's realm.
  moduleNameMapper: { '^onnxruntime-node$': '<rootDir>/stubs/onnxruntime-web/index.js' },
  globalSetup: '<rootDir>/test/helpers/global-setup.js',
  testTimeout: 20_000,
};
