import { createHash } from 'node:crypto';
import path from 'node:path';
import type { PictureRecord } from '../core/report.js';
import { entriesOf } from '../core/roots.js';
import { toRunRecord } from '../core/run-key.js';
import { isStoreAddress } from '../core/store-address.js';
import { usageError } from '../errors.js';
import type { LanePool, ProgressListener, ReportFolder } from '../ports.js';
import type { Interruption, Results } from '../results/with-results.js';
import { scriptJson } from './markup.js';
import { formatPage, type PageCode, type Section, UNFINISHED_PAGE } from './page.js';
import { type Preview, Previews } from './previews.js';
import { ReportTally } from './report-tally.js';
import { PICTURES, REPORT_PAGE, type ReportHead, type Row, ROWS, THUMBNAILS, toRow } from './rows.js';

/** More in one file make a page that feels stuck, and a mail that nobody takes. */
const MOST_INLINE = 300;

/** Rows in a file, and pictures that are read before those before them are written. */
const ROWS_PER_FILE = 2000;

export interface ReportOptions {
  /** Everything in one file, but for the pictures themselves. */
  readonly inline: boolean;
  /** Copies the pictures, so that the report can be passed on. */
  readonly copies: boolean;
  /** `--where`, as typed. */
  readonly where: string | undefined;
  /** Of facetag. */
  readonly version: string;
  /** Further parts of the page, between charts and pictures. */
  readonly sections?: readonly Section[];
}

export interface ReportPorts {
  readonly folder: ReportFolder;
  readonly lanes: Pick<LanePool, 'process' | 'stats'>;
  readonly code: PageCode;
  readonly progress: ProgressListener;
  readonly stop: Interruption;
}

/** What came of it. */
export interface WrittenReport {
  readonly pictures: number;
  readonly faces: number;
  /** Thumbnails, or copies. */
  readonly made: number;
  readonly reused: number;
  readonly missing: number;
}

/**
 * Writes a report: a page, its rows, its thumbnails. The page comes last and in one piece, and the files beside it are
 * named by what is in them, so that an earlier report is whole until then; what it alone needed is removed afterwards.
 *
 * @throws {FatalError} USAGE for too many pictures in one file; OUTPUT_UNUSABLE, OUTPUT_LOCKED; what lanes throw. @throws {InterruptedError}
 */
export async function writeReport(
  results: Results,
  options: ReportOptions,
  ports: ReportPorts,
): Promise<WrittenReport> {
  const { folder } = ports;
  const count = await countRecords(results, options);
  await markAsOurs(folder);
  const existing = [...(await folder.files(THUMBNAILS)), ...(await folder.files(PICTURES))];
  const { pictureOf } = results;
  const previews = new Previews(ports.lanes, { existing, copies: options.copies, pictureOf });
  const { tally, chunks, rows } = await writeRows(results, count, options, ports, previews);
  const roots = entriesOf(results.roots).map(
    ([name, root]) => [name, isStoreAddress(root) ? root : path.relative(folder.path, root)] as const,
  );
  const head: ReportHead = {
    pictures: tally.pictures,
    chunks,
    runs: tally.runs.map(toRunRecord),
    roots: Object.fromEntries(roots.map(([name, relative]) => [name, folderUrl(relative)])),
    copies: options.copies,
    ...(options.inline && { rows }),
  };
  const { where, version, sections = [] } = options;
  const title = path.basename(results.roots.base) || 'pictures';
  const folders = roots.map(([, relative]) => relative || '.');
  await folder.write(
    REPORT_PAGE,
    formatPage({ title, head, tally, folders, where, version, sections }, ports.code),
  );
  await removeLeftovers(folder, new Set([...chunks, ...(options.inline ? [] : previews.wanted)]));
  const { made, reused, missing } = previews;
  return { pictures: tally.pictures, faces: tally.faces, made, reused, missing };
}

