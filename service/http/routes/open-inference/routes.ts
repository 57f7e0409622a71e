import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { AppDeps } from '../../app-deps.ts';
import { callerOf } from '../../caller.ts';
import {
  API_CODES,
  BODY_CODES,
  INFERENCE_CODES,
  openInferenceAnswers,
  openInferenceFailures,
} from '../../schemas/answers.ts';
import { callerSecurity } from '../../schemas/security.ts';
import { NoQuery, ref } from '../../schemas/shared.ts';
import {
  acceptClientBodies,
  addBinaryBodyParser,
  BINARY_TYPE,
  JSON_LENGTH_HEADER,
} from './binary-body.ts';
import { requireEveryRow } from './every-row.ts';
import { modelPaths, requireModel } from './model.ts';
import { binaryBody, inferResponse, modelMetadata } from './presenter.ts';
import { textsOf, wantsBinary } from './request.ts';
import {
  BinaryBody,
  InferHeaders,
  InferRequest,
  InferResponse,
  ModelMetadata,
  ServerMetadata,
} from './schemas.ts';

const tags = ['open-inference'];

const INFER_DESCRIPTION = `Input \`text\` BYTES [n]; output \`probabilities\` FP32 [n, 3].

With the extension \`binary_tensor_data\`, the tensor \`text\` follows the JSON object in the body: for
each text its length in bytes (4 bytes, little-endian) and the text in UTF-8.
\`binary_data_size\` is the length of the tensor; the header \`Inference-Header-Content-Length\` is
the length of the JSON. If it is 0, the body is one text without a length before it.

A tensor has no place for the error of one row, so a text that cannot be scored fails the request;
the error names all rows with the fault of the first such row, counted from 0; of blank and too long texts
the first one only. \`POST /v1/inference\` answers the other texts.`;

/** Metadata of the server and its model, open to everyone. */
export const openInferenceMetadataRoutes: FastifyPluginAsyncTypebox<AppDeps> = async (
  app,
  { info, model },
) => {
  const describe = async () => ({
    name: info.name,
    version: info.version,
    extensions: ['binary_tensor_data'],
  });
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

  for (const { path, params, suffix } of modelPaths(model.identity)) {
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
  addBinaryBodyParser(app);
  for (const { path, params, suffix } of modelPaths(model.identity)) {
    app.post(
      `${path}/infer`,
      {
        onRequest: acceptClientBodies,
        schema: {
          operationId: `inferModel${suffix}`,
          tags,
          summary: 'Sentiment of texts as a tensor',
          description: INFER_DESCRIPTION,
          security: callerSecurity(settings),
          params,
          querystring: NoQuery,
          headers: InferHeaders,
          consumes: ['application/json', BINARY_TYPE],
          body: ref(InferRequest),
          response: {
            200: {
              description: 'The probabilities; on request as binary data after the JSON.',
              content: {
                'application/json': { schema: ref(InferResponse) },
                [BINARY_TYPE]: { schema: BinaryBody },
              },
            },
            ...openInferenceFailures(
              ...INFERENCE_CODES,
              ...BODY_CODES,
              'not_found',
              'parameter_too_long',
              'batch_too_large',
              'text_too_long',
              'empty_text',
              'unsupported_language',
              'model_failed',
            ),
          },
        },
      },
      async (request, reply) => {
        requireModel(request.params, model.identity);
        const texts = textsOf(request.body, request.tensorBytes, settings.limits);
        const outcomes = await scoreTexts.score(texts, callerOf(request, reply));
        const predictions = requireEveryRow(outcomes);
        const response = inferResponse(request.body.id, predictions, model.identity);
        if (!wantsBinary(request.body)) return response;
        const { body, jsonLength } = binaryBody(response);
        return reply.header(JSON_LENGTH_HEADER, jsonLength).type(BINARY_TYPE).send(body);
      },
    );
  }
};
