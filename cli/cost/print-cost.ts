import { readStageConfig } from '../../lib/stage-config.ts';
import type { Stage } from '../../service/contract/deployment.ts';
import { print, printJson } from '../kit/printable.ts';
import { refusedAsUsage, stageContext } from '../kit/stage-context.ts';
import { estimateCost, type Load } from './estimate.ts';
import { renderEstimate } from './render.ts';

/** Placeholder: certificates are free. */
const ANY_CERTIFICATE = 'arn:aws:acm:us-east-1:000000000000:certificate/any';

/** @param overrides `KEY=VALUE` @throws CliError */
export function printCost(
  stage: Stage,
  overrides: readonly string[],
  load: Load,
  json: boolean,
): void {
  const config = configOf(stage, overrides);
  const estimate = estimateCost(config, load);
  if (json) printJson({ stage, load, ...estimate });
  else print(renderEstimate(stage, load, estimate));
}

function configOf(stage: Stage, overrides: readonly string[]) {
  return refusedAsUsage(() => {
    const context = stageContext(stage, overrides);
    const certificate = 'domainName' in context ? {} : { certificateArn: ANY_CERTIFICATE };
    return readStageConfig({ ...certificate, ...context });
  });
}
