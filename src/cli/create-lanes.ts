import type { LaneOptions } from '../commands/tag-ports.js';
import { createLanePool, type StartableLanePool } from '../lanes/pool.js';
import { LANE_ENVIRONMENT } from '../lanes/tuning.js';
import { laneMemoryLimit } from './lane-memory.js';
import { LANE } from './programs.js';

/** Lanes for a command that runs nets. @param env what they are told of the environment. */
export function createLanes(
  { memoryLimitBytes, ...options }: LaneOptions,
  env: NodeJS.ProcessEnv = process.env,
): StartableLanePool {
  return createLanePool({
    ...options,
    memoryLimit: laneMemoryLimit(memoryLimitBytes),
    script: LANE,
    env: { ...LANE_ENVIRONMENT, ...env },
  });
}
