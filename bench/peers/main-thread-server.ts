/** A plain onnxruntime-node server: Fastify, and inference on the thread that serves. */
import { openSession } from './session.ts';
import { peerSettings } from './settings.ts';
import { serveTexts, type TextServerSettings } from './text-server.ts';

const settings = peerSettings<TextServerSettings>();
const session = await openSession(settings.session);
await serveTexts(settings, (ids) => session.run(ids));
