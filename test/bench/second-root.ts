import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { usageError } from '../../src/errors.js';

/**
 * Another system beside this one, made by debootstrap for instance, with a checkout of facetag in it that `npm start` has
 * set up: the same program on another OpenCV and Node. Running it takes root's rights.
 */
export interface SecondRoot {
  /** Absolute path of the folder that it is in. */
  readonly folder: string;
  /** Absolute path of the checkout within it. */
  readonly checkout: string;
}

/** Reads `<folder>:<checkout>`. @throws {FatalError} USAGE. */
export function readSecondRoot(text: string): SecondRoot {
  const [folder = '', checkout = '', ...rest] = text.split(':');
  if (!path.isAbsolute(folder) || !path.isAbsolute(checkout) || rest.length > 0) {
    throw usageError('two absolute paths, <folder>:<checkout in it>', '--root', text);
  }
  return { folder, checkout };
}

/** Debian's name of its release, such as `trixie`; the folder's own where there is none. */
export function releaseOf({ folder }: SecondRoot): string {
  const facts = readFileSync(path.join(folder, 'etc/os-release'), 'utf8');
  return /^VERSION_CODENAME=(.+)$/m.exec(facts)?.[1] ?? path.basename(folder);
}

/** Puts the pictures of `scratch` at the same path in the second root. */
export function takeAlong({ folder }: SecondRoot, scratch: string): void {
  const pictures = path.join(scratch, 'pictures');
  cpSync(pictures, path.join(folder, pictures), { recursive: true, preserveTimestamps: true });
}

/** The command that runs facetag in the second root on the pictures of a list, which it copies into it. */
export function commandIn({ folder, checkout }: SecondRoot, list: string, args: readonly string[]): string[] {
  mkdirSync(path.join(folder, path.dirname(list)), { recursive: true });
  cpSync(list, path.join(folder, list));
  return ['/usr/sbin/chroot', folder, '/usr/bin/node', path.join(checkout, 'bin/facetag.js'), ...args];
}
