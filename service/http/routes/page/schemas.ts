import { Type } from 'typebox';

export const Identity = Type.Object(
  { name: Type.String(), version: Type.String() },
  { $id: 'Identity', examples: [{ name: 'tweet-sentiment-service', version: '0.1.0' }] },
);
