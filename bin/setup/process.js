// @ts-check
import { spawn } from 'node:child_process';
import { accessSync, closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { constants as osConstants, tmpdir } from 'node:os';
import path from 'node:path';
import { Interrupted, SetupError } from './error.js';

/** @type {import('node:child_process').ChildProcess | undefined} */
let running;
/** @type {'SIGINT' | 'SIGTERM' | undefined} */
let stoppedBy;

/**
 * From now on a signal ends the child that is running, and the set-up after it. The terminal sends SIGINT to the child
 * as well; SIGTERM reaches only us.
 */
export function watchSignals() {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.on(signal, () => {
      stoppedBy = signal;
      if (signal === 'SIGTERM') running?.kill('SIGTERM');
    });
  }
}

/**
 * Runs a command and waits for its end.
 * @param {readonly string[]} command
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<{ code: number, error?: Error }>} Code 127 with `error` when it could not be started,
 *   128 and the signal's number when a signal ended it.
 */
export async function run([file = '', ...args], options) {
  const child = spawn(file, args, options);
  running = child;
  try {
    return await new Promise((resolve) => {
      child.on('error', (error) => resolve({ code: 127, error }));
      child.on('close', (code, signal) =>
        resolve({ code: code ?? 128 + osConstants.signals[signal ?? 'SIGKILL'] }),
      );
    });
  } finally {
    running = undefined;
  }
}

/** @throws {Interrupted} when a signal asked for the end. */
export function stopIfAsked() {
  if (stoppedBy) throw new Interrupted(stoppedBy);
}

/**
 * Runs a command of a set-up step without input, its output in a log file that is kept when it fails.
 * @param {readonly string[]} command
 * @param {{ failure: { code: string, what: string }, cwd?: string, env?: NodeJS.ProcessEnv, lock?: number }} options
 *   `lock`: descriptor that the child keeps open, so that the set-up stays locked while it lives.
 * @throws {SetupError} `failure.code` with the last lines of the log.
 */
export async function runLogged(command, { failure, cwd, env, lock }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'facetag-set-up-'));
  const log = path.join(folder, 'output.log');
  const output = openSync(log, 'w');
  const stdio = ['ignore', output, output, ...(lock === undefined ? [] : [lock])];
  let result;
  try {
    result = await run(command, {
      env: env ?? process.env,
      stdio: /** @type {('ignore' | number)[]} */ (stdio),
      ...(cwd === undefined ? {} : { cwd }),
    });
    stopIfAsked();
    if (result.code !== 0) throw failed(result, failure, log);
  } catch (error) {
    if (!(error instanceof SetupError)) rmSync(folder, { recursive: true });
    throw error;
  } finally {
    closeSync(output);
  }
  rmSync(folder, { recursive: true });
}

/**
 * @param {{ code: number, error?: Error }} result
 * @param {{ code: string, what: string }} failure
 * @param {string} log
 */
function failed(result, failure, log) {
  const reason = result.error?.message ?? `exit code ${result.code}`;
  return new SetupError(
    failure.code,
    `${failure.what} failed (${reason}). The last lines of ${log}:\n\n${tail(log, 20)}`,
  );
}

/**
 * @param {string} log
 * @param {number} lines
 */
function tail(log, lines) {
  const text = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-lines);
  return text.map((line) => `  ${line}`).join('\n');
}

/**
 * Is there a program of this name on the path?
 * @param {string} name
 * @param {string | undefined} searchPath As in PATH.
 */
export function isOnPath(name, searchPath) {
  return (searchPath ?? '')
    .split(path.delimiter)
    .filter(Boolean)
    .some((folder) => isExecutable(path.join(folder, name)));
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** How to start the npm that started us, or else the one on the path. */
export function npmCommand(env = process.env) {
  const npm = env['npm_execpath'];
  return npm !== undefined && path.basename(npm) === 'npm-cli.js' ? [process.execPath, npm] : ['npm'];
}
