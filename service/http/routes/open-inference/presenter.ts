import { LABELS, type ModelIdentity, type Prediction } from '../../../domain/sentiment.ts';
import { INPUT, OUTPUT } from './model.ts';
import type { InferResponse, ModelMetadata } from './schemas.ts';

export function modelMetadata({ name, revision }: ModelIdentity): ModelMetadata {
  return {
    name,
    versions: [revision],
    platform: 'onnx_onnxv1',
    inputs: [INPUT],
    outputs: [OUTPUT],
    properties: { labels: LABELS.join(',') },
  };
}

export function inferResponse(
  id: string | null | undefined,
  predictions: readonly Prediction[],
  { name, revision }: ModelIdentity,
): InferResponse {
  return {
    model_name: name,
    model_version: revision,
    ...(typeof id === 'string' && { id }),
    outputs: [
      {
        name: OUTPUT.name,
        datatype: OUTPUT.datatype,
        shape: [predictions.length, LABELS.length],
        data: predictions.flatMap(({ scores }) => LABELS.map((label) => scores[label])),
      },
    ],
  };
}
