import { Type } from 'typebox';
import { ProcessState } from '../../schemas/shared.ts';

export const Health = Type.Object(
  { status: ProcessState },
  { $id: 'Health', examples: [{ status: 'ready' }] },
);
