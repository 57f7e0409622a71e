import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { AppDeps } from '../../app-deps.ts';
import { callerOf } from '../../caller.ts';
import {
  API_CODES,
  BODY_CODES,
  INFERENCE_CODES,
  openInferenceAnswers,
} from '../../schemas/answers.ts';
import { callerSecurity } from '../../schemas/security.ts';
import { NoQuery, ref } from '../../schemas/shared.ts';
import { acceptClientBodies } from './media-type.ts';
import { MODEL_PATHS, requireModel } from './model.ts';
import { inferResponse, modelMetadata } from './presenter.ts';
import { textsOf } from './request.ts';
import { InferRequest, InferResponse, ModelMetadata, ServerMetadata } from './schemas.ts';

const tags = ['open-inference'];

/** Metadata of the server and its model, open to everyone. */
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
  // With the slash in the protocol's OpenAPI file, without it in its text.
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
        return modelMetadata(model.identity);
      },
    );
  }
};

/** Inference in the format of the protocol. */
export const openInferenceRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (
  app,
  { model, scoreTexts, settings },
) => {
  for (const { path, params, suffix } of MODEL_PATHS) {
    app.post(
      `${path}/infer`,
      {
        onRequest: acceptClientBodies,
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
            'model_failed',
          ]),
        },
      },
      async (request, reply): Promise<InferResponse> => {
        requireModel(request.params, model.identity);
        const texts = textsOf(request.body, settings.limits);
        const predictions = await scoreTexts.score(texts, callerOf(request, reply));
        return inferResponse(request.body.id, predictions, model.identity);
      },
    );
  }
};
