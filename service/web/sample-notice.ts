import { byId } from './dom.ts';

const POSTS = 'Figures count public posts that this service has scored.';
const INVENTED = 'Figures count invented sample tweets, and posts that this service has scored.';

/** Shows whether figures count invented tweets; null, for an unknown store, changes nothing. */
export function showSampleNotice(holdsSample: boolean | null): void {
  if (holdsSample === null) return;
  byId('sample-notice', HTMLParagraphElement).hidden = !holdsSample;
  byId('figures-note', HTMLSpanElement).textContent = holdsSample ? INVENTED : POSTS;
}
