import { copyFiles, type CopyKind } from '../core/copies.js';
import type { PictureRecord } from '../core/report.js';
import { decideSkip, type SkipRules } from '../core/skip.js';
import { failureOf } from '../errors.js';
import type { Ledger, OpenPicture, PictureFiles } from '../ports.js';
import type { FileStamp, ImageFailure } from '../types.js';
import type { PicturePlaces } from './open-picture.js';

/** What is to be done with a picture. */
export type Decision =
  /** `reformatted`: only because its record is in another version of the format. */
  | { readonly action: 'tag'; readonly stamp: FileStamp; readonly reformatted: boolean }
  /** Unchanged, and its copies are there or not wanted. */
  | { readonly action: 'skip'; readonly kept: Kept }
  /** Unchanged, but copies are missing, or there are some of faces that it has not. */
  | { readonly action: 'redraw'; readonly kept: Kept; readonly copies: readonly CopyKind[] }
  /** It cannot even be looked at. */
  | { readonly action: 'fail'; readonly failure: ImageFailure };

/** The record of an unchanged picture. */
export interface Kept {
  readonly record: PictureRecord;
  /** The picture's stamp where the record does not carry it yet: the content told that nothing has changed. */
  readonly newStamp?: FileStamp;
}

/** What is wrong with pictures, as far as names and folders show. */
export interface Faults {
  get(image: string): ImageFailure | undefined;
}

/** Where pictures are, and what to do with their pictures. */
export interface DecisionPlan extends PicturePlaces {
  /** Paths that turned up but are no pictures to read: each becomes a failed record. */
  readonly faults: Faults;
  readonly rules: SkipRules;
  /** The kinds of copies that are wanted. */
  readonly copies: readonly CopyKind[];
  /** Those of them that are there in another style: as good as missing. */
  readonly restyled?: readonly CopyKind[];
}

export interface DecisionPorts {
  readonly files: PictureFiles;
  /** Absent when nothing is written, or nothing was yet. */
  readonly ledger: Ledger | undefined;
}

/**
 * Decides what to do with a picture and changes nothing. A fault of the picture is part of the answer.
 *
 * @throws {FetchCancelledError} when only its content could tell.
 */
export async function decide(
  image: string,
  picture: OpenPicture,
  plan: DecisionPlan,
  ports: Pick<DecisionPorts, 'ledger'>,
): Promise<Decision> {
  const fault = plan.faults.get(image);
  if (fault) return { action: 'fail', failure: fault };
  try {
    const stamp = picture.stamp();
    const kept = await findKept(image, stamp, picture, plan, ports);
    if (!kept) return { action: 'tag', stamp, reformatted: isReformatted(image, plan, ports) };
    const copies = incompleteCopies(kept.record, plan, ports);
    return copies.length > 0 ? { action: 'redraw', kept, copies } : { action: 'skip', kept };
  } catch (error) {
    return { action: 'fail', failure: failureOf(error, 'discover') };
  }
}

/** The picture's record, if nothing has changed since. */
async function findKept(
  image: string,
  stamp: FileStamp,
  picture: OpenPicture,
  plan: DecisionPlan,
  { ledger }: Pick<DecisionPorts, 'ledger'>,
): Promise<Kept | undefined> {
  const stored = ledger?.read(image);
  if (!stored) return undefined;
  const { record, mtimeMs } = stored;
  switch (decideSkip(record, mtimeMs, stamp, plan.rules)) {
    case 'process':
      return undefined;
    case 'skip':
      return { record };
    case 'hash':
      return (await picture.sha256()) === record.source?.sha256 ? { record, newStamp: stamp } : undefined;
  }
}

function incompleteCopies(
  { status, image, faces }: PictureRecord,
  { copies, restyled = [] }: DecisionPlan,
  { ledger }: Pick<DecisionPorts, 'ledger'>,
): CopyKind[] {
  if (status !== 'ok' || !ledger) return [];
  return copies.filter((kind) => {
    if (restyled.includes(kind)) return true;
    const wanted = copyFiles(kind, image, faces.length);
    const found = new Set(ledger.copiesOf(kind, image));
    return found.size !== wanted.length || wanted.some((file) => !found.has(file));
  });
}

function isReformatted(
  image: string,
  { rules }: DecisionPlan,
  { ledger }: Pick<DecisionPorts, 'ledger'>,
): boolean {
  return !rules.force && ledger?.hasOtherVersion(image) === true;
}
