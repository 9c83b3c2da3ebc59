import { copyPath } from '../core/output-paths.js';
import { identifyFormat } from '../core/picture-format/signatures.js';
import { toRecord, type PictureRecord } from '../core/report.js';
import { hasCode } from '../core/thrown.js';
import type { LanePool, TakenFile, UploadFolder } from '../ports.js';
import type { CopyFailure, RunKey } from '../types.js';
import { stopping } from './api-error.js';
import type { Metrics } from './metrics.js';
import type { PictureQueue } from './picture-queue.js';
import type { Upload } from './upload-store.js';

/** What came of an upload. */
export interface Tagged {
  readonly record: PictureRecord;
  /** Where one was asked for and could be drawn. */
  readonly copy?: Copy;
  readonly copyFailure?: CopyFailure;
}

export interface Copy extends TakenFile {
  readonly name: string;
  /** Media type. */
  readonly type: string;
}

export interface TaggerPorts {
  readonly lanes: LanePool;
  readonly queue: PictureQueue;
  readonly folder: UploadFolder;
  readonly metrics: Metrics;
  /** Milliseconds. */
  readonly now: () => number;
}

/** Takes uploads through the lanes, as `facetag tag` takes files. */
export class Tagger {
  constructor(
    private readonly run: RunKey,
    private readonly ports: TaggerPorts,
  ) {}

  /**
   * @param gone aborted when the client goes away.
   * @throws {ApiError} STOPPING; {ClientGoneError}; {FatalError} when lanes cannot work.
   */
  async tag(upload: Upload, annotate: boolean, gone: AbortSignal): Promise<Tagged> {
    const { queue, metrics, now } = this.ports;
    const entered = now();
    return await queue.enter(async () => {
      metrics.stage('wait', now() - entered);
      return await this.#process(upload, annotate);
    }, gone);
  }

  async #process({ file, name }: Upload, annotate: boolean): Promise<Tagged> {
    const { lanes, folder, metrics } = this.ports;
    const outcome = await lanes.process({
      // Names of clients are for the record alone: two uploads may have the same.
      source: { root: folder.root.path, path: file.path, relativePath: file.id },
      ...(annotate && { copies: ['annotated' as const] }),
    });
    if (outcome.kind === 'dropped') throw stopping();
    const { report } = outcome;
    const record = toRecord(name, report, this.run);
    metrics.picture(record.error?.code ?? 'ok', record.faces.length, report.stageMs);
    if (!annotate || record.error) return { record };
    const [copyFailure] = report.copyFailures ?? [];
    return copyFailure ? { record, copyFailure } : { record, ...(await this.#takeCopy(file.id, name)) };
  }

  async #takeCopy(id: string, name: string): Promise<Pick<Tagged, 'copy' | 'copyFailure'>> {
    try {
      const taken = await this.ports.folder.take(copyPath('annotated', id));
      const format = identifyFormat(taken.head);
      const type = format?.decodable ? `image/${format.format}` : 'application/octet-stream';
      return { copy: { ...taken, type, name: copyPath('annotated', name).replace('/', '-') } };
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
      const message = 'The copy is not there';
      return { copyFailure: { copy: 'annotated', stage: 'annotate', code: 'WRITE_FAILED', message } };
    }
  }
}
