import { Option } from '@commander-js/extra-typings';
import { predictionLogDir } from '../kit/environment.ts';
import { UsageError } from '../kit/errors.ts';
import type { Interruption } from '../kit/interruptible.ts';

/** Of commands that write a file or a folder only when it is complete. */
export const NOTHING_WRITTEN: Interruption = {
  kept: 'Stopped; nothing was written.',
  cleansUp: true,
};

export const logOption = () =>
  new Option(
    '--log <DIR...>',
    'folder of the prediction log, or all folders of several machines (default: PREDICTION_LOG_DIR)',
  );

/** @throws UsageError */
export function logDirsOf(given: readonly string[] | undefined): readonly string[] {
  if (given !== undefined) return given;
  const dir = predictionLogDir();
  if (dir !== undefined) return [dir];
  throw new UsageError('--log is missing, and PREDICTION_LOG_DIR is not set');
}
