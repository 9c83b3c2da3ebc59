import type { MissingForm } from '../../config.js';
import { formatShares } from '../../core/repair.js';
import { sharesToRepeat, whatIsMissing } from '../../core/shares.js';
import { FatalError, usageError } from '../../errors.js';
import type { EventLog, OutputFolders, ReportSink } from '../../ports.js';
import { readFolders, type Source } from './read-folders.js';

export interface MissingOptions {
  /** Absolute paths of the output folders of shares. */
  readonly folders: readonly string[];
  /** How many shares there must be; undefined leaves it to what is there. */
  readonly of: number | undefined;
  readonly form: MissingForm;
}

export interface MissingPorts {
  readonly outputs: OutputFolders;
  readonly log: EventLog;
  readonly stdout: ReportSink;
}

/**
 * `facetag merge --missing <form>`: prints which shares are to be run again, nothing when none is. Nothing is merged.
 *
 * @throws {FatalError} USAGE for folders that cannot be merged, and where nobody knows how many shares there must be;
 * INCOMPLETE for an unfinished run that is no share: no list could have it.
 */
export async function printMissing(
  { folders, of, form }: MissingOptions,
  ports: MissingPorts,
): Promise<void> {
  const { sources } = await readFolders(folders, of, ports.outputs);
  if (of === undefined && countsIn(sources).size !== 1) {
    throw usageError('--of N with the number of shares', '--missing', form);
  }
  const reasons = whatIsMissing(sources, of);
  const indices = sharesToRepeat(sources, of).flatMap((shares) => shares.indices);
  if (sources.some(hasUnsharedRun) || (reasons.length > 0 && indices.length === 0)) {
    throw new FatalError('INCOMPLETE', ['No share can make these folders whole:', ...reasons].join('\n  '));
  }
  for (const message of reasons) ports.log.emit({ event: 'note', message });
  if (indices.length > 0) await ports.stdout.write(`${formatShares(form, indices)}\n`);
}

function countsIn(sources: readonly Source[]): ReadonlySet<number> {
  const held = sources.flatMap(({ completion: { shares, unfinished } }) => [
    ...shares,
    ...unfinished.flatMap(({ shard }) => shard ?? []),
  ]);
  return new Set(held.map(({ count }) => count));
}

const hasUnsharedRun = ({ completion }: Source): boolean =>
  completion.unfinished.some(({ shard }) => shard === undefined);
