import { element } from './dom.ts';

/** Time after which the browser has certainly read a file that it saves. */
const KEPT_MS = 60_000;

/** Has the browser save a file, without a request to any host. */
export function saveFile(name: string, content: Blob): void {
  const href = URL.createObjectURL(content);
  element('a', { href, download: name }).click();
  window.setTimeout(() => URL.revokeObjectURL(href), KEPT_MS);
}

/** The words of a title with hyphens between them, as in `most-active-users`. */
export function fileStem(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
}
