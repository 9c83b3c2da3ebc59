import { readFileSync } from 'node:fs';
import os from 'node:os';
import { cpuQuota } from '../core/cpu-quota.js';
import { isFastInInt8 as hasFastInt8 } from '../core/int8-speed.js';
import type { MachineLimits } from '../core/lane-count.js';

/**
 * What this process may use of the machine: processors by affinity (`taskset`, cpuset), the control group's CPU quota
 * (which Node 20 does not count), and the lesser of physical memory and the control group's limit.
 */
export function readMachineLimits(): MachineLimits {
  const quota = cpuQuota(readText);
  return {
    cores: os.availableParallelism(),
    ...(quota !== undefined && { cpuQuota: quota }),
    memoryBytes: memoryLimit(os.totalmem(), process.constrainedMemory()),
  };
}

/** Whether int8 nets are faster here than others; undefined where nobody knows. */
export function isFastInInt8(): boolean | undefined {
  return hasFastInt8(readText('/proc/cpuinfo'));
}

/** Node gives 0, nothing or a number beyond all memory when there is no limit. */
function memoryLimit(physical: number, constrained: number | undefined): number {
  return constrained ? Math.min(physical, constrained) : physical;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
