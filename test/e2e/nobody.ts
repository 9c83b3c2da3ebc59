import { spawnSync } from 'node:child_process';
import { bin } from './cli.js';

/** A user without rights, whom only root can become. */
export const NOBODY = 65534;

/** Takes root to become another user, and a checkout that the other user may read. */
export function canBeNobody(): boolean {
  return (
    process.getuid?.() === 0 &&
    spawnSync(process.execPath, [bin, '--version'], { uid: NOBODY, cwd: '/' }).status === 0
  );
}
