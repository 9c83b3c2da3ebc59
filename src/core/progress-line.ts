import type { ProgressState, ProgressUnit } from '../ports.js';
import { countOf } from './count-of.js';

/** Where a run stands. */
export interface Progress extends ProgressState {
  /** Absent while pictures still arrive. */
  readonly total?: number;
  /** Set where seconds of a video are counted. */
  readonly unit?: 'second';
  /** Of late, without skipped pictures; absent in the first seconds. */
  readonly picturesPerSecond?: number;
  /** Of a video: seconds of it a second, of late; absent in the first seconds. */
  readonly speed?: number;
  /** Absent while there is no rate. */
  readonly etaSeconds?: number;
}

export function toProgress(
  total: number | undefined,
  state: ProgressState,
  perSecond: number | undefined,
  unit: ProgressUnit = 'picture',
): Progress {
  const left = Math.max(0, (total ?? 0) - state.done);
  return {
    ...(total !== undefined && { total }),
    ...state,
    ...(unit === 'second' && { unit }),
    ...(perSecond !== undefined && {
      [unit === 'picture' ? 'picturesPerSecond' : 'speed']: Math.round(perSecond * 10) / 10,
      ...(perSecond > 0 && total !== undefined && { etaSeconds: Math.round(left / perSecond) }),
    }),
  };
}

/**
 * `120/400 pictures, 30 %, 35.2/s, 8 s left, 214 faces, 3 failed`; of a video
 * `2 min/6 min 40 s of video, 30 %, 35.2x, 8 s left, 214 faces, 0 failed`.
 */
export function formatProgress(progress: Progress): string {
  const { done, total, faces, failed, skipped, retried, picturesPerSecond, speed, etaSeconds } = progress;
  const isVideo = progress.unit === 'second';
  return [
    ...(total === undefined
      ? [isVideo ? `${formatDuration(done)} of video` : countOf(done, 'picture')]
      : [
          isVideo ? `${formatDuration(done)}/${formatDuration(total)} of video` : `${done}/${total} pictures`,
          `${percent(done, total)} %`,
        ]),
    ...(picturesPerSecond === undefined ? [] : [`${picturesPerSecond.toFixed(1)}/s`]),
    ...(speed === undefined ? [] : [`${speed.toFixed(1)}x`]),
    ...(etaSeconds === undefined ? [] : [`${formatDuration(etaSeconds)} left`]),
    countOf(faces, 'face'),
    `${failed} failed`,
    ...(skipped > 0 ? [`${skipped} unchanged`] : []),
    ...(retried > 0 ? [`${retried} retried`] : []),
  ].join(', ');
}

/** In columns; where there is no room for the narrowest there is none. */
export const WIDEST_BAR = 30;
const NARROWEST_BAR = 8;

/** Columns of a bar that stands with brackets and a space before a text: 0 for no bar. */
export function barSize(textLength: number, columns: number): number {
  const room = Math.min(WIDEST_BAR, columns - textLength - 4);
  return room < NARROWEST_BAR ? 0 : room;
}

/** 0..100; 100 only when all is done. */
function percent(done: number, total: number): number {
  return total <= 0 ? 100 : Math.min(100, Math.floor((100 * done) / total));
}

/** Two units at most: `8 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [s, m, h, d] = [
    whole % 60,
    Math.floor(whole / 60) % 60,
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 86400),
  ];
  if (d > 0) return h > 0 ? `${d} d ${h} h` : `${d} d`;
  if (h > 0) return m > 0 ? `${h} h ${m} min` : `${h} h`;
  if (m > 0) return s > 0 ? `${m} min ${s} s` : `${m} min`;
  return `${s} s`;
}
