import { FatalError } from '../errors.js';
import { isPlainPath, VIDEOS } from './output-paths.js';

/** What is written of a video, by what its name gets behind it: the video's own, so that `a.mp4` and `a.mov` never meet. */
const ENDINGS = {
  /** One line a sampled frame. */
  frames: '.jsonl',
  table: '.csv',
  tracks: '.tracks.json',
  cues: '.vtt',
  mot: '.mot.txt',
} as const;

export type VideoOutput = keyof typeof ENDINGS;

export const VIDEO_OUTPUTS = Object.keys(ENDINGS) as readonly VideoOutput[];

/** `video/<path>.jsonl`, and so on. @throws {FatalError} INTERNAL when the name would leave the output folder. */
export function videoOutputPath(kind: VideoOutput, video: string): string {
  return `${VIDEOS}/${plain(video)}${ENDINGS[kind]}`;
}

/** `video/<path>.json`: written last, it says that the others are whole. @throws as `videoOutputPath`. */
export function videoRecordPath(video: string): string {
  return `${VIDEOS}/${plain(video)}.json`;
}

/**
 * The video that a record belongs to (inverse of `videoRecordPath`), as far as names tell: the tracks of `a.mp4` look like
 * the record of `a.mp4.tracks`.
 *
 * @param file path below `VIDEOS`.
 */
export function videoOfRecord(file: string): string | undefined {
  const video = file.endsWith('.json') ? file.slice(0, -'.json'.length) : undefined;
  return video !== undefined && isPlainPath(video) ? video : undefined;
}

/** Every file that there may be of a video, its record last. @throws as `videoOutputPath`. */
export function videoFiles(video: string): string[] {
  return [
    ...VIDEO_OUTPUTS.map((kind) => videoOutputPath(kind, video)),
    clipPath(video),
    videoRecordPath(video),
  ];
}

/** `annotated/<path>.mp4`. @throws as `videoOutputPath`. */
export function clipPath(video: string): string {
  return `annotated/${plain(video)}.mp4`;
}

function plain(video: string): string {
  if (isPlainPath(video)) return video;
  throw new FatalError(
    'INTERNAL',
    `The name ${JSON.stringify(video)} would leave the output folder. Nothing was written.`,
  );
}
