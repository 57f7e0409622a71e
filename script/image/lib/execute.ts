import { execFile } from 'node:child_process';

/** A build from nothing takes less, on a slow machine and network too. */
const TIMEOUT_MS = 15 * 60_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/**
 * Runs a command to its end.
 *
 * @returns what it wrote to stdout
 * @throws Error with everything the command wrote when it fails
 */
export function execute(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      env: { ...process.env, ...env },
      timeout: TIMEOUT_MS,
      maxBuffer: MAX_OUTPUT_BYTES,
    };
    execFile(file, args, options, (cause, stdout) => {
      if (cause === null) resolve(stdout);
      // The message of `cause` is the command and its stderr.
      else reject(new Error(`${cause.message}\n${stdout}`, { cause }));
    });
  });
}
