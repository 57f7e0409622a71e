import base from './jest.config.js';

/**
 * The deployment to an emulator: run by `npm run test:deploy`, once script/test has installed it.
 * @type {import('jest').Config}
 */
const { globalSetup: _buildsDist, testPathIgnorePatterns: _deployment, ...shared } = base;
export default {
  ...shared,
  roots: ['<rootDir>/test/deploy'],
  testTimeout: 180_000,
};
