/** The time limit of a test in tiers that build images or deploy; `projects` cannot set one. */
import { jest } from '@jest/globals';

jest.setTimeout(180_000);
