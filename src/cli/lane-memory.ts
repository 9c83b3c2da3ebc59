import { limitPrivateMemory, residentBytes } from '../adapters/memory.js';
import type { MemoryLimit } from '../lanes/memory-limit.js';

/** Private memory that a lane has but never touches, in bytes: stacks of threads and room that allocators keep. */
const NEVER_TOUCHED = 500e6;

/** What one lane may take, from its start on. @param bytes of resident memory. */
export function laneMemoryLimit(bytes: number): MemoryLimit {
  return {
    bytes,
    residentBytes,
    enforce: (pid) => {
      limitPrivateMemory(pid, bytes + NEVER_TOUCHED);
    },
  };
}
