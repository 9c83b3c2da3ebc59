import { entriesOf, isRootGone, pathOf, rootOf, type Roots } from '../core/roots.js';
import { isPictureThere } from '../core/path-kind.js';
import { archivesAround } from '../core/archives/kind.js';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RunEvent } from '../core/events.js';
import { countOf } from '../core/count-of.js';
import { SortedNames } from '../core/sorted-names.js';
import { FatalError, ImageError } from '../errors.js';
import type { EventLog, Ledger, StopSwitch } from '../ports.js';
import type { Pictures, RunStock } from './find-pictures.js';
import type { TagPorts } from './tag-ports.js';

type PrunePorts = Pick<TagPorts, 'kindAt'>;

/** Results that can be gone through and removed, by the name of what they are of. */
export interface Recorded {
  readonly images: () => Promise<readonly string[]>;
  /** Whether there is a record of it by facetag: the folder may hold somebody's own files. */
  readonly isOurs: (image: string) => boolean;
  readonly noun: 'picture' | 'video';
}

/** Results that may also be removed. */
export interface Removable extends Recorded {
  /** @throws {ImageError} WRITE_FAILED. @throws {FatalError} OUTPUT_UNUSABLE or OUTPUT_LOCKED. */
  readonly remove: (image: string) => void;
  /** What is told when it cannot be removed. */
  readonly failure: (image: string, error: ImageError) => RunEvent;
}

/** The results of pictures. */
export function recordedIn(ledger: Ledger): Removable {
  return {
    noun: 'picture',
    images: () => ledger.images(),
    isOurs: (image) => ledger.read(image) !== undefined || ledger.hasOtherVersion(image),
    remove: (image) => {
      ledger.remove(image);
    },
    failure: (image, { code, message }) => ({
      event: 'picture-failed',
      image,
      stage: 'write',
      code,
      message,
    }),
  };
}

interface PruneOptions {
  readonly roots: Roots;
  readonly stock?: Pick<RunStock, 'isGone'> | undefined;
  /** Names of the pictures, or videos, that this run is about, sorted: their results are its own. */
  readonly found: readonly string[];
  /** `--prune-all`: also when nothing would be left. */
  readonly all: boolean;
}

/** The names of a run's pictures, sorted: those of a list that arrives and of archives are not. */
export function namesInOrder({ images, arriving, stock }: Pictures): readonly string[] {
  return arriving === undefined && stock === undefined ? images : [...images].sort();
}

/** Pictures between two looks at the event loop, so that signals are heard and the lock is kept alive. */
const TURN = 64;

/**
 * Pictures or videos that have results and are not there any more, in path order. What the run is about keeps the result that
 * the run gave it: one that vanished meanwhile goes with the next run. Where a root itself is not there, a disk may not be
 * mounted: of several roots, one that is gone keeps its results.
 *
 * @throws {FatalError} NO_PICTURES, or NO_VIDEOS, when every one is gone: a disk that is not mounted looks like that.
 */
export async function findGone(
  { roots, stock, found, all }: PruneOptions,
  recorded: Recorded,
  ports: PrunePorts,
): Promise<string[]> {
  const gone: string[] = [];
  const several = roots.others !== undefined;
  const absent = new Set(
    entriesOf(roots).flatMap(([name, root]) => (several && isRootGone(root, ports.kindAt) ? [name] : [])),
  );
  const isGone = (image: string): boolean =>
    !absent.has(rootOf(roots, image)) && (stock?.isGone(image) ?? isFileGone(image, roots, ports));
  const own = new SortedNames(found);
  let isAnyThere = false;
  for (const [index, image] of (await recorded.images()).entries()) {
    if (index % TURN === 0) await nextTurn();
    if (!isGone(image)) isAnyThere = true;
    else if (!own.has(image) && recorded.isOurs(image)) gone.push(image);
  }
  // A dry run finds pictures that have no result yet.
  isAnyThere ||= gone.length > 0 && found.some((image) => !isGone(image));
  if (gone.length > 0 && !isAnyThere && !all) {
    throw new FatalError(
      recorded.noun === 'picture' ? 'NO_PICTURES' : 'NO_VIDEOS',
      `${countOf(gone.length, recorded.noun)} with results, and none is in ${roots.base} any more: is that disk mounted? ` +
        'Nothing was removed. Pass --prune-all if all results are to go',
    );
  }
  return gone;
}

/**
 * How many results are of pictures that are gone, as far as the run can know: they were in a folder, an archive or a bucket
 * that it has looked through. Only what it has not found there is looked at.
 *
 * @param images every picture with a record.
 */
export async function countGone(
  pictures: Pictures,
  images: readonly string[],
  ports: PrunePorts,
): Promise<number> {
  const { stock, folders = [] } = pictures;
  const found = new SortedNames(namesInOrder(pictures));
  const isLookedThrough = (image: string): boolean =>
    folders.some((folder) =>
      folder === '.' ? rootOf(pictures, image) === '' : image.startsWith(`${folder}/`),
    );
  let gone = 0;
  for (const [index, image] of images.entries()) {
    if (index % TURN === 0) await nextTurn();
    if (found.has(image)) continue;
    if (stock?.isGone(image) ?? (isLookedThrough(image) && isFileGone(image, pictures, ports))) gone += 1;
  }
  return gone;
}

/** A picture in an archive that this run was not about is there as long as the archive is. */
function isFileGone(image: string, roots: Roots, { kindAt }: PrunePorts): boolean {
  return ![image, ...archivesAround(image)].some((name) => isPictureThere(kindAt(pathOf(roots, name))));
}

/**
 * Removes results whose picture or video is not there any more, until a stop is asked for. What cannot be removed is told.
 *
 * @returns how many were removed, and how many could not be.
 * @throws {FatalError} NO_PICTURES or NO_VIDEOS as `findGone`; OUTPUT_UNUSABLE.
 */
export async function pruneGone(
  options: PruneOptions,
  recorded: Removable,
  ports: PrunePorts & { readonly log: EventLog; readonly stop: StopSwitch },
): Promise<{ pruned: number; notPruned: number }> {
  const counts = { pruned: 0, notPruned: 0 };
  for (const [index, image] of (await findGone(options, recorded, ports)).entries()) {
    if (index % TURN === 0) await nextTurn();
    if (ports.stop.requested !== undefined) break;
    try {
      recorded.remove(image);
      counts.pruned += 1;
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      counts.notPruned += 1;
      ports.log.emit(recorded.failure(image, error));
    }
  }
  return counts;
}
