import type { Footprint } from './lane-count.js';

/** Memory of the parent and of a lane of the larger pack, in bytes: measured, see test/bench/RESULTS.md. */
export const FOOTPRINT: Footprint = { parentBytes: 60e6, laneBytes: 250e6 };
