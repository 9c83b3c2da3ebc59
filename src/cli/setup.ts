import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { exitCodeFor } from '../core/exit-code.js';
import { FatalError } from '../errors.js';
import type { FlagsOf } from './flags.js';
import type { RunContext } from './handlers.js';
import { packageRoot } from './open-store.js';

const SCRIPT = path.join(packageRoot, 'bin', 'setup.js');

/** How the set-up's last words begin when it fails: `facetag set-up: OPENCV_MISSING: …`. */
const FAULT = /^facetag set-up: (?=[A-Z_]+: )/;

/**
 * `facetag setup`: the set-up script is plain Node without flags, since it must run before anything is installed. Where
 * they ask for another form than the script's own, its lines become events.
 *
 * @returns the script's exit code.
 * @throws {FatalError} SETUP_FAILED with the script's last words, where they have not been shown.
 */
export async function runSetup(
  { quiet, logFormat }: FlagsOf<'setup'>,
  _: readonly string[],
  { log }: RunContext,
): Promise<number> {
  const command = [process.execPath, [SCRIPT]] as const;
  if (logFormat === 'text' && !quiet) return await endOf(spawn(...command, { stdio: 'inherit' }));
  const child = spawn(...command, { stdio: ['inherit', 'ignore', 'pipe'] });
  const fault: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (fault.length > 0 || FAULT.test(line)) fault.push(line.replace(FAULT, ''));
    else log.emit({ event: 'note', message: line });
  });
  const code = await endOf(child);
  if (fault.length > 0) throw new FatalError('SETUP_FAILED', fault.join('\n').trimEnd());
  if (code === exitCodeFor({ fatal: true })) {
    throw new FatalError(
      'SETUP_FAILED',
      'The set-up broke off. Run facetag setup without flags to see where',
    );
  }
  return code;
}

/** @returns the exit code of a child whose output has been read. */
async function endOf(child: ChildProcess): Promise<number> {
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve(code ?? exitCodeFor({ fatal: true }));
    });
  });
}
