import { CallerError } from '../../../domain/errors.ts';
import { LABELS, type ModelIdentity } from '../../../domain/sentiment.ts';
import { modelParams, modelVersionParams } from './schemas.ts';

export const INPUT = { name: 'text', datatype: 'BYTES', shape: [-1] };
export const OUTPUT = { name: 'probabilities', datatype: 'FP32', shape: [-1, LABELS.length] };

/** The version of a model is optional in the protocol. */
export function modelPaths(identity: ModelIdentity) {
  return [
    { path: '/v2/models/:name', params: modelParams(identity), suffix: '' },
    {
      path: '/v2/models/:name/versions/:version',
      params: modelVersionParams(identity),
      suffix: 'Version',
    },
  ] as const;
}

/** @throws CallerError not_found, unless this model is served */
export function requireModel(
  asked: { readonly name: string; readonly version?: string },
  { name, revision }: ModelIdentity,
): void {
  if (asked.name === name && (asked.version ?? revision) === revision) return;
  throw new CallerError('not_found', `Unknown model; "${name}" version "${revision}" is served.`);
}
