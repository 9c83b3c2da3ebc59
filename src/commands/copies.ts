import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Config } from '../config.js';
import { stylesOf, wantedKinds, type CopyDrawing, type CopyKind } from '../core/copies.js';
import { countOf } from '../core/count-of.js';
import { FatalError, ImageError } from '../errors.js';
import type { EventLog, Ledger, OutputFolder } from '../ports.js';

/** A quarter of the box on each side shows a head whole. */
const DEFAULT_CROP_PADDING = 0.25;

/** Which copies a run wants, and how they are drawn. */
export function drawingOf(config: Config): CopyDrawing {
  const { annotate, blur, pixelate, blurWhere, crops, cropPadding, cropSize } = config;
  return {
    ...(annotate && { annotated: {} }),
    ...((blur || pixelate) && {
      blurred: {
        style: pixelate ? ('pixelate' as const) : ('blur' as const),
        ...(blurWhere !== undefined && { where: blurWhere.trim() }),
      },
    }),
    ...(crops && { crops: { padding: cropPadding ?? DEFAULT_CROP_PADDING, size: cropSize ?? 0 } }),
  };
}

/** The wanted kinds whose copies in the output folder were drawn in another way, or nobody knows how. */
export function restyledKinds(output: OutputFolder, drawing: CopyDrawing): CopyKind[] {
  const [wanted, found] = [stylesOf(drawing), output.readCopyStyles()];
  return wantedKinds(drawing).filter((kind) => wanted[kind] !== found[kind]);
}

/** Pictures between two looks at the event loop, so that signals are heard and the lock is kept alive. */
const TURN = 64;

/**
 * Removes copies that were drawn in another way than this run draws them, also those of pictures that it is not about:
 * a folder never holds faces blurred by one rule among others blurred by another. The word for the new way is written
 * when none is left, so that a run that is killed meanwhile is followed by one that goes on.
 *
 * @throws {FatalError} OUTPUT_UNUSABLE, also when a copy cannot be removed.
 */
export async function restyleCopies(
  output: OutputFolder,
  drawing: CopyDrawing,
  log: EventLog,
): Promise<void> {
  const kinds = restyledKinds(output, drawing);
  if (kinds.length === 0) return;
  const removed = new Map<CopyKind, number>();
  for (const [index, image] of (await output.ledger.images()).entries()) {
    if (index % TURN === 0) await nextTurn();
    for (const kind of kinds) {
      removed.set(kind, (removed.get(kind) ?? 0) + removeAll(kind, image, output.ledger));
    }
  }
  await output.writeCopyStyles({ ...output.readCopyStyles(), ...stylesOf(drawing) });
  for (const [kind, count] of removed) {
    if (count === 0) continue;
    const message = `Removed ${countOf(count, 'file')} in ${kind}, drawn in another way: this run draws its own again`;
    log.emit({ event: 'note', message });
  }
}

/** @returns how many files there were. */
function removeAll(kind: CopyKind, image: string, ledger: Ledger): number {
  const { length } = ledger.copiesOf(kind, image);
  try {
    ledger.removeCopies(kind, image, []);
    return length;
  } catch (error) {
    throw error instanceof ImageError ? new FatalError('OUTPUT_UNUSABLE', error.message) : error;
  }
}
