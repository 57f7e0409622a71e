import { type Static, Type } from 'typebox';
import { oneOf } from '../../schemas/shared.ts';

export const Health = Type.Object(
  { status: oneOf(['starting', 'ready', 'draining', 'failed'], 'State of the process.') },
  { $id: 'Health', examples: [{ status: 'ready' }] },
);

export type Health = Static<typeof Health>;
