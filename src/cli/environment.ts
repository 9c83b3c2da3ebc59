import { FLAG_NAMES, environmentName } from './flags.js';
import type { Environment } from './options.js';

const PREFIX = 'FACETAG_';

/** Variables that are no flag's. */
const OTHERS = [
  // Where set-up finds another OpenCV than the system's.
  'FACETAG_OPENCV_DIR',
];

/** A sentence about each variable that looks like a flag's and is none. An empty one counts as unset. */
export async function unknownVariables(env: Environment): Promise<string[]> {
  const set = Object.keys(env).filter((name) => name.startsWith(PREFIX) && env[name] !== '');
  if (set.length === 0) return [];
  const known = [...FLAG_NAMES.map(environmentName), ...OTHERS];
  const unknown = set.filter((name) => !known.includes(name)).sort();
  if (unknown.length === 0) return [];
  const { nearest } = await import('../core/nearest.js');
  const names = known.map((name) => name.slice(PREFIX.length));
  return unknown.map((name) => {
    const meant = nearest(name.slice(PREFIX.length), names);
    const hint = meant === undefined ? '' : `. Did you mean ${PREFIX}${meant}?`;
    return `${name} is no variable of facetag${hint}`;
  });
}
