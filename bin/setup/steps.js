// @ts-check
import { accessSync, constants } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { compile } from './compile.js';
import { embeddedPack, int8Forms } from './embedded-pack.js';
import { Interrupted, SetupError } from './error.js';
import { isCheckout, root } from './layout.js';
import { acquireLock, releaseLock } from './lock.js';
import { isBuilt, nativeBinding } from './native.js';
import { npmPackages } from './npm-packages.js';
import { stopIfAsked } from './process.js';
import { showProgress } from './progress.js';
import { systemPackages } from './system-packages.js';

/**
 * One step of the set-up.
 * @typedef {object} Step
 * @property {() => boolean} isDone Is its result there and up to date? Takes milliseconds.
 * @property {() => string} describe What it does, for a line that ends in "…".
 * @property {() => string} [progress] How far it is, where it may take minutes: `12 of 42 files`.
 * @property {(lock: number) => Promise<void>} run `lock`: descriptor for children to inherit.
 */

/**
 * What running needs, in order: each step needs the results of those before it. An installed package brings its npm
 * packages and `dist`.
 * @returns {Step[]}
 */
export function stepsToRun() {
  const checkout = isCheckout();
  return [
    systemPackages({ isBuilt }),
    ...(checkout ? [npmPackages(root)] : []),
    nativeBinding(),
    ...(checkout ? [compile(root)] : []),
    embeddedPack(root),
    int8Forms(root),
  ];
}

/**
 * What a package to install elsewhere needs: nothing that is made for this machine.
 * @returns {Step[]}
 */
export function stepsToPack() {
  return isCheckout() ? [npmPackages(root), compile(root)] : [];
}

/**
 * Sets up what is missing or out of date; silent when nothing is.
 * @param {readonly Step[]} steps
 * @returns {Promise<boolean>} Was there anything to do?
 */
export async function setUp(steps) {
  /** @type {number | undefined} */
  let lock;
  try {
    for (const step of steps) {
      if (step.isDone()) continue;
      if (lock === undefined) {
        requireWritable();
        lock = await acquireLock(root, () => say('waiting for another set-up of this folder to finish …\n'));
        // The other one may have done it.
        if (step.isDone()) continue;
      }
      await announced(step, lock);
      stopIfAsked();
    }
    return lock !== undefined;
  } finally {
    if (lock !== undefined) releaseLock(lock);
  }
}

/**
 * @param {Step} step
 * @param {number} lock
 */
async function announced(step, lock) {
  const start = performance.now();
  say(`${step.describe()} … `);
  const end = step.progress
    ? showProgress(step.progress, process.stderr)
    : (/** @type {string} */ text) => void process.stderr.write(`${text}\n`);
  try {
    await step.run(lock);
  } catch (error) {
    end(error instanceof Interrupted ? 'stopped' : 'failed');
    throw error;
  }
  end(`${((performance.now() - start) / 1000).toFixed(1)} s`);
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`facetag set-up: ${text}`);
}

function requireWritable() {
  try {
    accessSync(root, constants.W_OK);
  } catch {
    const remedy = isCheckout() ? 'Make it yours (chown)' : 'Run: sudo facetag setup';
    throw new SetupError('NOT_WRITABLE', `The set-up writes into ${root}, which you may not. ${remedy}.`);
  }
}
