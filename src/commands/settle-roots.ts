import { isWithin, commonParent } from '../core/base-folder.js';
import {
  addRoot,
  covers,
  entriesOf,
  isRootGone,
  pathOf,
  rootOf,
  withRoot,
  type Roots,
} from '../core/roots.js';
import type { Outside } from '../discover/discover.js';
import { ImageError } from '../errors.js';
import type { Ledger, StoredRecord } from '../ports.js';
import type { TagPorts } from './tag-ports.js';

type RootPorts = Pick<TagPorts, 'files' | 'kindAt' | 'log'>;

/** What the output folder holds. */
interface Records {
  readonly ledger: Ledger;
  /** Listing a million takes seconds: it is done where something is new. */
  readonly images: () => Promise<readonly string[]>;
}

/** Records that are looked at to know a folder again that was renamed. */
const SAMPLE = 64;

/**
 * Takes in what a run names outside the roots of its output folder, so that `facetag photos; facetag iphone` just works:
 * a folder that a root was renamed to takes its place, and its pictures keep their names and results; any other joins
 * under a name of its own. Files and globs join with their common parent.
 */
export async function settleRoots(
  known: Roots,
  outside: Outside,
  ledger: Ledger,
  ports: RootPorts,
): Promise<Roots> {
  let images: Promise<readonly string[]> | undefined;
  const records: Records = { ledger, images: () => (images ??= ledger.images()) };
  let roots = known;
  for (const folder of [...outside.folders].sort()) {
    if (!covers(roots, folder)) roots = await takeIn(roots, folder, records, ports);
  }
  const rest = outside.parents.filter((folder) => !covers(roots, folder));
  if (rest.length > 0) roots = await takeIn(roots, commonParent(rest), records, ports);
  return await partNamesakes(roots, records, ports);
}

async function takeIn(roots: Roots, folder: string, records: Records, ports: RootPorts): Promise<Roots> {
  const gone = entriesOf(roots).filter(([, root]) => isRootGone(root, ports.kindAt));
  for (const [name, before] of gone) {
    if (!(await holdsPicturesOf(roots, name, folder, records, ports))) continue;
    tell(`${before} is gone and ${folder} has its pictures: they keep their names and results`, ports);
    return withRoot(roots, name, folder);
  }
  return await join(roots, folder, records, ports);
}

async function join(roots: Roots, folder: string, records: Records, ports: RootPorts): Promise<Roots> {
  const images = await records.images();
  // Names may be those of results whose pictures are gone.
  const isTaken = (name: string): boolean =>
    ports.kindAt(pathOf(roots, name)) !== 'absent' || images.some((image) => image.startsWith(`${name}/`));
  const joined = addRoot(roots, folder, isTaken);
  const name = entriesOf(joined).find(([, root]) => root === folder)?.[0] ?? '';
  tell(`Names of pictures in ${folder} start with ${name}/, for it is outside ${roots.base}`, ports);
  return joined;
}

/**
 * Whether a folder holds some of a root's pictures, and at least half of those that are looked at, at the same places:
 * pictures that were removed meanwhile do not matter. A wrong guess would cost results, so a folder that merely stands at
 * the place of a disk that is not mounted is no match, nor is any for a root of which no picture is recorded.
 */
async function holdsPicturesOf(
  roots: Roots,
  name: string,
  folder: string,
  { ledger, images: all }: Records,
  ports: RootPorts,
): Promise<boolean> {
  const images = (await all()).filter((image) => rootOf(roots, image) === name);
  const moved = withRoot(roots, name, folder);
  const step = Math.max(1, Math.floor(images.length / SAMPLE));
  let looked = 0;
  let found = 0;
  for (let at = 0; at < images.length; at += step) {
    const image = images[at] ?? '';
    const stored = ledger.read(image);
    if (stored?.record.source === undefined) continue;
    looked += 1;
    if (await isPictureOf(stored, pathOf(moved, image), ports)) found += 1;
  }
  return found > 0 && 2 * found >= looked;
}

/** By size and time, as a folder that was renamed keeps them, else by content: scans of one format are all of one size. */
async function isPictureOf(
  { record: { source }, mtimeMs }: StoredRecord,
  file: string,
  { files }: RootPorts,
): Promise<boolean> {
  try {
    const stamp = files.stamp(file);
    if (stamp.bytes !== source?.bytes) return false;
    return stamp.mtimeMs === mtimeMs || (await files.sha256(file)) === source.sha256;
  } catch (error) {
    if (error instanceof ImageError) return false;
    throw error;
  }
}

/**
 * A folder made in the base folder later may have the name that another root has: its pictures would mix with that one's.
 * It becomes a root too, under a number.
 */
async function partNamesakes(roots: Roots, records: Records, ports: RootPorts): Promise<Roots> {
  let parted = roots;
  for (const name of roots.others?.keys() ?? []) {
    const namesake = pathOf({ base: roots.base }, name);
    const known = entriesOf(parted).some(([root, folder]) => root !== '' && isWithin(folder, namesake));
    if (!known && ports.kindAt(namesake) === 'folder') parted = await join(parted, namesake, records, ports);
  }
  return parted;
}

function tell(message: string, { log }: RootPorts): void {
  log.emit({ event: 'note', message });
}
