/**
 * Replaces the text between a marker's two comments in a document.
 *
 * @throws Error when the document has no such comments
 */
export function betweenMarkers(
  path: string,
  document: string,
  marker: string,
  content: string,
): string {
  const [start, end] = [`<!-- ${marker}:start -->\n`, `<!-- ${marker}:end -->`];
  const from = document.indexOf(start);
  const to = document.indexOf(end);
  if (from < 0 || to < from) {
    throw new Error(`${path} has no lines ${start.trim()} and ${end}: put them back.`);
  }
  return `${document.slice(0, from)}${start}\n${content}\n${document.slice(to)}`;
}
