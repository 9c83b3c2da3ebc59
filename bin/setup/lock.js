// @ts-check
import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { run, stopIfAsked } from './process.js';

const FLOCK = 'flock';
/** Exclusively, on descriptor 3. */
const LOCK = ['-x', '3'];
const BUSY = 1;

/**
 * Takes the lock of a folder; waits for another set-up that has it. The kernel holds it (flock on the folder itself)
 * until the descriptor is closed here and in the children that inherited it, however they end: no lock file, nothing
 * that could go stale. Where flock(1) or the file system can't do it, the set-up goes on without.
 * @param {string} folder
 * @param {() => void} onWait Called once when somebody else holds it.
 * @returns {Promise<number>} The descriptor.
 */
export async function acquireLock(folder, onWait) {
  const descriptor = openSync(folder, 'r');
  const stdio = /** @type {const} */ (['ignore', 'ignore', 'ignore', descriptor]);
  const attempt = spawnSync(FLOCK, ['-n', ...LOCK], { stdio: [...stdio] });
  if (attempt.status === BUSY) {
    onWait();
    await run([FLOCK, ...LOCK], { stdio: [...stdio] });
    stopIfAsked();
  }
  return descriptor;
}

/** @param {number} descriptor */
export function releaseLock(descriptor) {
  closeSync(descriptor);
}
