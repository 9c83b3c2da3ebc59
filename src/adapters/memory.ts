import { readFileSync } from 'node:fs';

/**
 * Resident set of this process in bytes, now and at its highest. From Linux's own figures where they are: the peak that
 * `getrusage` gives a child starts at its parent's, because the kernel carries it over the fork.
 */
export function readMemory(): { rssBytes: number; peakBytes: number } {
  let status = '';
  try {
    status = readFileSync('/proc/self/status', 'latin1');
  } catch {
    // Not Linux.
  }
  const kilobytes = (field: string): number | undefined => {
    const match = new RegExp(`^${field}:\\s*(\\d+) kB`, 'm').exec(status);
    return match ? Number(match[1]) : undefined;
  };
  const rss = kilobytes('VmRSS');
  const peak = kilobytes('VmHWM') ?? process.resourceUsage().maxRSS;
  return {
    rssBytes: rss === undefined ? process.memoryUsage.rss() : rss * 1024,
    peakBytes: peak * 1024,
  };
}
