import { readFileSync, readlinkSync } from 'node:fs';
import { codeOf } from '../core/thrown.js';

/*
 * Which process is meant by an id: ids are used again, and mean something else in another container or after a restart
 * of the machine.
 */

/**
 * Where process ids mean what they mean here: this start of this machine and this namespace of process ids. Undefined
 * without `/proc` (macOS).
 */
export function idSpace(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return undefined;
  }
}

/**
 * When a process started, in clock ticks since the machine did; undefined where that cannot be seen.
 */
export function startOf(pid: number): string | undefined {
  return look(pid)?.start;
}

/** Whether a process with this id runs that started then. Where `/proc` hides it, any with the id will do. */
export function isStillRunning(pid: number, start: string): boolean {
  if (!isRunning(pid)) return false;
  const seen = look(pid);
  return seen === undefined || (seen.start === start && !seen.ended);
}

/** Whether there is a process with this id, one of somebody else's included. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** Fields 3 and 22 of `/proc/<pid>/stat`, see proc(5). */
function look(pid: number): { ended: boolean; start: string | undefined } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command's name, in parentheses, may hold anything: what follows it begins with field 3, the state.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie keeps its id until its parent looks at it.
    return { ended: fields[0] === 'Z' || fields[0] === 'X', start: fields[19] };
  } catch {
    return undefined;
  }
}
