import { fill, ink } from './chart-colors.ts';
import { LABELS, NAMES } from './labels.ts';

const PADDING = 16;
const LINE = 24;
const SWATCH = 12;
const GAP = 8;

export interface Picture {
  readonly title: string;
  readonly chart: HTMLCanvasElement;
  /** Lines in the middle of a donut. */
  readonly center?: readonly string[];
}

/** A chart as PNG in the colors of the page, with a title and the legend above it. */
export function pngOf({ title, chart, center = [] }: Picture): Promise<Blob> {
  const scale = window.devicePixelRatio;
  const [width, height] = [chart.width / scale, chart.height / scale];
  const top = PADDING + 2 * LINE;
  const canvas = document.createElement('canvas');
  canvas.width = (width + 2 * PADDING) * scale;
  canvas.height = (height + top + PADDING) * scale;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('The browser provides no canvas for the picture.');
  context.scale(scale, scale);
  context.fillStyle = ink('--card');
  context.fillRect(0, 0, canvas.width, canvas.height);
  drawHead(context, title, width);
  context.drawImage(chart, PADDING, top, width, height);
  context.textAlign = 'center';
  const [x, y] = [PADDING + width / 2, top + height / 2];
  for (const [index, line] of center.entries()) {
    context.fillText(line, x, y + (index - (center.length - 1) / 2) * LINE);
  }
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) =>
      blob ? resolve(blob) : reject(new Error('The browser could not write the picture as PNG.')),
    );
  });
}

function drawHead(context: CanvasRenderingContext2D, title: string, width: number): void {
  const family = getComputedStyle(document.body).fontFamily;
  context.textBaseline = 'middle';
  context.fillStyle = ink('--ink');
  context.font = `600 15px ${family}`;
  context.fillText(title, PADDING, PADDING + LINE / 2, width);
  context.font = `13px ${family}`;
  let x = PADDING;
  const y = PADDING + 1.5 * LINE;
  for (const label of LABELS) {
    context.fillStyle = fill(label);
    context.fillRect(x, y - SWATCH / 2, SWATCH, SWATCH);
    context.fillStyle = ink('--ink');
    context.fillText(NAMES[label], x + SWATCH + GAP, y);
    x += SWATCH + 3 * GAP + context.measureText(NAMES[label]).width;
  }
}
