import type { CopyFailure, FailureCode } from '../types.js';
import { countOf } from './count-of.js';
import { escapeControls } from './escape-controls.js';
import { FaceTally, formatFaceCounts, type FaceCounts } from './face-counts.js';
import { formatBytes } from './format-bytes.js';
import type { PictureRecord } from './report.js';

/** Totals of one run: what `--summary` writes and the end of the run prints. */
export interface RunSummary extends FaceCounts {
  readonly schemaVersion: 1;
  /** Absolute path of the output folder; absent when nothing was written. */
  readonly output?: string;
  /** Pictures that this run was about, discovered or listed. */
  readonly pictures: number;
  /** Pictures that a lane worked on to the end. */
  readonly processed: number;
  /** Unchanged since an earlier run. */
  readonly skipped: number;
  /** Pictures whose copies were drawn again from their record. */
  readonly redrawn: number;
  /** Copies that could not be made, of pictures that keep their record. */
  readonly copiesFailed: number;
  /** Those of `processed` whose record was in another version of the format. */
  readonly reformatted: number;
  /** Not reached, or dropped, because the run was stopped. */
  readonly notDone: number;
  /** Pictures of this run with status failed, kept ones included. */
  readonly failed: number;
  /** Those of `failed` that were tried in this run; the others are kept from an earlier one. */
  readonly failedNow: number;
  readonly failedByCode: Readonly<Partial<Record<FailureCode, number>>>;
  /** Folders and names that could not be listed. */
  readonly unlisted: number;
  /** Files that look like pictures or videos and are not read: how many of each extension (`.cr2`). */
  readonly unread: Readonly<Record<string, number>>;
  /** Pictures given to a second lane after the first one died. */
  readonly retried: number;
  readonly lanesReplaced: number;
  /** Results removed because their picture is gone. */
  readonly pruned: number;
  /** Results whose picture is gone and that could not be removed. */
  readonly notPruned: number;
  /** Results whose picture is gone from where the run looked; absent where it did not list the results. */
  readonly gone?: number;
  /** Pictures that a `--fail-if` rule matched. */
  readonly screened: number;
  readonly seconds: number;
  /** Without skipped ones. */
  readonly picturesPerSecond: number;
  /** Highest resident set of the parent and of one lane, in bytes. */
  readonly peakMemory: { readonly parent: number; readonly lane: number };
  readonly stoppedBy?: 'SIGINT' | 'SIGTERM' | 'closed pipe';
  readonly exitCode: number;
}

/** What became of one picture. */
export interface FinishedImage {
  readonly record: PictureRecord;
  /** `skipped` and `redrawn`: the record is that of an earlier run. */
  readonly how: 'processed' | 'skipped' | 'redrawn';
  /** Set where it was done again only because its record is in another version of the format. */
  readonly reformatted?: true;
  /** Copies that could not be made; the record does not know of it. */
  readonly copyFailures?: readonly CopyFailure[];
}

const COUNTS = [
  'processed',
  'skipped',
  'redrawn',
  'reformatted',
  'copiesFailed',
  'failed',
  'failedNow',
  'pruned',
  'notPruned',
] as const;

/** Counts as pictures finish. */
export class Tally implements Record<(typeof COUNTS)[number], number> {
  processed = 0;
  skipped = 0;
  redrawn = 0;
  reformatted = 0;
  copiesFailed = 0;
  readonly found = new FaceTally();
  failed = 0;
  failedNow = 0;
  pruned = 0;
  notPruned = 0;
  readonly failedByCode: Partial<Record<FailureCode, number>> = {};

  add({ record, how, copyFailures = [], reformatted }: FinishedImage): void {
    this[how] += 1;
    this.found.add(record.faces);
    this.copiesFailed += copyFailures.length;
    if (reformatted) this.reformatted += 1;
    if (!record.error) return;
    this.failed += 1;
    if (how === 'processed') this.failedNow += 1;
    this.failedByCode[record.error.code] = (this.failedByCode[record.error.code] ?? 0) + 1;
  }

  /** Counts what another tally has counted. */
  addAll(other: Tally): void {
    for (const count of COUNTS) this[count] += other[count];
    this.found.addAll(other.found);
    for (const [code, pictures] of Object.entries(other.failedByCode) as [FailureCode, number][]) {
      this.failedByCode[code] = (this.failedByCode[code] ?? 0) + pictures;
    }
  }

  get faces(): number {
    return this.found.faces;
  }

  get done(): number {
    return this.processed + this.skipped + this.redrawn;
  }
}

/** The end-of-run lines for a person; each picture counts in one of the first parts only. */
export function formatSummary(summary: RunSummary): string[] {
  const failedBefore = summary.failed - summary.failedNow;
  const parts = [
    `${summary.processed - summary.failedNow} tagged`,
    `${summary.skipped - failedBefore} unchanged`,
    ...(summary.redrawn > 0 ? [`${summary.redrawn} redrawn`] : []),
    `${summary.failed} failed${formatCodes(summary.failedByCode)}`,
    ...(summary.notDone > 0 ? [`${summary.notDone} not done`] : []),
    ...(summary.copiesFailed > 0 ? [`${countOf(summary.copiesFailed, 'copy', 'copies')} not drawn`] : []),
    ...(summary.retried > 0 ? [`${summary.retried} retried`] : []),
    ...(summary.unlisted > 0 ? [`${summary.unlisted} not listed`] : []),
    ...(summary.pruned > 0 ? [`${summary.pruned} pruned`] : []),
    ...(summary.notPruned > 0 ? [`${summary.notPruned} not pruned`] : []),
    ...(summary.screened > 0 ? [`${summary.screened} matched --fail-if`] : []),
  ];
  const { parent, lane } = summary.peakMemory;
  const unread = formatUnread(summary.unread);
  const memory = `peak memory ${formatBytes(parent)}` + (lane > 0 ? ` + ${formatBytes(lane)} a lane` : '');
  return [
    `${countOf(summary.pictures, 'picture')}: ${parts.join(', ')}`,
    formatFaceCounts(summary),
    ...(unread === '' ? [] : [`not read: ${unread}`]),
    ...(summary.output === undefined ? [] : [`results in ${escapeControls(summary.output)}`]),
    `${summary.seconds.toFixed(1)} s, ${summary.picturesPerSecond.toFixed(1)} pictures/s, ${memory}`,
    ...formatGone(summary),
  ];
}

function formatGone({ gone = 0 }: RunSummary): string[] {
  if (gone === 0) return [];
  const what =
    gone === 1 ? '1 result is of a picture that is gone' : `${gone} results are of pictures that are gone`;
  return [`${what}: --prune removes ${gone === 1 ? 'it' : 'them'}`];
}

/** "12 .cr2 files, 1 .mov file"; empty for none. */
export function formatUnread(unread: RunSummary['unread']): string {
  return Object.entries(unread)
    .map(([extension, count]) => countOf(count, `${extension} file`))
    .join(', ');
}

function formatCodes(codes: RunSummary['failedByCode']): string {
  const list = Object.entries(codes).sort(([a], [b]) => (a < b ? -1 : 1));
  return list.length === 0 ? '' : ` (${list.map(([code, count]) => `${count} ${code}`).join(', ')})`;
}
