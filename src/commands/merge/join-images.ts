import { usageError } from '../../errors.js';

/** The pictures of one folder. */
export interface FolderImages {
  readonly folder: string;
  /** Sorted. */
  readonly images: readonly string[];
}

/**
 * The pictures of several folders in one list, sorted. No table of which is where is made: a list of each folder and one
 * of all cost two words a picture beside its name.
 *
 * @throws {FatalError} USAGE for a picture that two folders have.
 */
export function joinImages(folders: readonly FolderImages[]): readonly string[] {
  // A stable merge sort, which finds the sorted runs and only merges them.
  const all = folders.flatMap(({ images }) => images).sort();
  const twin = all.find((image, index) => image === all[index + 1]);
  if (twin === undefined) return all;
  const holders = folders.flatMap(({ folder, images }) =>
    images.filter((image) => image === twin).map(() => folder),
  );
  throw usageError(`${twin} in one folder only`, 'the shards', holders.slice(0, 2));
}
