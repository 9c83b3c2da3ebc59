import type { ExportFlags } from '../config.js';
import { FaceTally } from '../core/face-counts.js';
import type { PictureRecord } from '../core/report.js';
import { ImageError } from '../errors.js';
import type { EventLog, ExportFolder } from '../ports.js';
import type { Results } from '../results/with-results.js';

/** What a format writes: every picture that did not fail, those without faces too where the format can say so. */
export interface ExportFormat {
  write(job: ExportJob): Promise<void>;
}

/** One export under way: what it is made of, where it goes, and what was counted. */
export class ExportJob {
  /** Of the last pass. */
  pictures = 0;
  failed = 0;
  faces = new FaceTally();
  /** Pictures that the format could not take, each of which was told. */
  leftOut = 0;

  constructor(
    readonly results: Pick<Results, 'images' | 'records'>,
    readonly folder: ExportFolder,
    readonly flags: ExportFlags,
    private readonly log: EventLog,
  ) {}

  /** The records that did not fail, in path order, from the start at each call. */
  async *records(): AsyncGenerator<PictureRecord> {
    this.pictures = 0;
    this.failed = 0;
    this.faces = new FaceTally();
    for await (const record of this.results.records()) {
      if (record.status === 'failed') {
        this.failed += 1;
        continue;
      }
      this.pictures += 1;
      this.faces.add(record.faces);
      yield record;
    }
  }

  /** What a function makes of each record; a picture of which it cannot make anything is left out and told. */
  async *each<T>(make: (record: PictureRecord) => T | Promise<T>): AsyncGenerator<Awaited<T>> {
    for await (const record of this.records()) {
      try {
        yield await make(record);
      } catch (error) {
        this.leaveOut(record, error);
      }
    }
  }

  /** As `each`, for what is done and gives nothing. */
  async forEach(act: (record: PictureRecord) => Promise<void>): Promise<void> {
    const acts = this.each(act);
    while ((await acts.next()).done !== true);
  }

  private leaveOut(record: PictureRecord, error: unknown): void {
    if (!(error instanceof ImageError)) throw error;
    this.leftOut += 1;
    this.log.emit({ event: 'warning', message: `${record.image} is not exported: ${error.message}` });
  }
}

/** For a picture that a format cannot take. */
export function cannotTake(why: string): ImageError {
  return new ImageError('WRITE_FAILED', why, 'write');
}
