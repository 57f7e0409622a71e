/**
 * The time limit of a test that waits for other processes. It only ends a test that hangs, so a busy
 * machine must not reach it. A project of jest cannot set one.
 */
import { jest } from '@jest/globals';

jest.setTimeout(180_000);
