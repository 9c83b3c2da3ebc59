import { archivesAround } from '../core/archives/kind.js';
import type { PictureRecord } from '../core/report.js';
import { isStoreAddress } from '../core/store-address.js';
import type { LanePool } from '../ports.js';
import type { PreviewTask } from '../types.js';
import { copyName, thumbnailName } from './rows.js';

/** What there is to show of a picture. */
export interface Preview {
  /** Path of the thumbnail below the report's folder. */
  readonly thumbnail?: string;
  /** Why something of it could not be made. */
  readonly note?: string;
}

export interface PreviewOptions {
  /** Files that are in the report's folder already; each is right by its name. */
  readonly existing: Iterable<string>;
  /** Whether pictures are copied too. */
  readonly copies: boolean;
  readonly pictureOf: (image: string) => string;
}

/** Makes thumbnails and copies, those of different pictures at the same time, each once. */
export class Previews {
  made = 0;
  reused = 0;
  /** Pictures that did not fail and have no thumbnail, or no copy. */
  missing = 0;
  /** Every file that the report needs. */
  readonly wanted = new Set<string>();
  readonly #there: Set<string>;

  constructor(
    private readonly lanes: Pick<LanePool, 'process'>,
    private readonly options: PreviewOptions,
  ) {
    this.#there = new Set(options.existing);
  }

  async make(record: PictureRecord): Promise<Preview> {
    if (record.error || !record.source) return {};
    const { sha256 } = record.source;
    const thumbnail = thumbnailName(sha256);
    const copy = this.options.copies ? copyName(sha256, record.image) : undefined;
    const task: PreviewTask = {
      sha256,
      ...(!this.#there.has(thumbnail) && { thumbnail }),
      ...(copy !== undefined && !this.#there.has(copy) && { copy }),
    };
    const note = await this.#process(record.image, task);
    for (const file of [thumbnail, ...(copy === undefined ? [] : [copy])]) {
      if (this.#there.has(file)) this.wanted.add(file);
    }
    return { ...(this.#there.has(thumbnail) && { thumbnail }), ...(note !== undefined && { note }) };
  }

  /** @returns why it could not be done. */
  async #process(image: string, task: PreviewTask): Promise<string | undefined> {
    if (task.thumbnail === undefined && task.copy === undefined) {
      this.reused += 1;
      return undefined;
    }
    const path = this.options.pictureOf(image);
    const source = { root: '', path, relativePath: image };
    const outcome = await this.lanes.process({ source, preview: task });
    const failure = outcome.kind === 'report' ? outcome.report.failure : { message: 'the run was stopped' };
    if (failure) {
      this.missing += 1;
      return whyNoFile(image, path) ?? failure.message;
    }
    this.made += 1;
    for (const file of [task.thumbnail, task.copy]) if (file !== undefined) this.#there.add(file);
    return undefined;
  }
}

/** A report shows files alone: what else there is would have to be fetched. */
function whyNoFile(image: string, path: string): string | undefined {
  if (isStoreAddress(path)) return 'it is in an object store';
  return archivesAround(image).length > 0 ? 'it is in an archive' : undefined;
}
