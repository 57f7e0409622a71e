import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { containerCommand } from '../../script/image/lib/container-command.ts';
import { docker } from '../../script/image/lib/docker.ts';

/** Run inside, where the port is: asks for the sentiment of a text and prints the answer. */
const ASK = `
  fetch('http://127.0.0.1:3000/v1/inference', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ texts: ['I love this phone'] }),
  }).then(async (response) => console.log(await response.text()));
`;

describe('a container that is given no variable at all', () => {
  it('answers a text on port 3000, and ends on SIGTERM', async () => {
    const name = `no-environment-${randomUUID()}`;
    const [file, ...args] = containerCommand(
      process.env.SERVICE_IMAGE!,
      {},
      { name, isolated: true },
    );
    const container = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(container, 'close');
    try {
      let output = '';
      for await (const text of container.stdout
        .setEncoding('utf8')
        .iterator({ destroyOnReturn: false })) {
        output += text;
        if (output.includes('Serving on http://127.0.0.1:3000')) break;
      }
      container.stdout.resume();
      expect(output).toContain('feature store: in memory');
      expect(JSON.parse(await docker('exec', name, 'node', '-e', ASK))).toMatchObject({
        results: [{ sentimentAnalyst: 'positive' }],
      });
    } finally {
      container.kill('SIGTERM');
    }
    expect(await ended).toEqual([0, null]);
  });
});
