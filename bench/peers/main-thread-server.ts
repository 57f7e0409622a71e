/** A plain onnxruntime-node server: Fastify, and inference on the thread that serves. */
import Fastify from 'fastify';
import type { PreprocessingStep } from '../../service/contract/preprocessing.ts';
import { softmax } from '../../service/inference/scores.ts';
import { EventLoopTurns } from '../../service/inference/tokenizer/event-loop-turns.ts';
import { createNormalizer } from '../../service/inference/tokenizer/normalize.ts';
import { openTokenizer } from '../tokenize.ts';
import { openSession, type SessionSettings } from './session.ts';
import { peerSettings } from './settings.ts';

export interface MainThreadServerSettings {
  readonly session: SessionSettings;
  readonly tokenizerPath: string;
  readonly maxTokens: number;
  /** Absent: all steps. */
  readonly preprocessing?: readonly PreprocessingStep[] | undefined;
}

/** A plain server tokenizes a text in one go. */
class NoTurns extends EventLoopTurns {
  override hasTime(): boolean {
    return true;
  }
}

const settings = peerSettings<MainThreadServerSettings>();
const session = await openSession(settings.session);
const normalize = createNormalizer(settings.preprocessing);
const tokenizer = openTokenizer(settings.tokenizerPath, settings.maxTokens, new NoTurns());

const app = Fastify();
app.get('/ready', async () => ({}));
app.post<{ Body: { texts: string[] } }>('/v1/inference', async ({ body }) => {
  const results: number[][] = [];
  for (const text of body.texts) {
    const { ids } = await tokenizer.encode(normalize(text));
    results.push(softmax(await session.run(ids)));
  }
  return { results };
});
await app.listen({ host: '127.0.0.1', port: settings.port });
process.on('SIGTERM', () => process.exit());
