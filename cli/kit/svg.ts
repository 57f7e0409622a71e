/** Parts of charts as stand-alone SVG documents. */
import { printable } from './printable.ts';

export const CHART_WIDTH = 760;

/** Readable on a light and on a dark page. */
const STYLE = `
text { font: 12px system-ui, sans-serif; fill: #24292f }
.title { font-size: 16px; font-weight: 600 }
.small { fill: #57606a }
.grid { stroke: #d0d7de; stroke-width: 1 }
.mark { stroke: #8c959f; stroke-width: 1.5; stroke-dasharray: 5 4 }
.first { stroke: #0969da; fill: none; stroke-width: 2 }
.second { stroke: #bc4c00; fill: none; stroke-width: 2 }
circle.first { fill: #0969da }
circle.second { fill: #bc4c00 }
.paper { fill: #ffffff }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .small { fill: #9da7b3 }
  .grid { stroke: #30363d }
  .first { stroke: #58a6ff }
  .second { stroke: #f0883e }
  circle.first { fill: #58a6ff }
  circle.second { fill: #f0883e }
  .paper { fill: #0d1117 }
}`;

/** @param style further rules of the style sheet */
export function svgDocument(
  title: string,
  height: number,
  parts: readonly string[],
  style = '',
): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${CHART_WIDTH} ${height}" role="img" aria-label="${escapeXml(title)}">
<style>${STYLE}${style}
</style>
${parts.join('\n')}
</svg>
`;
}

export function line(x1: number, y1: number, x2: number, y2: number, style: string): string {
  return `<line class="${style}" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`;
}

export function text(
  x: number,
  y: number,
  content: string,
  style: string,
  anchor = 'start',
): string {
  const attributes = style ? ` class="${style}"` : '';
  return `<text${attributes} x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escapeXml(content)}</text>`;
}

/** XML has no escape for control characters, noncharacters and halves of characters. */
function escapeXml(content: string): string {
  return printable(content.toWellFormed())
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;');
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
