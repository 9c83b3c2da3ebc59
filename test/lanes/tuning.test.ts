import v8 from 'node:v8';
import { afterEach, expect, it, vi } from 'vitest';
import { createCollector } from '../../src/lanes/tuning.js';

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Stands in for V8's collector, which tests run without. */
function fakeCollector() {
  const gc = vi.fn<(options?: { type: string }) => void>();
  vi.stubGlobal('gc', gc);
  return { kinds: () => gc.mock.calls.map(([options]) => options?.type ?? 'whole') };
}

it('a lane collects what is young after each picture, and all of it once much is left over', () => {
  const { kinds } = fakeCollector();
  const collect = createCollector();
  collect();
  expect(kinds()).toEqual(['minor']);
  const kept = Buffer.alloc(5_000_000, 1);
  collect();
  expect(kinds()).toEqual(['minor', 'minor', 'whole']);
  // What a whole collection leaves is in use.
  collect();
  expect(kinds()).toEqual(['minor', 'minor', 'whole', 'minor']);
  expect(kept).toHaveLength(5_000_000);
});

it('what was still in use at a whole collection is no room for dead pixels later', () => {
  const { kinds } = fakeCollector();
  const external = vi.spyOn(v8, 'getHeapStatistics');
  const bytes = (count: number): void => {
    external.mockReturnValue({ external_memory: count } as v8.HeapInfo);
  };
  bytes(1e6);
  const collect = createCollector();
  bytes(9e6);
  collect();
  bytes(1e6);
  collect();
  bytes(4e6);
  collect();
  external.mockRestore();
  expect(kinds()).toEqual(['minor', 'whole', 'minor', 'minor', 'whole']);
});

it('a process that was not started to collect by hand does not', () => {
  vi.stubGlobal('gc', undefined);
  expect(() => {
    createCollector()();
  }).not.toThrow();
});
