import { countOf } from '../../core/count-of.js';
import { unescapeText } from '../../core/escaped-text.js';
import { describeFace } from '../../core/face-text.js';
import type { FaceRecord, PictureRecord } from '../../core/report.js';
import { isStoreAddress } from '../../core/store-address.js';
import { copyName, type ReportHead, type Row, thumbnailName, toRecord } from '../rows.js';

/** A picture as the page shows it. */
export interface Picture {
  /** Its place among all pictures, in the order of their names. */
  readonly index: number;
  readonly record: PictureRecord;
  /** The name in lower case, for searching. */
  readonly key: string;
  /** URL; absent where none could be made. */
  readonly thumbnail?: string;
  /** URL of the picture itself; absent for one that failed, or that is not what was tagged any more. */
  readonly link?: string;
  /** Why there is no thumbnail. */
  readonly note?: string;
}

export function toPicture(row: Row, index: number, head: ReportHead): Picture {
  const record = toRecord(row, head.runs);
  const { image, error, source } = record;
  const thumbnail = row[8];
  const note = row[10]?.note;
  return {
    index,
    record,
    key: image.toLowerCase(),
    ...(thumbnail !== 0 && { thumbnail: thumbnail === 1 ? thumbnailName(source?.sha256 ?? '') : thumbnail }),
    ...(!error && note === undefined && { link: linkTo(record, head) }),
    ...(note !== undefined && { note }),
  };
}

function linkTo({ image, source }: PictureRecord, { roots, copies }: ReportHead): string {
  if (copies && source) return copyName(source.sha256, image);
  const slash = image.indexOf('/');
  const first = image.slice(0, Math.max(0, slash));
  const own = first !== '' && Object.hasOwn(roots, first) ? roots[first] : undefined;
  const [root, rest] = own === undefined ? [roots[''] ?? '', image] : [own, image.slice(slash + 1)];
  // A key has no escapes.
  const file = isStoreAddress(root) ? rest : unescapeText(rest);
  return root + file.split('/').map(encodeURIComponent).join('/');
}

/** `2 faces: Female 93 %, 35 years; Male 88 %, 9 years`. */
export function describePicture({ record: { error, faces } }: Picture): string {
  if (error) return `failed: ${error.code}`;
  if (faces.length === 0) return 'no face';
  return `${countOf(faces.length, 'face')}: ${faces.map(describeFace).join('; ')}`;
}

/** The short form that fits a small picture: `F 35`, `M 60-100`. */
export function shortLabel({ gender, age, ageYears }: FaceRecord): string {
  const years = ageYears === undefined ? age.slice(1, -1) : String(Math.round(ageYears));
  return `${gender.charAt(0)} ${years}`;
}

/** In years: as the net has it, else the bounds of the group. */
export function ageRange({ age, ageYears }: FaceRecord): readonly [youngest: number, oldest: number] {
  if (ageYears !== undefined) return [ageYears, ageYears];
  const [from = 0, to = 0] = age.slice(1, -1).split('-').map(Number);
  return [from, to];
}
