/** Loads a session and says so. */
import { openSession } from './session.ts';

await openSession(JSON.parse(process.argv[2] ?? '{}'));
process.send?.('loaded');
