import base from './jest.config.js';

/**
 * The tests of the image, and the end-to-end tests against it: run by `npm run test:image`.
 * @type {import('jest').Config}
 */
const { testPathIgnorePatterns: _image, ...shared } = base;
export default {
  ...shared,
  roots: ['<rootDir>/test/image', '<rootDir>/test/e2e'],
  testTimeout: 60_000,
};
