import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { fileSupply } from '../../../cli/populate/file-supply.ts';

it('what a page leaves out counts once the tweets before it are sent', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'file-supply-')), 'tweets.jsonl');
  const tweet = { id: '1460323737035677698', text: 'I love this' };
  const page = { data: [{ id: 'none' }, tweet], includes: { users: [] } };
  writeFileSync(path, `${JSON.stringify(tweet)}\n${JSON.stringify(page)}\n`);
  const events: string[] = [];
  const supply = await fileSupply(path);
  for await (const { cursor } of supply.batches(undefined, (place) => events.push(place))) {
    events.push(`sent ${cursor}`);
  }
  expect(events).toEqual(['sent 1', 'line 2, tweet 1', 'sent 2']);
});
