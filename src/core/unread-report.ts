import type { ImageFailure, ImageReport } from '../types.js';

/** The report of a picture of which nothing is known but why. */
export function unreadReport(failure: ImageFailure): ImageReport {
  return { width: 0, height: 0, scale: 0, faces: [], failure };
}
