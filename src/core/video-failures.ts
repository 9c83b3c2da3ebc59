/** Why a video has no results, or not all of them: a closed set, documented in docs/video.md. */
export const VIDEO_FAILURE_CODES = [
  'EMPTY_FILE',
  'NOT_A_VIDEO',
  'NO_VIDEO_STREAM',
  'TOO_LARGE',
  'DAMAGED',
  'CRASHED',
  'STALLED',
  'FRAMES_FAILED',
  'CHANGED',
  'UNREADABLE',
  'NOT_A_FILE',
  'CLIP_FAILED',
  'WRITE_FAILED',
] as const;

export type VideoFailureCode = (typeof VIDEO_FAILURE_CODES)[number];

export interface VideoFailure {
  readonly code: VideoFailureCode;
  readonly message: string;
}

/** Faults of the bytes themselves: the same bytes fail again, so that they are kept until the file changes. */
const LASTING: ReadonlySet<VideoFailureCode> = new Set<VideoFailureCode>([
  'EMPTY_FILE',
  'NOT_A_VIDEO',
  'NO_VIDEO_STREAM',
  'DAMAGED',
]);

/** Whether the same video would fail alike. */
export function isLastingFault({ code }: VideoFailure): boolean {
  return LASTING.has(code);
}
