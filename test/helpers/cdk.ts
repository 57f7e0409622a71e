import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const TIMEOUT_MS = 540_000;

/**
 * Runs the CDK's command line tool as it is installed here.
 *
 * @param folder the checkout whose app is synthesized
 * @throws Error with the end of what it said when it fails or hangs.
 */
export async function cdk(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  folder = '.',
): Promise<string> {
  const child = spawn(process.execPath, [resolve('node_modules/aws-cdk/bin/cdk'), ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...withoutAws(process.env), CI: 'true', ...env },
    timeout: TIMEOUT_MS,
  });
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) {
    const end = output
      .split('\n')
      .filter((line) => line.length < 1_000)
      .slice(-40)
      .join('\n');
    throw new Error(`cdk ${args.join(' ')} ended with ${code}:\n${end}`);
  }
  return output;
}

/** Leaves out credentials, profile and region of the user who runs the tests. */
function withoutAws(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_')));
}
