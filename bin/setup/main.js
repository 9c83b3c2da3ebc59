// @ts-check
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Interrupted, SetupError } from './error.js';
import { root } from './layout.js';
import { npmCommand, run, watchSignals } from './process.js';
import { setUp, stepsToPack, stepsToRun } from './steps.js';
import { printTable } from './table.js';

const OUTPUT = 'facetag-out';

/** As in src/core/exit-code.ts, which is not compiled yet when this runs. */
const COULD_NOT_RUN = 2;

/**
 * Sets up, then does what the command says. Sets the exit code: the child's own, 2 when it could not be run.
 * @param {readonly string[]} argv `[start | test | bench | build] [arguments]`
 */
export async function main([command = 'setup', ...args]) {
  watchSignals();
  try {
    const found = COMMANDS.get(command);
    if (found === undefined) {
      throw new SetupError(
        'USAGE',
        `Expected one of ${[...COMMANDS.keys()].join(', ')} as command, received ${JSON.stringify(command)}`,
      );
    }
    const changed = await setUp(found.steps());
    process.exitCode = await found.act(args, changed);
  } catch (error) {
    process.exitCode = report(error);
  }
}

/**
 * @typedef {object} Command
 * @property {() => import('./steps.js').Step[]} steps
 * @property {(args: readonly string[], changed: boolean) => Promise<number>} act
 */

/** @type {Map<string, Command>} */
const COMMANDS = new Map([
  ['setup', { steps: stepsToRun, act: ready }],
  ['start', { steps: stepsToRun, act: start }],
  ['test', { steps: stepsToRun, act: test }],
  ['bench', { steps: stepsToRun, act: bench }],
  ['build', { steps: stepsToPack, act: async () => 0 }],
]);

/**
 * @param {readonly string[]} _args
 * @param {boolean} changed
 */
async function ready(_args, changed) {
  process.stderr.write(`facetag set-up: ${changed ? 'done' : 'everything is up to date'}\n`);
  return 0;
}

/**
 * `npm start`: the pictures that come with the project. `npm start -- <args>`: facetag with these arguments.
 * @param {readonly string[]} args
 */
async function start(args) {
  const facetag = path.join(root, 'bin/facetag.js');
  if (args.length > 0) return attached([process.execPath, facetag, ...args], callerFolder('start'));
  const code = await attached(
    [process.execPath, facetag, 'fixtures/images', '--output', OUTPUT, '--annotate', '--report'],
    root,
  );
  if (code < COULD_NOT_RUN) await printTable(path.join(root, OUTPUT));
  return code;
}

/** @param {readonly string[]} args For vitest, the last command of `qa`. */
async function test(args) {
  const forwarded = args.length > 0 ? ['--', '--', ...args] : [];
  return attached([...npmCommand(), 'run', 'qa', ...forwarded], root);
}

/** @param {readonly string[]} args */
async function bench(args) {
  const entry = path.join(root, 'test/bench/bench.js');
  if (!existsSync(entry)) throw new SetupError('USAGE', `There is no benchmark: ${entry} does not exist.`);
  return attached([process.execPath, entry, ...args], root);
}

/**
 * Runs a command on our own streams. Signals end it, not us, so that its exit code is the last word.
 * @param {readonly string[]} command
 * @param {string} cwd
 */
async function attached(command, cwd) {
  const { code, error } = await run(command, { cwd, stdio: 'inherit' });
  if (error) throw error;
  return code;
}

/**
 * Where the person typed the command: npm runs scripts in the package's folder and tells the other one in INIT_CWD.
 * @param {string} script Trusted only for the script that npm started, not for what that one starts.
 */
export function callerFolder(script, env = process.env, cwd = process.cwd()) {
  return (env['npm_lifecycle_event'] === script && env['INIT_CWD']) || cwd;
}

/**
 * @param {unknown} error
 * @returns {number} The exit code.
 */
function report(error) {
  if (error instanceof Interrupted) {
    console.error(error.message);
    return error.exitCode;
  }
  if (error instanceof SetupError) console.error(`facetag set-up: ${error.code}: ${error.message}`);
  else console.error(error);
  return COULD_NOT_RUN;
}
