import { Type } from 'typebox';

/** A document, sent as bytes. */
export const Html = Type.Unsafe<string | Buffer>({ type: 'string' });

export const Identity = Type.Object(
  { name: Type.String(), version: Type.String() },
  { $id: 'Identity', examples: [{ name: 'tweet-sentiment-service', version: '0.2.0' }] },
);
