import { PRESETS, presetOf, type StageConfig } from './presets.ts';

/** Output of the service stack that holds them as JSON. */
export const STAGE_VALUES_OUTPUT = 'StageValues';

/** The stage and the values in which its configuration differs from the preset. */
export function chosenValues(config: StageConfig): Readonly<Record<string, unknown>> {
  const preset: Readonly<Record<string, unknown>> = {
    ...PRESETS[config.preset],
    preset: presetOf(config.stage, undefined),
  };
  const chosen = Object.entries(config).filter(
    ([key, value]) =>
      key !== 'stage' &&
      value !== undefined &&
      JSON.stringify(value) !== JSON.stringify(preset[key]),
  );
  return { stage: config.stage, ...Object.fromEntries(chosen) };
}
