/**
 * Loaded into a process (`node --import`): writes what it has used to the file that
 * RESOURCE_USAGE_FILE names, when it exits.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

export interface ResourceUsage {
  /** Of all threads. */
  readonly cpuSeconds: number;
  /** The most memory at once (RSS). Linux keeps the figure; elsewhere it is null. */
  readonly peakBytes: number | null;
}

const { RESOURCE_USAGE_FILE: file } = process.env;

if (isMainThread && file !== undefined) {
  process.on('exit', () => writeFileSync(file, JSON.stringify(resourceUsage())));
}

function resourceUsage(): ResourceUsage {
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, peakBytes: peakBytes() };
}

function peakBytes(): number | null {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}
