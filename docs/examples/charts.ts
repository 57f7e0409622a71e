// A notebook: each `// %%` begins a cell, which editors with Jupyter support run on its own. As a
// whole:
//
//     ./script/start --sample
//
// and in another terminal, with Node 22.18 or later:
//
//     node docs/examples/charts.ts "#bitcoin"
//
// It draws two charts from the API, without any package: most-active-users.svg and topic.svg.

// %% The service, and how charts show its labels: in colors that most color-blind people can
// tell apart, always in this order.
import { writeFileSync } from 'node:fs';
import { type Label, type PerLabel, TweetSentimentClient } from './client.mjs';

const { SERVICE_URL: url, API_KEY: apiKey } = process.env;
const client = new TweetSentimentClient({ ...(url && { url }), ...(apiKey && { apiKey }) });
const [topic = '#bitcoin'] = process.argv.slice(2);

const COLORS: readonly (readonly [Label, string])[] = [
  ['negative', '#d9622b'],
  ['neutral', '#8a96a9'],
  ['positive', '#1f77c4'],
];

// %% What a chart is made of: an SVG document with a title that screen readers say.
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const text = (x: number, y: number, content: string, anchor = 'start') =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}">${escaped(content)}</text>`;

function svg(title: string, width: number, height: number, parts: readonly string[]): string {
  const legend = COLORS.map(
    ([label, color], index) =>
      `<rect x="${20 + index * 100}" y="44" width="12" height="12" fill="${color}"/>` +
      text(38 + index * 100, 54, label),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img"`,
    ` aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="13">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="20" y="28" font-size="17" font-weight="600">${escaped(title)}</text>`,
    ...legend,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

// %% The most active users, as stacked bars.
const users = await client.mostActiveUsers(10);
console.table(
  users.map(({ user, total, counts }) => ({ user: user.username ?? user.id, total, ...counts })),
);

const widthOf = (tweets: number) =>
  (tweets / Math.max(...users.map(({ total }) => total), 1)) * 440;

function bar(name: string, total: number, counts: PerLabel, index: number): string[] {
  const y = 76 + index * 30;
  let x = 170;
  const segments = COLORS.map(([label, color]) => {
    const width = widthOf(counts[label]);
    const segment = `<rect x="${x.toFixed(2)}" y="${y}" width="${width.toFixed(2)}" height="20" fill="${color}"><title>${label}: ${counts[label]}</title></rect>`;
    x += width;
    return segment;
  });
  return [text(160, y + 15, name, 'end'), ...segments, text(x + 8, y + 15, String(total))];
}

const bars = users.flatMap(({ user, total, counts }, index) =>
  bar(user.username === null ? user.id : `@${user.username}`, total, counts, index),
);
writeFileSync(
  'most-active-users.svg',
  svg('Most active users: tweets by sentiment', 680, 96 + users.length * 30, bars),
);

// %% A topic's share of each label, as a donut.
const { total, counts } = await client.topicSentiment(topic);
console.table(
  COLORS.map(([label]) => ({ label, tweets: counts[label], share: counts[label] / (total || 1) })),
);

const RADIUS = 90;
const CIRCUMFERENCE = 2 * Math.PI * RADIUS;

let turned = 0;
const arcs = COLORS.flatMap(([label, color]) => {
  const length = (counts[label] / (total || 1)) * CIRCUMFERENCE;
  const arc = `<circle cx="200" cy="190" r="${RADIUS}" fill="none" stroke="${color}" stroke-width="42" stroke-dasharray="${length.toFixed(2)} ${(CIRCUMFERENCE - length).toFixed(2)}" stroke-dashoffset="${(-turned).toFixed(2)}" transform="rotate(-90 200 190)"><title>${label}: ${counts[label]}</title></circle>`;
  turned += length;
  return length > 0 ? [arc] : [];
});
const days = 'the last 30 days';
writeFileSync(
  'topic.svg',
  svg(`${topic} in ${days}`, 400, 330, [...arcs, text(200, 195, `${total} tweets`, 'middle')]),
);
console.log('Written: most-active-users.svg and topic.svg');
