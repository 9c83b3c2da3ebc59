import { fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { failureOf, fakeConfig, isAlive, pause, types, until, useLanes } from './harness.js';

const { open, fixtures } = useLanes();

/** On a busy machine the deaths of several lanes lie seconds apart: none is judged before the stop. */
const PATIENCE = 60_000;

describe('a stop', () => {
  test('drops the pictures whose lanes die, without a retry, and those that wait', async () => {
    const lanes = open({ lanes: 1 });
    const [dying, waiting] = [lanes.run('wait-for go', 'dying'), lanes.run('ok', 'waiting')];
    await lanes.logged('begin dying');
    lanes.pool.stopping();
    expect(await waiting).toEqual({ kind: 'dropped' });
    process.kill(lanes.pids()[0]!, 'SIGKILL');
    expect(await dying).toEqual({ kind: 'dropped' });
    expect(types(lanes)).not.toContain('died');
    expect(await lanes.run('ok')).toEqual({ kind: 'dropped' });
    expect(lanes.pool.stats).toMatchObject({ retried: 0, replaced: 0 });
  });

  test('lets pictures in flight finish', async () => {
    const lanes = open();
    const outcome = lanes.run('wait-for go');
    await lanes.logged('begin wait-for go');
    lanes.pool.stopping();
    lanes.signal('go');
    expect(failureOf(await outcome)).toBeUndefined();
  });

  test('is noticed even when the lane heard of it first', async () => {
    const lanes = open({ lanes: 1, stopPatienceMs: PATIENCE });
    const outcome = lanes.run('die SIGTERM');
    await until(() => lanes.pids().length === 1 && lanes.children().length === 0);
    await pause(20);
    lanes.pool.stopping();
    expect(await outcome).toEqual({ kind: 'dropped' });
  });

  test('explains lanes that end before they are ready', async () => {
    const lanes = open({ lanes: 3, stopPatienceMs: PATIENCE }, 'die SIGTERM');
    const outcomes = ['a', 'b', 'c'].map((name) => lanes.run('ok', name));
    await until(() => lanes.pids().length === 3 && lanes.children().length === 0);
    await pause(20);
    lanes.pool.stopping();
    expect(await Promise.all(outcomes)).toEqual(Array(3).fill({ kind: 'dropped' }));
    expect(types(lanes)).not.toContain('fatal');
  });

  test.each(['SIGINT', 'SIGHUP'] as const)('by %s leaves the lanes alone', async (signal) => {
    const lanes = open({ lanes: 1 });
    const outcome = lanes.run('wait-for go');
    await lanes.logged('begin wait-for go');
    process.kill(lanes.pids()[0]!, signal);
    lanes.signal('go');
    expect(await outcome).toMatchObject({ kind: 'report', retried: false, report: { height: 1 } });
  });
});

describe('kill()', () => {
  test.each(['spin', 'stuck'])('ends every lane at once and drops its picture (%s)', async (command) => {
    const lanes = open();
    const outcomes = ['a', 'b', 'c'].map((name) => lanes.run(command, name));
    await lanes.logged('begin a');
    await lanes.logged('begin b');
    await lanes.pool.kill();
    expect(lanes.children()).toEqual([]);
    expect(await Promise.all(outcomes)).toEqual(Array(3).fill({ kind: 'dropped' }));
  });

  test('ends lanes that are not ready', async () => {
    const lanes = open({}, 'spin');
    lanes.pool.start();
    await until(() => lanes.pids().length === 2);
    await lanes.pool.kill();
    expect(lanes.children()).toEqual([]);
  });
});

describe('close()', () => {
  test.each([
    ['idle', 'ok', 'ok'],
    ['starting', 'ok', 'stuck'],
    ['starting and deaf', 'ok', 'spin'],
  ])('leaves no child: %s lanes', async (_, command, start) => {
    const lanes = open({}, start);
    if (start === 'ok') await lanes.run(command);
    else {
      lanes.pool.start();
      await until(() => lanes.pids().length === 2);
    }
    await lanes.pool.close();
    expect(lanes.children()).toEqual([]);
    expect(await lanes.run('ok')).toEqual({ kind: 'dropped' });
  });

  test('waits for the pictures in flight', async () => {
    const lanes = open();
    const outcome = lanes.run('wait-for go');
    await lanes.logged('begin wait-for go');
    const closed = lanes.pool.close();
    lanes.signal('go');
    expect(failureOf(await outcome)).toBeUndefined();
    await closed;
    expect(lanes.children()).toEqual([]);
  });

  test('is done at once when there never was a lane, and twice does no harm', async () => {
    const lanes = open();
    await lanes.pool.close();
    await lanes.pool.close();
    lanes.pool.start();
    expect(lanes.children()).toEqual([]);
  });
});

test("a parent's death ends its lanes: idle ones at once, busy ones after their picture", async () => {
  const lanes = open();
  const config = JSON.stringify(fakeConfig('ok', lanes.folder));
  const parent = fork(fixtures.parent, [fixtures.lane, config, 'ok', 'wait-for go'], { execArgv: [] });
  await lanes.logged('end ok');
  await lanes.logged('begin wait-for go');
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  await until(() => lanes.pids().filter(isAlive).length <= 1);
  lanes.signal('go');
  await lanes.logged('end wait-for go');
  await until(() => !lanes.pids().some(isAlive));
});
