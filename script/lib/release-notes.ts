interface Release {
  readonly tag: string;
  /** Version in package.json. */
  readonly version: string;
  readonly changelog: string;
}

/**
 * Section of a version in the changelog, in Markdown. A release on GitHub keeps line breaks, so the
 * lines of an entry are joined.
 *
 * @throws Error if the tag is not the one of package.json's version, or the changelog has no entry
 */
export function releaseNotes({ tag, version, changelog }: Release): string {
  if (tag !== `v${version}`) {
    throw new Error(
      `The tag '${tag}' does not match version ${version} of package.json: tag v${version}.`,
    );
  }
  const heading = `## [${version}]`;
  const lines = changelog.split('\n');
  const start = lines.findIndex((line) => line.startsWith(heading));
  if (start === -1) {
    throw new Error(`CHANGELOG.md has no section '${heading}': rename '## [Unreleased]' to it.`);
  }
  const rest = lines.slice(start + 1);
  const next = rest.findIndex((line) => line.startsWith('## '));
  const section = rest
    .slice(0, next === -1 ? undefined : next)
    .join('\n')
    .trim();
  if (section === '') throw new Error(`The section '${heading}' of CHANGELOG.md is empty.`);
  return `${joinWrappedLines(section)}\n`;
}

/** Joins each line of text with the one before, unless it starts a list item or a heading. */
function joinWrappedLines(markdown: string): string {
  return markdown.replaceAll(/(?<=\S)\n[ ]*(?=[^\s#-])/g, ' ');
}
