import { expect, test } from 'vitest';
import { decideLanes, type MachineLimits } from '../../src/core/lane-count.js';

const footprint = { parentBytes: 80e6, laneBytes: 200e6 };
const machine: MachineLimits = { cores: 8, memoryBytes: 16e9 };

test.each<[string, Partial<MachineLimits>, number, string]>([
  ['one for each core', {}, 8, 'cores'],
  ['a quota above the cores changes nothing', { cpuQuota: 12 }, 8, 'cores'],
  ['a quota of whole cores', { cpuQuota: 2 }, 2, 'cpu quota'],
  ['a quota of two and a half cores', { cpuQuota: 2.5 }, 3, 'cpu quota'],
  ['a quota of a little over two cores', { cpuQuota: 2.1 }, 2, 'cpu quota'],
  ['a quota of a tenth of a core', { cpuQuota: 0.1 }, 1, 'cpu quota'],
  ['512 MB', { memoryBytes: 512e6 }, 1, 'memory'],
  ['1 GB: (800 - 80) / 200', { memoryBytes: 1e9 }, 3, 'memory'],
  ['not even room for one', { memoryBytes: 64e6 }, 1, 'memory'],
])('%s', (_, limits, lanes, limitedBy) => {
  expect(decideLanes({ ...machine, ...limits }, footprint)).toEqual({ lanes, limitedBy });
});
