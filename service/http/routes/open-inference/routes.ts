import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { LABELS, type ModelIdentity, type Prediction } from '../../../domain/sentiment.ts';
import type { AppDeps } from '../../app-deps.ts';
import {
  API_CODES,
  BODY_CODES,
  INFERENCE_CODES,
  openInferenceAnswers,
} from '../../schemas/problem.ts';
import { NoQuery, ref } from '../../schemas/shared.ts';
import { callerSecurity } from '../../security.ts';
import { scoreTexts } from '../texts/score-texts.ts';
import { INPUT, MODEL_PATHS, OUTPUT, requireModel } from './model.ts';
import { textsOf } from './request.ts';
import { InferRequest, InferResponse, ModelMetadata, ServerMetadata } from './schemas.ts';

const tags = ['open-inference'];

/** What the protocol lets everybody know of the server and its model. */
export const openInferenceMetadataRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (
  app,
  { info, model },
) => {
  const describe = async () => ({ name: info.name, version: info.version, extensions: [] });
  const schema = {
    operationId: 'getServerMetadata',
    tags,
    summary: 'Name and version of the server',
    querystring: NoQuery,
    response: openInferenceAnswers(ServerMetadata, 'The server.', API_CODES),
  };
  app.get('/v2', { schema }, describe);
  // The protocol's OpenAPI file has the slash, its text has not.
  app.get('/v2/', { schema: { ...schema, hide: true } }, describe);

  for (const { path, params, suffix } of MODEL_PATHS) {
    app.get(
      path,
      {
        schema: {
          operationId: `getModel${suffix}Metadata`,
          tags,
          summary: 'Tensors of the model',
          params,
          querystring: NoQuery,
          response: openInferenceAnswers(ModelMetadata, 'The model.', [
            ...API_CODES,
            'not_found',
            'parameter_too_long',
          ]),
        },
      },
      async (request): Promise<ModelMetadata> => {
        requireModel(request.params, model.identity);
        return metadataOf(model.identity);
      },
    );
  }
};

/** Inference in the words of the protocol. */
export const openInferenceRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (
  app,
  { model, settings },
) => {
  const { limits } = settings;
  for (const { path, params, suffix } of MODEL_PATHS) {
    app.post(
      `${path}/infer`,
      {
        schema: {
          operationId: `inferModel${suffix}`,
          tags,
          summary: 'Sentiment of texts as a tensor',
          description: 'Input `text` BYTES [n]; output `probabilities` FP32 [n, 3].',
          security: callerSecurity(settings),
          params,
          querystring: NoQuery,
          body: ref(InferRequest),
          response: openInferenceAnswers(InferResponse, 'The probabilities.', [
            ...INFERENCE_CODES,
            ...BODY_CODES,
            'not_found',
            'parameter_too_long',
            'batch_too_large',
            'text_too_long',
            'empty_text',
          ]),
        },
      },
      async (request, reply): Promise<InferResponse> => {
        requireModel(request.params, model.identity);
        const texts = textsOf(request.body, limits);
        const predictions = await scoreTexts(texts, model, limits, request, reply);
        return inferResponse(request.body.id, predictions, model.identity);
      },
    );
  }
};

function metadataOf({ name, revision }: ModelIdentity): ModelMetadata {
  return {
    name,
    versions: [revision],
    platform: 'onnx_onnxv1',
    inputs: [INPUT],
    outputs: [OUTPUT],
    properties: { labels: LABELS.join(',') },
  };
}

function inferResponse(
  id: string | undefined,
  predictions: readonly Prediction[],
  { name, revision }: ModelIdentity,
): InferResponse {
  return {
    model_name: name,
    model_version: revision,
    ...(id !== undefined && { id }),
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
