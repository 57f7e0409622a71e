/**
 * Loaded into a process (`node --import`): writes the most memory that it had at once, in bytes, to
 * the file that PEAK_MEMORY_FILE names. Linux keeps the figure; elsewhere the file stays empty.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const { PEAK_MEMORY_FILE: file } = process.env;

if (isMainThread && file !== undefined) {
  process.on('exit', () => writeFileSync(file, peakBytes()));
}

function peakBytes(): string {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return kilobytes === undefined ? '' : String(Number(kilobytes) * 1024);
  } catch {
    return '';
  }
}
