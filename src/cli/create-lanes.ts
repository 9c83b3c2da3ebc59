import type { ChildProcess } from 'node:child_process';
import type { LaneOptions } from '../commands/tag-ports.js';
import { createLanePool, type StartableLanePool } from '../lanes/pool.js';
import { laneLaunch } from './head-start.js';
import { laneMemoryLimit } from './lane-memory.js';

/**
 * Lanes for a command that runs nets.
 *
 * @param ahead the first lane's process, where there is one already.
 */
export function createLanes(
  { memoryLimitBytes, ...options }: LaneOptions,
  ahead?: ChildProcess,
): StartableLanePool {
  return createLanePool({
    ...options,
    ...laneLaunch(process.env),
    memoryLimit: laneMemoryLimit(memoryLimitBytes),
    ahead,
  });
}
