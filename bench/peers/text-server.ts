import Fastify from 'fastify';
import type { PreprocessingStep } from '../../service/contract/preprocessing.ts';
import { softmax } from '../../service/inference/scores.ts';
import { EventLoopTurns } from '../../service/inference/tokenizer/event-loop-turns.ts';
import { createNormalizer } from '../../service/inference/tokenizer/normalize.ts';
import { openTokenizer } from '../tokenize.ts';
import type { SessionSettings } from './session.ts';

export interface TextServerSettings {
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

/**
 * Serves the service's route for texts on a plain Fastify.
 *
 * @param logitsOf logits of a text by its token ids
 */
export async function serveTexts(
  settings: TextServerSettings & { readonly port: number },
  logitsOf: (ids: readonly number[]) => Promise<Float32Array>,
): Promise<void> {
  const normalize = createNormalizer(settings.preprocessing);
  const tokenizer = openTokenizer(settings.tokenizerPath, settings.maxTokens, new NoTurns());
  const app = Fastify();
  app.get('/ready', async () => ({}));
  app.post<{ Body: { texts: string[] } }>('/v1/inference', async ({ body }) => {
    const results: number[][] = [];
    for (const text of body.texts) {
      const { ids } = await tokenizer.encode(normalize(text));
      results.push(softmax(await logitsOf(ids)));
    }
    return { results };
  });
  await app.listen({ host: '127.0.0.1', port: settings.port });
  process.on('SIGTERM', () => process.exit());
}
