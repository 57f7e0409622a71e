import type { Label } from './labels.ts';

/** A length of the pattern that marks negative beside its color, in pixels. */
const HATCH = 6;

/** The value of a color that styles/colors.css names. */
export function ink(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** A label's color; hatched for negative, so that color is not the only difference. */
export function fill(label: Label): string | CanvasPattern {
  const color = ink(`--${label}`);
  if (label !== 'negative') return color;
  const tile = new OffscreenCanvas(HATCH, HATCH);
  const context = tile.getContext('2d');
  if (!context) return color;
  context.fillStyle = color;
  context.fillRect(0, 0, HATCH, HATCH);
  context.strokeStyle = ink('--hatch');
  context.lineWidth = 1.5;
  for (const from of [-HATCH, 0, HATCH]) {
    context.moveTo(from, HATCH);
    context.lineTo(from + HATCH, 0);
  }
  context.stroke();
  return context.createPattern(tile, 'repeat') ?? color;
}