/** How many pictures will be in the report; those without a record that can be read count only where all are taken. */
async function countRecords(results: Results, { inline, where }: ReportOptions): Promise<number> {
  if (!inline && where === undefined) return results.images.length;
  const records = results.records();
  let count = 0;
  while ((await records.next()).done !== true) count += 1;
  if (inline && count > MOST_INLINE) {
    throw usageError(`${MOST_INLINE} pictures at most (choose some with --where)`, '--inline', count);
  }
  return count;
}

/** What a killed run leaves must be known to be ours; an earlier page stays until the new one is there. */
async function markAsOurs(folder: ReportFolder): Promise<void> {
  try {
    folder.read(REPORT_PAGE);
  } catch {
    await folder.write(REPORT_PAGE, UNFINISHED_PAGE);
  }
}

interface WrittenRows {
  readonly tally: ReportTally;
  /** Files of rows, in order. */
  readonly chunks: string[];
  /** For a page that holds them itself. */
  readonly rows: Row[];
}

async function writeRows(
  results: Results,
  count: number,
  { inline }: ReportOptions,
  { folder, lanes, progress, stop }: ReportPorts,
  previews: Previews,
): Promise<WrittenRows> {
  const written: WrittenRows = { tally: new ReportTally(), chunks: [], rows: [] };
  const { tally } = written;
  let done = 0;
  const make = async (record: PictureRecord): Promise<Preview> => {
    const preview = await previews.make(record);
    stop.throwIfInterrupted();
    done += 1;
    const { reused: skipped, missing: failed } = previews;
    progress.update({ done, skipped, faces: tally.faces, failed, retried: lanes.stats.retried });
    return preview;
  };
  progress.start(count);
  try {
    for await (const block of blocksOf(results.records())) {
      const all = await Promise.all(block.map(make));
      const rows = block.map((record, index) => {
        const { thumbnail, note } = all[index] ?? {};
        const shown = thumbnail === undefined ? 0 : inline ? dataUrl(folder.read(thumbnail)) : 1;
        return toRow(record, { run: tally.add(record), thumbnail: shown, note });
      });
      if (inline) written.rows.push(...rows);
      else written.chunks.push(await writeChunk(folder, written.chunks.length + 1, rows));
    }
  } finally {
    progress.stop();
  }
  return written;
}

async function* blocksOf(records: AsyncIterable<PictureRecord>): AsyncGenerator<PictureRecord[]> {
  let block: PictureRecord[] = [];
  for await (const record of records) {
    block.push(record);
    if (block.length < ROWS_PER_FILE) continue;
    yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}

/** @returns its name, which holds the hash of its content: a page never meets rows of another. */
async function writeChunk(folder: ReportFolder, number: number, rows: readonly Row[]): Promise<string> {
  const text = `facetagRows(${scriptJson(rows)});\n`;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const name = `${ROWS}/${number}-${hash}.js`;
  await folder.write(name, text);
  return name;
}

/** What reports put into these folders; anything else in them is somebody else's. */
const OURS: readonly (readonly [folder: string, name: RegExp])[] = [
  [ROWS, /^data\/\d+-[\da-f]{12}\.js$/],
  [THUMBNAILS, /^thumbnails\/[\da-f]{32}-160\.webp$/],
  [PICTURES, /^pictures\/[\da-f]{32}(\.[a-z\d]{1,5})?$/],
];

async function removeLeftovers(folder: ReportFolder, wanted: ReadonlySet<string>): Promise<void> {
  for (const [name, ours] of OURS) {
    for (const file of await folder.files(name)) {
      if (ours.test(file) && !wanted.has(file)) folder.remove(file);
    }
    folder.removeIfEmpty(name);
  }
}

/** A relative URL that ends in a slash and cannot be taken for one with a scheme. */
function folderUrl(relative: string): string {
  if (isStoreAddress(relative)) return `${relative}/`;
  const segments = relative === '' ? [] : relative.split(path.sep).map(encodeURIComponent);
  return ['.', ...segments, ''].join('/');
}

const dataUrl = (bytes: Buffer): string => `data:image/webp;base64,${bytes.toString('base64')}`;
