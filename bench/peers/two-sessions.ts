/** Opens two sessions, scores every sequence with one of them in turn, and waits to be measured. */
import { openSession, type SessionSettings } from './session.ts';
import { peerSettings } from './settings.ts';

const settings = peerSettings<SessionSettings>();
process.on('message', async (sequences: number[][]) => {
  const sessions = [await openSession(settings), await openSession(settings)];
  for (const [index, ids] of sequences.entries()) await sessions[index % 2]?.run(ids);
  process.send?.('done');
});
