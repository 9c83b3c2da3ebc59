import { countOf } from '../core/count-of.js';
import type { PictureRecord } from '../core/report.js';
import { pathOf, type Roots } from '../core/roots.js';
import { usageError } from '../errors.js';
import type { EventLog, OutputFolder, OutputFolders } from '../ports.js';
import { LeftOut, readRecords } from './read-records.js';
import { tellLeftOut } from './tell-left-out.js';

/** What an output folder holds, to be read and not changed. */
export interface Results {
  /** Absolute path of the output folder, as it was named. */
  readonly folder: string;
  /** The absolute base folder, and further ones where pictures came from several. */
  readonly roots: Roots;
  /** Every picture with a record, matching or not, sorted by UTF-16 code units. */
  readonly images: readonly string[];
  /**
   * The matching records in the order of `images`, or of those asked for alone, failed pictures' included; from the start
   * at each call. Each is read when it is asked for.
   */
  readonly records: (of?: readonly string[]) => AsyncGenerator<PictureRecord>;
  /** Absolute path of a picture's file, which may be gone by now. */
  readonly pictureOf: (image: string) => string;
  /** Pictures whose record could not be read: grows while `records` goes on, told as warnings after the work. */
  readonly leftOut: LeftOut;
}

export interface ResultsOptions {
  /** Absolute path of an output folder, or of one made by `facetag merge`. */
  readonly folder: string;
  /** Who asks, for messages: `facetag export`. */
  readonly command: string;
  /** What the records are made into, for messages: `the report`. */
  readonly into: string;
  /** `--where`, as typed: which records `records` gives. */
  readonly where?: string | undefined;
}

export interface ResultsPorts {
  readonly outputs: OutputFolders;
  readonly log: EventLog;
  /** Asked at each record. */
  readonly stop?: Interruption;
}

/** Ends work between two of its steps. */
export interface Interruption {
  /** @throws {InterruptedError} when a signal has asked for an end. */
  throwIfInterrupted(): void;
}

/**
 * Opens an output folder for reading, runs `work` on it and tells which records could not be read. One that a run is
 * writing to, or that was not finished, is read as it stands, with a warning.
 *
 * @throws {InterruptedError} {FatalError} USAGE for what is no output folder or a bad expression; OUTPUT_UNUSABLE; what `work` throws.
 */
export async function withResults<T>(
  { folder, command, into, where }: ResultsOptions,
  { outputs, log, stop }: ResultsPorts,
  work: (results: Results) => Promise<T>,
): Promise<T> {
  const shows = await compileWhere(where);
  return await outputs.visit(folder, async (visited) => {
    const roots = visited?.readRoots();
    if (!visited || roots === undefined) throw usageError('an output folder of facetag', command, folder);
    warnIfUnfinished(visited, into, log);
    const { ledger } = visited;
    const images = await ledger.images();
    const leftOut = new LeftOut();
    leftOut.illegible = await ledger.illegible();
    const value = await work({
      folder,
      roots,
      images,
      records: (of = images) => matching(readRecords(ledger, of, leftOut), shows, stop),
      pictureOf: (image) => pathOf(roots, image),
      leftOut,
    });
    tellLeftOut(leftOut, into, log);
    return value;
  });
}

type Predicate = (record: PictureRecord) => boolean;

/** The language of expressions is loaded for those who use it. */
async function compileWhere(where: string | undefined): Promise<Predicate> {
  if (where === undefined) return () => true;
  const { compileExpression } = await import('../core/expression.js');
  return compileExpression(where, '--where');
}

async function* matching(
  records: AsyncIterable<PictureRecord>,
  shows: Predicate,
  stop: Interruption | undefined,
): AsyncGenerator<PictureRecord> {
  for await (const record of records) {
    stop?.throwIfInterrupted();
    if (shows(record)) yield record;
  }
}

function warnIfUnfinished(folder: OutputFolder, into: string, log: EventLog): void {
  const { unfinished } = folder.readCompletion();
  const reason = folder.isUnfinished()
    ? 'a run is writing to it, or was killed'
    : unfinished.length > 0
      ? `${countOf(unfinished.length, 'run')} there ${unfinished.length === 1 ? 'was' : 'were'} not finished`
      : undefined;
  if (reason === undefined) return;
  const message = `${folder.path} may not be everything: ${reason}. What is there now goes into ${into}`;
  log.emit({ event: 'warning', message });
}
