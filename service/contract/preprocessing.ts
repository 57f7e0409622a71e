/** Preprocessing: the named steps that a model's bundle chooses from. */

/** Preprocessing steps, in the order in which they run. */
export const PREPROCESSING_STEPS = [
  'unescape-html',
  'mask-users-and-links',
  'nfd-drop-marks',
] as const;

export type PreprocessingStep = (typeof PREPROCESSING_STEPS)[number];

/** Word for an empty list of steps, where a user writes the list. */
const NO_STEPS = 'none';

/**
 * Parses a comma-separated list of steps, or `none`.
 *
 * @returns the steps in the order in which they run
 * @throws RangeError naming an unknown or repeated step, with the known ones
 */
export function parsePreprocessing(text: string): PreprocessingStep[] {
  if (text.trim() === NO_STEPS) return [];
  const names = text.split(',').map((name) => name.trim());
  for (const [index, name] of names.entries()) {
    if (!isStep(name)) throw faultOf(`unknown preprocessing step '${name}'`);
    if (names.indexOf(name) !== index) throw faultOf(`preprocessing step '${name}' is repeated`);
  }
  return inRunningOrder(names);
}

/** The known steps among the names, in the order in which they run. */
export function inRunningOrder(names: readonly string[]): PreprocessingStep[] {
  return PREPROCESSING_STEPS.filter((step) => names.includes(step));
}

function isStep(name: string): boolean {
  return PREPROCESSING_STEPS.some((step) => step === name);
}

function faultOf(fault: string): RangeError {
  const known = PREPROCESSING_STEPS.join(', ');
  return new RangeError(`${fault}; use '${NO_STEPS}', or one or more of ${known}`);
}
