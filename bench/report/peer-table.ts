import type { PeerRow } from '../measure-peers.ts';
import type { Summary } from '../statistics.ts';
import { formatNumber, markdownTable } from './table.ts';

/** The servers as a Markdown table: medians, with the spread of the rounds. */
export function formatPeers(rows: readonly PeerRow[]): string {
  const head = [
    'server',
    ...(rows[0]?.loads ?? []).flatMap(({ connections }) => [
      `requests/s, ${connections} connections`,
      'p50 / p99 in ms',
    ]),
    'MiB (PSS)',
  ];
  const cells = rows.map(({ title, loads, mebibytes }) => [
    title,
    ...loads.flatMap(({ perSecond, p50Ms, p99Ms, failed }) => [
      withSpread(perSecond) + (failed > 0 ? `, ${failed} failed` : ''),
      `${formatNumber(p50Ms.median)} / ${withSpread(p99Ms)}`,
    ]),
    withSpread(mebibytes),
  ]);
  return markdownTable(head, cells);
}

function withSpread({ median, lowest, highest }: Summary): string {
  const [middle, low, high] = [median, lowest, highest].map(formatNumber);
  return `${middle} (${low} – ${high})`;
}
