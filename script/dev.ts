/**
 * Serves, and restarts the service when a file of it changes. The page is built once: run
 * `npm run build` after a change of service/web and reload.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { context, type Plugin } from 'esbuild';
import { bundleOptions } from './lib/bundle-options.ts';

let service: ChildProcess | undefined;

const isRunning = () => service?.exitCode === null && service.signalCode === null;

async function restart(): Promise<void> {
  if (service && isRunning()) {
    const ended = once(service, 'exit');
    service.kill();
    await ended;
  }
  const env = existsSync('.env') ? ['--env-file=.env'] : [];
  service = spawn(process.execPath, [...env, 'dist/main.js'], { stdio: 'inherit' });
}

const restartsAfterBuild: Plugin = {
  name: 'restarts-after-build',
  setup({ onEnd }) {
    onEnd(async ({ errors }) => {
      if (errors.length === 0) await restart();
    });
  },
};

await import('./build.ts');
const options = bundleOptions('dist');
const bundler = await context({
  ...options,
  plugins: [...(options.plugins ?? []), restartsAfterBuild],
});
await bundler.watch();

/**
 * Ends when the service has drained. A terminal sends SIGINT to both processes, and npm sends it once
 * more; another one after that makes the service end at once.
 */
function end(signal: NodeJS.Signals): void {
  if (!isRunning()) process.exit();
  service?.once('exit', () => process.exit());
  if (signal === 'SIGTERM') service?.kill();
}
process.on('SIGINT', end).on('SIGTERM', end);
