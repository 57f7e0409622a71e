import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { DEFAULT_PORT } from '../../service/contract/http.ts';

const container = JSON.parse(readFileSync('.devcontainer/devcontainer.json', 'utf8'));

it('the dev container runs the Node of .nvmrc and forwards the port of the service', () => {
  const version = readFileSync('.nvmrc', 'utf8').trim();
  expect(container.image).toMatch(new RegExp(`/typescript-node:${version}-`));
  expect(container.forwardPorts).toEqual([DEFAULT_PORT]);
});

it('the dev container installs the system packages that script/test asks for', () => {
  const toolchain = readFileSync('script/lib/toolchain.sh', 'utf8');
  const [, needs = ''] = /^missing_test_tools\(\) \{\n(.*?)^\}/ms.exec(toolchain) ?? [];
  const named = [...needs.matchAll(/^ {2}missing (\S+)|echo (\S+)$/gm)].map(
    ([, missing, echoed]) => missing ?? echoed,
  );
  const packages = new Set([...named, 'chromium']);
  const [, installed = ''] = /--no-install-recommends (.*)$/.exec(container.onCreateCommand) ?? [];
  expect(new Set(installed.split(' '))).toEqual(packages);
});

it('the editor recommends the extensions that the dev container brings', () => {
  const { recommendations } = JSON.parse(readFileSync('.vscode/extensions.json', 'utf8'));
  expect(recommendations).toEqual(container.customizations.vscode.extensions);
});
