import { readdirSync, readFileSync } from 'node:fs';

/* What is known of processes from /proc; all of it may be gone a moment later. */

/** Ids of every process. */
export function everyProcess(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

export const commandOf = (pid: number): string[] => wordsOf(pid, 'cmdline');

/** `NAME=value`; none of another user's process. */
export const environmentOf = (pid: number): string[] => wordsOf(pid, 'environ');

function wordsOf(pid: number, file: 'environ' | 'cmdline'): string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').filter(Boolean);
  } catch {
    return [];
  }
}

/** -1 of a process that is gone. */
export function parentOf(pid: number): number {
  try {
    return Number(/\) \S+ (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1] ?? -1);
  } catch {
    return -1;
  }
}

/** A process and all that came of it. */
export function familyOf(pid: number): number[] {
  const parents = everyProcess().map((each) => [each, parentOf(each)] as const);
  const family = [pid];
  for (const member of family) {
    family.push(...parents.filter(([, parent]) => parent === member).map(([child]) => child));
  }
  return family;
}

/** Sends a signal to processes that were started here; one that has ended meanwhile is none the worse. */
export function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It went with another one.
    }
  }
}
