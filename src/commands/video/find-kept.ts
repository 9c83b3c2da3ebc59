import { clipPath, videoOutputPath, videoRecordPath, VIDEO_OUTPUTS } from '../../core/video-paths.js';
import type { OutputFiles, PictureFiles } from '../../ports.js';
import type { FileStamp } from '../../types.js';
import {
  decideVideo,
  parseVideoRecord,
  type VideoRecord,
  type VideoRules,
} from '../../video/video-record.js';

/** What an earlier run left of a video, and what would do now. */
export interface EarlierRun {
  readonly rules: VideoRules;
  readonly files: Pick<OutputFiles, 'read' | 'has'>;
  /** `--annotate`. */
  readonly config: { readonly annotate: boolean };
}

export interface KeptVideo {
  readonly record: VideoRecord;
  /** The video is the same although its mtime is not. */
  readonly touched: boolean;
}

/**
 * The record of an unchanged video, all of whose results are there. Changes nothing.
 *
 * @param file absolute path of the video.
 * @throws {ImageError} UNREADABLE when it had to be hashed and cannot be.
 */
export async function findKept(
  name: string,
  file: string,
  stamp: FileStamp,
  { rules, files, config }: EarlierRun,
  ports: { readonly files: Pick<PictureFiles, 'sha256'> },
): Promise<KeptVideo | undefined> {
  const stored = files.read(videoRecordPath(name));
  const record = stored && parseVideoRecord(stored.text, name);
  if (!stored || !record) return undefined;
  const decision = decideVideo(record, stored.mtimeMs, stamp, rules);
  if (decision === 'process') return undefined;
  if (record.status !== 'failed') {
    const wanted = [
      ...VIDEO_OUTPUTS.map((kind) => videoOutputPath(kind, name)),
      ...(config.annotate ? [clipPath(name)] : []),
    ];
    if (!wanted.every((each) => files.has(each))) return undefined;
  }
  if (decision === 'skip') return { record, touched: false };
  return (await ports.files.sha256(file)) === record.source?.sha256 ? { record, touched: true } : undefined;
}
