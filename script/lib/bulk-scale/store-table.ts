import { HOURS_PER_MONTH, STORE_NODES } from '../../../cli/kit/prices.ts';

/** Measured at a million tweets; docs/feature-store-format.md has the table. */
const WRITES_PER_SECOND = 4_800;
/** Leaves four fifths of the store's thread to the callers of the service. */
const POLITE_WRITES_PER_SECOND = 1_000;

const TWEETS = [10e6, 100e6, 1e9];

export const STORE_TABLE_HEAD = [
  'Tweets',
  'GB without texts',
  'Hours at 4,800/s',
  'Hours at 1,000/s',
  'Node',
  'USD a month, with a replica',
];

/**
 * Nodes for tweets in the online store, and time to load them.
 *
 * @param nodeFor smallest node type that holds a number of bytes
 */
export function storeTableRows(
  bytesPerTweet: number,
  nodeFor: (bytes: number) => string | undefined,
): string[][] {
  return TWEETS.map((tweets) => {
    const node = nodeFor(tweets * bytesPerTweet);
    const hours = (perSecond: number) => (tweets / perSecond / 3_600).toFixed(1);
    const hour = node === undefined ? undefined : STORE_NODES[node]?.hour;
    return [
      tweets.toLocaleString('en-US'),
      ((tweets * bytesPerTweet) / 1e9).toFixed(0),
      hours(WRITES_PER_SECOND),
      hours(POLITE_WRITES_PER_SECOND),
      node === undefined ? 'none is large enough' : `\`${node}\``,
      hour === undefined ? '' : Math.round(2 * hour * HOURS_PER_MONTH).toLocaleString('en-US'),
    ];
  });
}
