/** What this process may use of the machine. */
export interface MachineLimits {
  /** Processors that it may run on, 1 or more. */
  readonly cores: number;
  /** Processors' worth of time that a control group grants, possibly a fraction; absent when there is no quota. */
  readonly cpuQuota?: number;
  /** Physical memory or the control group's limit, whichever is less, in bytes. */
  readonly memoryBytes: number;
}

/** Memory that a run takes, in bytes. */
export interface Footprint {
  readonly parentBytes: number;
  readonly laneBytes: number;
}

export interface LaneCount {
  /** 1 or more. */
  readonly lanes: number;
  /** What keeps the number from being higher. */
  readonly limitedBy: 'cores' | 'cpu quota' | 'memory';
}

/** The rest is left to other programs and the file cache. */
const MEMORY_SHARE = 0.8;

/** The number of lanes to run when none was asked for: one for each processor, fewer where memory would not do. */
export function decideLanes(machine: MachineLimits, footprint: Footprint): LaneCount {
  const memory = (machine.memoryBytes * MEMORY_SHARE - footprint.parentBytes) / footprint.laneBytes;
  const limits = [
    { limitedBy: 'cores', lanes: machine.cores },
    // Rounded: half a processor more is worth a lane, a tenth is not.
    { limitedBy: 'cpu quota', lanes: Math.round(machine.cpuQuota ?? Infinity) },
    { limitedBy: 'memory', lanes: Math.floor(memory) },
  ] as const;
  const { lanes, limitedBy } = limits.reduce((least, limit) => (limit.lanes < least.lanes ? limit : least));
  return { lanes: Math.max(1, lanes), limitedBy };
}

/** Memory of the parent and of a lane of the larger pack, in bytes: measured, see test/bench/RESULTS.md. */
export const FOOTPRINT: Footprint = { parentBytes: 60e6, laneBytes: 250e6 };

/** Megabytes. With less a lane could not hold its nets. */
export const LEAST_LANE_MEMORY = 256;

/**
 * What one lane may take during a picture, in megabytes: what was asked for, but never so much that the machine would
 * have to swap for a single lane.
 */
export function boundLaneMemory(asked: number, { memoryBytes }: MachineLimits): number {
  const most = Math.floor((memoryBytes * MEMORY_SHARE) / 1e6);
  return Math.min(asked, Math.max(most, LEAST_LANE_MEMORY));
}
