import type { CsvNames } from '../config.js';
import { FACE_CELLS, faceCells, formatRow, nameCell, type Cell } from '../core/csv.js';
import { clockTime, seconds } from './seconds.js';
import type { TrackedFace } from './tracks.js';

/** A sampled frame with all that is known of it. */
export interface FrameRecord {
  /** From 1 on. */
  readonly frame: number;
  /** Seconds of source time. */
  readonly time: number;
  /** Whether the nets have seen it; otherwise its faces are those of the frame before. */
  readonly analysed: boolean;
  readonly faces: readonly TrackedFace[];
  /** Code of what kept the nets from looking. */
  readonly error?: string;
}

/** One line of `video/<path>.jsonl`, its end included. */
export function formatFrameLine({ frame, time, analysed, faces, error }: FrameRecord): string {
  const rest = JSON.stringify({
    analysed,
    faces: faces.map(toJson),
    ...(error !== undefined && { error }),
  });
  // JSON's own numbers have no fixed decimals.
  return `{"frame":${frame},"time":${seconds(time)},${rest.slice(1)}\n`;
}

const FRAME_COLUMNS = ['video', 'frame', 'time', 'analysed', 'track'];

/** First line of `video/<path>.csv`. */
export const FRAMES_CSV_HEADER = formatRow([...FRAME_COLUMNS, ...FACE_CELLS, 'error']);

/** Rows of a frame: one for each face, one without a track for a frame without faces. */
export function formatFrameRows(video: string, record: FrameRecord, names: CsvNames): string {
  const { frame, time, analysed, faces, error } = record;
  const head: Cell[] = [nameCell(video, names), frame, seconds(time), String(analysed)];
  if (faces.length === 0) return formatRow([...head, undefined, ...FACE_CELLS.map(() => undefined), error]);
  return faces.map(({ track, face }) => formatRow([...head, track, ...faceCells(face), undefined])).join('');
}

/** Lines of a frame in `video/<path>.mot.txt`, the form of MOTChallenge: position in space is not known. */
export function formatMot({ frame, faces }: FrameRecord): string {
  return faces
    .map(
      ({ track, face: { bbox, confidence } }) => `${[frame, track, ...bbox, confidence].join()},-1,-1,-1\n`,
    )
    .join('');
}

/** First lines of `video/<path>.vtt`. */
export const VTT_HEADER = 'WEBVTT\n';

/** A cue of metadata: one line of JSON, which may hold neither an empty line nor an arrow. */
export function formatCue({ frame, time, faces }: FrameRecord, until: number): string {
  const payload = JSON.stringify({ frame, faces: faces.map(toJson) });
  return `\n${clockTime(time)} --> ${clockTime(until)}\n${payload}\n`;
}

function toJson({ track, face }: TrackedFace): object {
  return { track, ...face };
}
