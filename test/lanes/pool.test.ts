import { describe, expect, test } from 'vitest';
import { residentBytes } from '../../src/adapters/memory.js';
import { failureOf, isAlive, pidOf, types, until, useLanes } from './harness.js';

const { open } = useLanes();

describe('pictures', () => {
  test('are handed to as many lanes as allowed, started on demand', async () => {
    const lanes = open();
    expect(lanes.children()).toEqual([]);
    const running = ['a', 'b', 'c', 'd', 'e'].map((name) => lanes.run('wait-for go', name));
    await lanes.logged('begin a');
    await lanes.logged('begin b');
    expect(lanes.log()).not.toContain('begin c');
    expect(lanes.children()).toHaveLength(2);
    lanes.signal('go');
    const outcomes = await Promise.all(running);
    expect(outcomes.map(failureOf)).toEqual(Array(5).fill(undefined));
    expect(outcomes).toMatchObject(Array(5).fill({ retried: false }));
    expect(lanes.pids()).toHaveLength(2);
    expect(lanes.pool.stats).toMatchObject({ retried: 0, replaced: 0 });
    expect(lanes.pool.stats.peakLaneBytes).toBeGreaterThan(20e6);
  });

  test('start oldest first', async () => {
    const lanes = open({ lanes: 1 });
    const names = ['a', 'b', 'c', 'd'];
    await Promise.all(names.map((name) => lanes.run('ok', name)));
    expect(lanes.log().filter((line) => line.startsWith('begin'))).toEqual(
      names.map((name) => `begin ${name}`),
    );
  });

  test('find lanes that were started before them', async () => {
    const lanes = open();
    lanes.pool.start();
    await until(() => types(lanes).length === 2);
    expect(types(lanes)).toEqual(['ready', 'ready']);
    const pids = lanes.pids();
    expect(pids).toContain(pidOf(await lanes.run('ok')));
    expect(lanes.pids()).toEqual(pids);
  });
});

describe('an overrun', () => {
  test.each(['stuck', 'spin'])(
    '(%s) is TIMEOUT at once, not retried, and the lane is gone',
    async (command) => {
      const lanes = open({ lanes: 1, timeoutMs: 1000 });
      expect(await lanes.run(command)).toMatchObject({
        kind: 'report',
        retried: false,
        report: { failure: { code: 'TIMEOUT', message: 'Took longer than the limit of 1 s (--timeout)' } },
      });
      expect(lanes.pool.stats).toMatchObject({ retried: 0, replaced: 1 });
      const next = await lanes.run('ok');
      expect(failureOf(next)).toBeUndefined();
      await until(() => !isAlive(lanes.pids()[0]!));
    },
  );

  test('never comes of a limit that is longer than a timer', async () => {
    const lanes = open({ timeoutMs: 1e12 });
    expect(failureOf(await lanes.run('slow 30'))).toBeUndefined();
  });
});

describe('recycling', () => {
  test('replaces a lane after a number of pictures', async () => {
    const lanes = open({ lanes: 1, recycleAfter: 2 });
    const pids: (number | undefined)[] = [];
    for (let i = 0; i < 5; i++) pids.push(pidOf(await lanes.run('ok')));
    const [a, , b, , c] = pids;
    expect(pids).toEqual([a, a, b, b, c]);
    expect(new Set(pids).size).toBe(3);
    expect(lanes.pool.stats).toMatchObject({ retried: 0, replaced: 2 });
  });

  test('replaces a lane that has grown too large', async () => {
    const lanes = open({ lanes: 1, maxLaneBytes: 300 * 2 ** 20 });
    const before = pidOf(await lanes.run('ok'));
    expect(pidOf(await lanes.run('leak 400'))).toBe(before);
    expect(pidOf(await lanes.run('ok'))).not.toBe(before);
    expect(lanes.events).toContainEqual(expect.objectContaining({ type: 'recycled', reason: 'memory' }));
    expect(lanes.pool.stats.peakLaneBytes).toBeGreaterThan(400 * 2 ** 20);
  });
});

describe('a lane that grows during a picture', () => {
  const memoryLimit = { bytes: 300e6, residentBytes };

  test('ends in TOO_LARGE at once when it had no other picture', async () => {
    const lanes = open({ lanes: 1, memoryLimit });
    const outcome = await lanes.run('leak 400; stuck');
    expect(outcome).toMatchObject({
      report: {
        failure: { code: 'TOO_LARGE', message: expect.stringContaining('--max-lane-memory') as string },
      },
      retried: false,
    });
    expect(lanes.pids()).toHaveLength(1);
    expect(failureOf(await lanes.run('ok'))).toBeUndefined();
  });

  test('or before it is ready is killed, and ends the run without a second try', async () => {
    const lanes = open({ lanes: 1, memoryLimit }, 'leak 400; stuck');
    await expect(lanes.run('ok')).rejects.toMatchObject({
      code: 'LANES_FAILING',
      mayPass: false,
      message: expect.stringContaining('300 MB (--max-lane-memory)') as string,
    });
    expect(lanes.pids()).toHaveLength(1);
  });

  test('has its limit from its start on, not from its first picture', async () => {
    const limited: number[] = [];
    const enforce = (pid: number) => limited.push(pid);
    const lanes = open({ lanes: 1, memoryLimit: { ...memoryLimit, enforce } }, 'wait-for go');
    lanes.pool.start();
    await until(() => lanes.pids().length === 1);
    expect(limited).toEqual(lanes.pids());
    lanes.signal('go');
    await lanes.run('ok');
    expect(limited).toEqual(lanes.pids());
  });

  test('is tried once more in a lane of its own when others had gone before', async () => {
    const lanes = open({ lanes: 1, memoryLimit });
    await lanes.run('leak 150');
    expect(await lanes.run('leak 200; slow 200')).toMatchObject({ report: { height: 1 }, retried: true });
    await lanes.run('leak 10');
    expect(failureOf(await lanes.run('leak 400; stuck'))).toBe('TOO_LARGE');
    expect(types(lanes).filter((type) => type === 'outgrown')).toHaveLength(3);
  });
});

describe('a fatal error', () => {
  test.each(['MODEL_CORRUPT', 'ADDON_MISSING'])(
    '(%s) at the start stops everything, without a second try',
    async (code) => {
      const lanes = open({ lanes: 1 }, `fatal ${code}`);
      await expect(lanes.run('ok')).rejects.toMatchObject({ name: 'FatalError', code, message: 'told to' });
      expect(lanes.pids()).toHaveLength(1);
    },
  );

  test('during a picture rejects it, those that wait and those to come; others in flight finish', async () => {
    const lanes = open();
    const other = lanes.run('wait-for go', 'other');
    await lanes.logged('begin other');
    const [fatal, waiting] = [lanes.run('fatal OUTPUT_UNUSABLE'), lanes.run('ok')];
    await expect(fatal).rejects.toMatchObject({ code: 'OUTPUT_UNUSABLE' });
    await expect(waiting).rejects.toMatchObject({ code: 'OUTPUT_UNUSABLE' });
    await expect(lanes.run('ok')).rejects.toMatchObject({ code: 'OUTPUT_UNUSABLE' });
    lanes.signal('go');
    expect(failureOf(await other)).toBeUndefined();
  });
});
