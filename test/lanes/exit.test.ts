import { expect, test } from 'vitest';
import { crashReport, endedByStopSignal, type LaneExit } from '../../src/lanes/exit.js';

const killed = (signal: NodeJS.Signals): LaneExit => ({ code: null, signal, stderr: '' });
const exited = (code: number): LaneExit => ({ code, signal: null, stderr: '' });
const refused: LaneExit = { code: null, signal: null, stderr: 'EAGAIN' };

test.each([
  [killed('SIGKILL'), killed('SIGKILL'), 'The lane was killed by SIGKILL twice'],
  [
    killed('SIGSEGV'),
    killed('SIGKILL'),
    'The lane was killed by SIGSEGV, then another was killed by SIGKILL',
  ],
  [exited(134), exited(134), 'The lane exited with code 134 twice'],
  [exited(1), refused, 'The lane exited with code 1, then another could not be started'],
])('%o, then %o: %s', (first, second, message) => {
  expect(crashReport(first, second).failure).toEqual({ stage: 'decode', code: 'CRASHED', message });
});

test.each([
  [killed('SIGTERM'), true],
  [killed('SIGINT'), true],
  [killed('SIGHUP'), true],
  [killed('SIGKILL'), false],
  [exited(143), false],
])('%o may be part of a stop: %s', (exit, expected) => {
  expect(endedByStopSignal(exit)).toBe(expected);
});
