import os from 'node:os';
import { expect, test } from 'vitest';
import { readMemory } from '../../src/adapters/memory.js';
import { readMachineLimits } from '../../src/adapters/limits.js';

test('the limits of this machine are sane', () => {
  const limits = readMachineLimits();
  expect(limits.cores).toBeGreaterThanOrEqual(1);
  expect(limits.cores).toBeLessThanOrEqual(os.cpus().length);
  // Node gives a number beyond all memory when nothing limits it.
  expect(limits.memoryBytes).toBeGreaterThan(50e6);
  expect(limits.memoryBytes).toBeLessThanOrEqual(os.totalmem());
  expect(limits.cpuQuota ?? 1).toBeGreaterThan(0);
});

test('memory is in bytes, and the peak at least what is used now', () => {
  const { rssBytes, peakBytes } = readMemory();
  expect(rssBytes).toBeGreaterThan(20e6);
  expect(rssBytes).toBeLessThan(os.totalmem());
  expect(peakBytes).toBeGreaterThanOrEqual(rssBytes);
});
