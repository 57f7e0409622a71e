import { LABELS, type ModelIdentity, type Prediction } from '../../../domain/sentiment.ts';
import { encodeFp32 } from './binary-tensors.ts';
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

/** The body of a response whose tensors follow its JSON, with the length of the JSON. */
export function binaryBody(response: InferResponse): { body: Buffer; jsonLength: number } {
  const tensors: Buffer[] = [];
  const outputs = response.outputs.map(({ data = [], ...output }) => {
    const tensor = encodeFp32(data);
    tensors.push(tensor);
    return { ...output, parameters: { binary_data_size: tensor.length } };
  });
  const json = Buffer.from(JSON.stringify({ ...response, outputs }));
  return { body: Buffer.concat([json, ...tensors]), jsonLength: json.length };
}
