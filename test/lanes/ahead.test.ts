import { once } from 'node:events';
import { expect, test } from 'vitest';
import { forkAhead } from '../../src/lanes/fork-lane.js';
import { failureOf, isAlive, pidOf, until, useLanes } from './harness.js';

const { open, fixtures } = useLanes();

const { env } = process;
const launch = { script: fixtures.lane, nodeFlags: [], env };

test('a process launched ahead is the first lane, and the others are new', async () => {
  const ahead = forkAhead(launch);
  const lanes = open({ ahead });
  lanes.pool.start();
  await until(() => lanes.pids().length === 2);
  expect(lanes.pids()).toContain(ahead?.pid);
  expect(pidOf(await lanes.run('ok'))).toBeDefined();
});

test('one that has died is not taken', async () => {
  const ahead = forkAhead(launch);
  ahead?.kill('SIGKILL');
  if (ahead) await once(ahead, 'exit');
  const lanes = open({ ahead, lanes: 1 });
  const outcome = await lanes.run('ok');
  expect(failureOf(outcome)).toBeUndefined();
  expect(pidOf(outcome)).not.toBe(ahead?.pid);
});

test('one that dies as it is taken is replaced like any other lane', async () => {
  const ahead = forkAhead(launch);
  const lanes = open({ ahead, lanes: 1 });
  lanes.pool.start();
  ahead?.kill('SIGKILL');
  const outcome = await lanes.run('ok');
  expect(failureOf(outcome)).toBeUndefined();
  expect(pidOf(outcome)).not.toBe(ahead?.pid);
});

test('one whose script is missing costs nothing until a lane is needed', async () => {
  const ahead = forkAhead({ script: '/nowhere/lane.js', nodeFlags: [], env });
  const lanes = open({ ahead, lanes: 1 });
  expect(failureOf(await lanes.run('ok'))).toBeUndefined();
});

test('one that nobody takes ends with the channel', async () => {
  const ahead = forkAhead(launch);
  open();
  ahead?.disconnect();
  await until(() => !isAlive(ahead?.pid ?? -1));
});
