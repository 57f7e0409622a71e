/** Prints the notes of a release, by its tag: `node script/release-notes.ts v1.2.3`. */
import { readFileSync } from 'node:fs';
import { releaseNotes } from './lib/release-notes.ts';

const [tag = ''] = process.argv.slice(2);
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
try {
  process.stdout.write(
    releaseNotes({ tag, version, changelog: readFileSync('CHANGELOG.md', 'utf8') }),
  );
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
