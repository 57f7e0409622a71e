import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { DEFAULT_PORT } from '../../service/contract/http.ts';
import { installedBy, systemPackages } from '../helpers/system-packages.ts';

const container = JSON.parse(readFileSync('.devcontainer/devcontainer.json', 'utf8'));

it('the dev container runs the Node of .nvmrc and forwards the port of the service', () => {
  const version = readFileSync('.nvmrc', 'utf8').trim();
  expect(container.image).toMatch(new RegExp(`/typescript-node:${version}-`));
  expect(container.forwardPorts).toEqual([DEFAULT_PORT]);
});

it('the dev container installs the system packages that script/test asks for', () => {
  expect(new Set(installedBy(container.onCreateCommand))).toEqual(systemPackages());
});

it('the editor recommends the extensions that the dev container brings', () => {
  const { recommendations } = JSON.parse(readFileSync('.vscode/extensions.json', 'utf8'));
  expect(recommendations).toEqual(container.customizations.vscode.extensions);
});
