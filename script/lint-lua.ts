/** Lints the Lua scripts of the Redis store, each with the files it is made of. */
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { SCRIPTS } from '../service/feature-store/redis/scripts.ts';
import { lintLua } from './lib/lua-lint.ts';

const FOLDER = 'service/feature-store/redis/lua';

const scripts = Object.values(SCRIPTS).map(({ files }) =>
  files.map((name) => {
    const path = `${FOLDER}/${name}.lua`;
    return { path, text: readFileSync(path, 'utf8') };
  }),
);
const used = new Set<string>(Object.values(SCRIPTS).flatMap(({ files }) => files));
const unused = globSync(`${FOLDER}/*.lua`)
  .filter((path) => !used.has(basename(path, '.lua')))
  .map((path) => `${path}: not part of any script; list it in scripts.ts or remove it`);

const problems = [...lintLua(scripts), ...unused];
for (const problem of problems) console.log(problem);
console.log(`${used.size} Lua files in ${scripts.length} scripts, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
