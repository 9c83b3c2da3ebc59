import { type ChildProcess, fork } from 'node:child_process';
import { Socket } from 'node:net';
import { childEnvironment } from '../core/child-environment.js';
import { LANE_ENVIRONMENT } from './tuning.js';

/** How a lane's process is launched. */
export interface LaneLaunch {
  /** The child's entry. */
  readonly script: string | URL;
  /** Flags for the child's Node. The parent's own are not inherited: `--inspect` would take the same port. */
  readonly nodeFlags: readonly string[];
  /** The parent's environment: the child is given what `childEnvironment` lets through, and `LANE_ENVIRONMENT`. */
  readonly env: NodeJS.ProcessEnv;
}

/** @throws when the system refuses a new process outright (most refusals show as a death). */
export function forkLane({ script, nodeFlags, env }: LaneLaunch): ChildProcess {
  return fork(script, [], {
    // An inherited stdout would keep the reader of a pipe waiting for the lanes.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [...nodeFlags],
    env: { ...LANE_ENVIRONMENT, ...childEnvironment(env) },
  });
}

/**
 * Launches a process for the first lane before it is known what it will have to do. It waits to be told, and neither
 * keeps its parent alive nor outlives it.
 *
 * @returns undefined when the system refuses it: whoever needs the lane will hear of that.
 */
export function forkAhead(launch: LaneLaunch): ChildProcess | undefined {
  try {
    const child = forkLane(launch);
    // Until a lane listens: an unheard error would be thrown.
    child.on('error', () => undefined);
    keepAlive(child, 'unref');
    return child;
  } catch {
    return undefined;
  }
}

/** False for a process that has died, or that never came to be. */
export function isAtHand(child: ChildProcess): boolean {
  return child.pid !== undefined && child.connected && child.exitCode === null && child.signalCode === null;
}

/** Whether the parent waits for the child's end: the process, its channel and its stderr each count. */
export function keepAlive(child: ChildProcess, how: 'ref' | 'unref'): void {
  child[how]();
  child.channel?.[how]();
  if (child.stderr instanceof Socket) child.stderr[how]();
}
