import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { DEFAULT_PORT, PATHS } from '../../service/contract/http.ts';
import { MALLOC_ENVIRONMENT, NODE_ARGUMENTS } from '../../service/contract/node-arguments.ts';
import { ENVIRONMENT } from '../../service/contract/variables.ts';

const dockerfile = readFileSync('Dockerfile', 'utf8');

describe('the Dockerfile', () => {
  it('speaks of the port, the path and the model of the contract', () => {
    expect(dockerfile).toContain(`EXPOSE ${DEFAULT_PORT}\n`);
    expect(dockerfile).toContain(`process.env.PORT || ${DEFAULT_PORT}}${PATHS.liveness}\``);
    const models = [...dockerfile.matchAll(/^ARG MODEL_NAME=(.*)$/gm)].map(([, name]) => name);
    expect(new Set(models)).toEqual(new Set([ENVIRONMENT.MODEL_NAME.default]));
  });

  it('starts Node with the arguments and variables of the contract, as script/start does', () => {
    const command = ['node', ...NODE_ARGUMENTS, 'dist/main.js'];
    expect(dockerfile).toContain(`\nCMD ${JSON.stringify(command).replaceAll(',', ', ')}\n`);
    const start = readFileSync('script/start', 'utf8');
    expect(start).toContain(`\nexec node ${NODE_ARGUMENTS.join(' ')} `);
    for (const [name, value] of Object.entries(MALLOC_ENVIRONMENT)) {
      expect(dockerfile).toMatch(new RegExp(`^ENV .*\\b${name}=${value}$`, 'm'));
      expect(start).toContain(`\nexport ${name}=${value}\n`);
    }
  });

  it('runs on the Node version of .nvmrc', () => {
    const version = readFileSync('.nvmrc', 'utf8').trim();
    expect(dockerfile).toMatch(new RegExp(`^ARG NODE_IMAGE=.*/node:${version}-.*-slim`, 'm'));
  });

  it('takes credentials as build secrets only', () => {
    const words = [...dockerfile.matchAll(/^(?:ARG|ENV) (.*)$/gm)]
      .map(([, rest]) => rest)
      .join(' ');
    expect(words).not.toMatch(/TOKEN|SECRET|PASSWORD|ACCESS_KEY|CREDENTIAL/i);
  });

  it('runs nothing in its last stage, and every other stage on the machine that builds', () => {
    const stages = dockerfile.split(/^(?=FROM )/m).slice(1);
    expect(stages.at(-1)).not.toMatch(/^RUN /m);
    for (const stage of stages.slice(0, -1)) {
      expect(stage).toMatch(/^FROM (--platform=\$BUILDPLATFORM \$\{NODE_IMAGE\}|[a-z-]+) AS /);
    }
  });

  it('sets modes and times of all that the last stage copies', () => {
    const stages = dockerfile.split(/^(?=FROM )/m).slice(1);
    const copied = [...stages.at(-1)!.matchAll(/^COPY (.*)$/gm)].map(([, rest]) => rest);
    expect(copied).toHaveLength(3);
    for (const rest of copied) {
      const [, name] = /^--from=(\S+) \/image \/$/.exec(rest!) ?? [];
      const stage = stages.find((text) => text.split('\n', 1)[0]!.endsWith(` AS ${name}`));
      expect(stage?.split(/\n\n(?=#)/)[0]?.trimEnd()).toMatch(
        / && chmod -R u=rwX,go=rX \/image && find \/image -exec touch --date=@0 \{\} \+$/,
      );
    }
  });

  it('gets nothing from the checkout that .dockerignore does not name', () => {
    const [everything, ...rest] = readFileSync('.dockerignore', 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(everything).toBe('*');
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, paths]) =>
      paths!.split(' '),
    );
    for (const path of copied) {
      expect(
        rest.some((line) => path === line.slice(1) || path.startsWith(`${line.slice(1)}/`)),
      ).toBe(true);
    }
  });
});
