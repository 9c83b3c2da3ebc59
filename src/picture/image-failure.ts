import { messageOf } from '../core/thrown.js';
import { FatalError, failureOf, ImageError } from '../errors.js';
import type { ImageFailure, Stage } from '../types.js';

/** What went wrong with one picture, as data. @throws {FatalError} as it came: that is no picture's failure. */
export function imageFailure(error: unknown, stage: Stage): ImageFailure {
  if (error instanceof FatalError) throw error;
  if (error instanceof ImageError) return failureOf(error, stage);
  // A decoder that chokes on bytes it should have refused, against a fault of ours or of the native code.
  return { stage, code: stage === 'decode' ? 'CORRUPT' : 'CRASHED', message: messageOf(error) };
}
