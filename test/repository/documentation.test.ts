import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const PAGES = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', ...pagesIn('docs')];

function pagesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}

/** Targets of relative links to files, outside code; `../../` leads to pages of GitHub. */
function linksOf(page: string): string[] {
  const prose = readFileSync(page, 'utf8').replaceAll(/```[\s\S]*?```/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^([a-z]+:|\.\.\/\.\.\/security\/)/.test(target));
}

/** Anchors as GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  return [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Lines of commands in a page. */
function commandsOf(page: string): string[] {
  const blocks = readFileSync(page, 'utf8').matchAll(/^ *```(sh|console)\n(.*?)```$/gms);
  return [...blocks].flatMap(([, language, code = '']) =>
    code.split('\n').filter((line) => language === 'sh' || line.startsWith('$ ')),
  );
}

function isBroken(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : normalize(join(dirname(page), path));
  if (!existsSync(target)) return true;
  return anchor !== undefined && !anchorsOf(target).includes(anchor);
}

describe('the documentation', () => {
  it.each(PAGES)('%s links to pages and headings that exist', (page) => {
    expect(linksOf(page).filter((link) => isBroken(page, link))).toEqual([]);
  });

  // zsh, the shell of macOS, passes the words of a pasted comment on to the command.
  it.each(PAGES)('%s has no comment behind a command', (page) => {
    expect(commandsOf(page).filter((line) => /\S\s+#\s/.test(line))).toEqual([]);
  });

  it('has every page of docs/ in its index', () => {
    const index = linksOf('docs/README.md');
    const pages = readdirSync('docs').filter(
      (name) => name.endsWith('.md') && name !== 'README.md',
    );
    expect(pages.filter((name) => !index.includes(name))).toEqual([]);
  });

  it.each(['service', 'cli', 'lib'])('has a README in each folder of %s/', (parent) => {
    const folders = readdirSync(parent, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(parent, name));
    expect(folders.length).toBeGreaterThan(0);
    expect(folders.filter((folder) => !existsSync(join(folder, 'README.md')))).toEqual([]);
  });
});
