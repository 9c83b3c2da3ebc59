import { usageError } from '../errors.js';
import type { DoneShare } from './completion.js';
import { doubleShare, type FolderState } from './shares.js';
import { sameRun } from './skip.js';

/**
 * Refuses shares that cannot be parts of one whole: the records say the same of their settings, but a share without a
 * picture has none, and none says what was left out.
 *
 * @param of what all of them must be shares of.
 * @throws {FatalError} USAGE, naming a folder for each of the two that do not go together.
 */
export function requireOneWhole(folders: readonly FolderState[], of: number | undefined): void {
  requireSharesOf(folders, of);
  const double = doubleShare(folders);
  if (double) throw usageError(`share ${double.share} in one folder only`, 'the shards', double.folders);
  requireAlike(folders);
}

function requireSharesOf(folders: readonly FolderState[], of: number | undefined): void {
  if (of === undefined) return;
  for (const { folder, completion } of folders) {
    const begun = completion.unfinished.flatMap(({ shard }) => shard ?? []);
    const other = [...completion.shares, ...begun].find(({ count }) => count !== of);
    if (other) throw usageError(`shares of ${of} (--of)`, folder, `${other.index}/${other.count}`);
  }
}

function requireAlike(folders: readonly FolderState[]): void {
  const shares = folders.flatMap(({ folder, completion }) =>
    completion.shares.map((share) => ({ share, place: `share ${share.index}/${share.count} in ${folder}` })),
  );
  const filtered = shares.find(({ share }) => share.filters !== undefined);
  const made = shares.find(({ share }) => share.run !== undefined);
  for (const { share, place } of shares) {
    if (made && !madeAlike(share, made.share)) {
      throw usageError(`the pack, models, engine and settings of ${made.place}`, place, share.run);
    }
    if (filtered && !filteredAlike(share, filtered.share)) {
      throw usageError(`the choice of pictures of ${filtered.place}`, place, share.filters);
    }
  }
}

function madeAlike({ run }: DoneShare, { run: other }: DoneShare): boolean {
  return run === undefined || other === undefined || sameRun(run, other);
}

function filteredAlike({ filters }: DoneShare, { filters: others }: DoneShare): boolean {
  return filters === undefined || JSON.stringify(filters) === JSON.stringify(others);
}
