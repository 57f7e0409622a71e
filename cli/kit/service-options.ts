/**
 * Options of commands that have a running service do work, and texts of those that continue where an
 * interrupted run stopped.
 */
import { Option } from '@commander-js/extra-typings';
import { httpUrl, integer } from './arguments.ts';
import type { Interruption } from './interruptible.ts';

const HIGHEST_RATE = 1_000_000;

export const RESUMABLE: Interruption = {
  kept: 'Stopped; run the same command to continue.',
  cleansUp: true,
};

/** Begins the last paragraph of the help of commands that call admin routes. */
export const ADMIN_VARIABLES =
  'Variables, also read from .env: ADMIN_TOKEN, as the service was started with';

/** Ends the help of these commands. */
export const RESUMABLE_HELP = [
  'Ctrl-C stops; the same command continues where it stopped.',
  `${ADMIN_VARIABLES}.`,
] as const;

export const urlOption = () =>
  new Option('--url <URL>', 'address of the service (default: from HOST and PORT)').argParser(
    httpUrl('--url'),
  );

export const rateOption = (description: string, perSecond: number) =>
  new Option('--rate <N>', description)
    .argParser(integer('--rate', 1, HIGHEST_RATE))
    .default(perSecond);

export const restartOption = () =>
  new Option('--restart', 'start at the beginning, also after an interrupted run').default(false);

export const stateOption = (file: string) =>
  new Option('--state <FILE>', 'file that keeps unfinished work').default(file);
