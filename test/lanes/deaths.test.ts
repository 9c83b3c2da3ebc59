import { describe, expect, test } from 'vitest';
import { failureOf, isAlive, pause, pidOf, types, until, useLanes } from './harness.js';

const { open } = useLanes();

describe("a lane's death during a picture", () => {
  test.each([
    ['by SIGKILL', 'die-once x SIGKILL'],
    ['by SIGSEGV', 'die-once x SIGSEGV'],
    ['by SIGTERM while nobody stops the run', 'die-once x SIGTERM'],
  ])('%s costs one retry in a fresh lane', async (_, command) => {
    const lanes = open();
    const outcome = await lanes.run(command);
    expect(outcome).toMatchObject({ kind: 'report', retried: true });
    expect(failureOf(outcome)).toBeUndefined();
    const [first, ...later] = lanes.pids();
    expect(pidOf(outcome)).not.toBe(first);
    expect(later).toContain(pidOf(outcome));
    expect(lanes.pool.stats).toMatchObject({ retried: 1, replaced: 1 });
    expect(lanes.events).toContainEqual(
      expect.objectContaining({ type: 'died', image: command, retry: true }),
    );
  });

  test.each([
    ['die SIGKILL', 'The lane was killed by SIGKILL twice'],
    ['exit 3', 'The lane exited with code 3 twice'],
    ['throw oops', 'The lane exited with code 1 twice'],
    ['mute', 'The lane was killed by SIGKILL twice'],
  ])('twice (%s) marks the picture CRASHED', async (command, message) => {
    const lanes = open();
    const outcome = await lanes.run(command);
    expect(outcome).toEqual({
      kind: 'report',
      retried: true,
      report: {
        width: 0,
        height: 0,
        scale: 0,
        faces: [],
        failure: { stage: 'decode', code: 'CRASHED', message },
      },
    });
    expect(lanes.pool.stats).toMatchObject({ retried: 1, replaced: 2 });
    expect(failureOf(await lanes.run('ok'))).toBeUndefined();
  });

  test('keeps what the lane said last', async () => {
    const lanes = open();
    await lanes.run('exit 3');
    expect(lanes.events).toContainEqual(
      expect.objectContaining({ type: 'died', exit: { code: 3, signal: null, stderr: 'last words' } }),
    );
  });

  test('is followed by a retry alone: others finish first, and none starts beside it', async () => {
    const lanes = open({ lanes: 3 });
    lanes.pool.start();
    await until(() => types(lanes).length === 3);
    const busy = lanes.run('wait-for go', 'busy');
    await lanes.logged('begin busy');
    const victim = lanes.run('die-once x; wait-for end', 'victim');
    await until(() => types(lanes).includes('died'));
    const late = ['late 1', 'late 2', 'late 3'].map((name) => lanes.run('slow 20', name));
    // The third lane is idle and has time to start something.
    await pause(100);
    expect(lanes.log().at(-1)).toBe('begin victim');
    lanes.signal('go');
    await lanes.logged('begin victim', 2);
    late.push(lanes.run('ok', 'late 4'));
    await pause(100);
    expect(lanes.log().at(-1)).toBe('begin victim');
    lanes.signal('end');
    await Promise.all([busy, victim, ...late]);
    const order = lanes.log().filter((line) => !line.startsWith('start'));
    expect(order.slice(0, 5)).toEqual([
      'begin busy',
      'begin victim',
      'end busy',
      'begin victim',
      'end victim',
    ]);
    expect(order).toHaveLength(13);
  });

  test('of two pictures at once: both are retried, one after the other', async () => {
    const lanes = open();
    lanes.pool.start();
    await until(() => types(lanes).length === 2);
    const names = ['a', 'b'];
    const outcomes = await Promise.all(names.map((name) => lanes.run(`die-once ${name}`, name)));
    expect(outcomes.map(failureOf)).toEqual([undefined, undefined]);
    const order = lanes
      .log()
      .filter((line) => !line.startsWith('start'))
      .slice(2)
      .join(', ');
    expect(['begin a, end a, begin b, end b', 'begin b, end b, begin a, end a']).toContain(order);
    expect(lanes.pool.stats).toMatchObject({ retried: 2, replaced: 2 });
  });
});

describe('a lane that dies while idle', () => {
  test('is replaced and no picture is to blame', async () => {
    const lanes = open({ lanes: 1 });
    const pid = pidOf(await lanes.run('ok'))!;
    process.kill(pid, 'SIGKILL');
    await until(() => types(lanes).includes('died'));
    expect(await lanes.run('ok')).toMatchObject({ kind: 'report', retried: false });
    expect(lanes.pool.stats).toMatchObject({ retried: 0, replaced: 1 });
  });

  test('is not to blame either when the picture was handed over before the death was noticed', async () => {
    const lanes = open({ lanes: 1 });
    const pid = pidOf(await lanes.run('ok'))!;
    process.kill(pid, 'SIGKILL');
    // Blocks the event loop until the process is a zombie, so that its end is certain and yet unseen.
    while (isAlive(pid));
    expect(await lanes.run('ok')).toMatchObject({ kind: 'report', retried: false });
  });
});

describe('lanes that do not get ready', () => {
  test.each([
    ['exit 7', {}, /the last exited with code 7:\nlast words\n/],
    ['die SIGSEGV', {}, /the last was killed by SIGSEGV\n/],
    ['throw no such library', {}, /TypeError: no such library/],
    ['stuck', { startTimeoutMs: 400 }, /not ready in time/],
  ])('(%s) end the run at the third in a row', async (start, options, message) => {
    const lanes = open({ lanes: 2, ...options }, start);
    const rejected = [lanes.run('ok', 'a'), lanes.run('ok', 'b'), lanes.run('ok', 'c')];
    for (const each of rejected) {
      await expect(each).rejects.toMatchObject({
        code: 'LANES_FAILING',
        message: expect.stringMatching(message) as string,
      });
    }
    await expect(lanes.run('ok')).rejects.toMatchObject({ code: 'LANES_FAILING' });
    expect(types(lanes)).toContain('fatal');
    expect(lanes.pids().length).toBeLessThanOrEqual(4);
  });

  test('are forgiven when a later one does', async () => {
    const lanes = open({ lanes: 1 }, 'die-by 110');
    expect(await lanes.run('ok')).toMatchObject({ kind: 'report', retried: false });
    expect(lanes.pids()).toHaveLength(3);
    expect(lanes.pool.stats).toMatchObject({ retried: 0, replaced: 2 });
  });

  test('and were forgiven do not count later', async () => {
    const lanes = open({ lanes: 1, recycleAfter: 1 }, 'die-by 1101101');
    for (const name of ['a', 'b', 'c']) expect(failureOf(await lanes.run('ok', name))).toBeUndefined();
    expect(lanes.pids()).toHaveLength(8);
  });

  test('because the script is missing: the message says so', async () => {
    const lanes = open({ script: '/nowhere/lane.js' });
    await expect(lanes.run('ok')).rejects.toMatchObject({
      code: 'LANES_FAILING',
      message: expect.stringContaining("Cannot find module '/nowhere/lane.js'") as string,
    });
  });

  test('because the system refuses a process: the message says so', async () => {
    const lanes = open({ env: { LC_HUGE: 'x'.repeat(3e6) } });
    await expect(lanes.run('ok')).rejects.toMatchObject({
      code: 'LANES_FAILING',
      message: expect.stringMatching(/could not be started:\n.*E2BIG/) as string,
    });
  });
});
