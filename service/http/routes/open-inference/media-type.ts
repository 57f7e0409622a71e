import type { FastifyRequest } from 'fastify';
import { CallerError } from '../../../domain/errors.ts';

/**
 * Takes a body without a Content-Type as JSON (RFC 9110, section 8.3), because tritonclient sends
 * none.
 *
 * @throws CallerError if the body has binary tensors, an extension of the protocol
 */
export async function acceptClientBodies({ headers }: FastifyRequest): Promise<void> {
  const type = headers['content-type'];
  const hasTensors = headers['inference-header-content-length'] !== undefined;
  if (hasTensors || type?.toLowerCase().startsWith('application/octet-stream')) {
    throw new CallerError(
      'unsupported_media_type',
      'The extension binary_tensor_data is not supported; send tensors as JSON (binary_data=False).',
    );
  }
  if (type === undefined) headers['content-type'] = 'application/json';
}
