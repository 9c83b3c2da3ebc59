import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Resident set of this process in bytes, now and at its highest. From Linux's own figures where they are: the peak that
 * `getrusage` gives a child starts at its parent's, because the kernel carries it over the fork.
 */
export function readMemory(): { rssBytes: number; peakBytes: number } {
  const status = statusOf('self');
  return {
    rssBytes: field(status, 'VmRSS') ?? process.memoryUsage.rss(),
    peakBytes: field(status, 'VmHWM') ?? process.resourceUsage().maxRSS * 1024,
  };
}

/** Resident set of another process in bytes; undefined when it is gone, or where the system is not Linux. */
export function residentBytes(pid: number): number | undefined {
  return field(statusOf(pid), 'VmRSS');
}

/**
 * Has the kernel refuse a process more private memory than this (RLIMIT_DATA), where util-linux is installed. Not the
 * address space: V8 reserves gigabytes of it that it never uses. Done beside the process's work, for it takes some
 * milliseconds, and nothing depends on it.
 */
export function limitPrivateMemory(pid: number, bytes: number): void {
  // A soft limit alone: where a stricter hard one is set already, the call fails and the strict one stays.
  const limit = `--data=${Math.round(bytes)}:`;
  execFile('prlimit', ['--pid', String(pid), limit], () => undefined).unref();
}

function statusOf(process: number | 'self'): string {
  try {
    return readFileSync(`/proc/${process}/status`, 'latin1');
  } catch {
    return '';
  }
}

function field(status: string, name: string): number | undefined {
  const match = new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(status);
  return match ? Number(match[1]) * 1024 : undefined;
}
