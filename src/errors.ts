import { isPassingFault } from './core/system-fault.js';
import type { FailureCode, ImageFailure, Stage } from './types.js';

/** A failure that belongs to one picture. `process-image.ts` turns it into data. */
export class ImageError extends Error {
  override readonly name = 'ImageError';

  constructor(
    readonly code: FailureCode,
    message: string,
    /** Set where the thrower knows better than the stage that was running. */
    readonly stage?: Stage,
  ) {
    super(message);
  }
}

/**
 * A picture's failure that was thrown, as data. Anything else that was thrown is thrown again.
 * @param stage the one that was running.
 */
export function failureOf(error: unknown, stage: Stage): ImageFailure {
  if (!(error instanceof ImageError)) throw error;
  return { stage: error.stage ?? stage, code: error.code, message: error.message };
}

/** Why a run could not start or go on. */
export type FatalCode =
  | 'USAGE'
  | 'NO_PICTURES'
  | 'MODEL_MISSING'
  | 'MODEL_CORRUPT'
  | 'MODEL_DRIFTS'
  | 'ADDON_MISSING'
  | 'ENGINE_MISSING'
  | 'OPENCV_UNSUPPORTED'
  | 'OUTPUT_UNUSABLE'
  | 'OUTPUT_LOCKED'
  | 'INCOMPLETE'
  | 'LANES_FAILING'
  | 'NO_VIDEOS'
  | 'FFMPEG_MISSING'
  | 'SDK_MISSING'
  | 'STORE_FAILED'
  | 'DOWNLOAD_FAILED'
  | 'SETUP_FAILED'
  | 'LIMIT_REACHED'
  | 'INTERNAL';

/** Reasons that may be gone when the same command is run again, on this machine or another. */
const PASSING: ReadonlySet<FatalCode> = new Set<FatalCode>([
  'OUTPUT_LOCKED',
  'LANES_FAILING',
  'DOWNLOAD_FAILED',
]);

interface FatalOptions extends ErrorOptions {
  readonly mayPass?: boolean;
}

/** An error that ends the run. The message says what to do about it. */
export class FatalError extends Error {
  override readonly name = 'FatalError';
  /** Whether the same command may succeed later: by its code, or by the system's error behind it, unless it is said. */
  readonly mayPass: boolean;

  constructor(
    readonly code: FatalCode,
    message: string,
    options?: FatalOptions,
  ) {
    super(message, options);
    this.mayPass = options?.mayPass ?? (PASSING.has(code) || isPassingFault(options?.cause));
  }
}

/** An archive cannot be read, or no further: `it is cut off in a.jpg`. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';

  constructor(
    message: string,
    /** Nothing of it is to be taken, not even what was handed on before. */
    readonly spoilsAll = false,
  ) {
    super(message);
  }
}

/** A picture was not fetched, since the run is being stopped. */
export class FetchCancelledError extends Error {
  override readonly name = 'FetchCancelledError';
}

/** There is no room for an upload now: the disk, or the memory that stands for one, is full. */
export class UploadRoomError extends Error {
  override readonly name = 'UploadRoomError';
}

/** A table is not the one that was written: it is made anew. */
export class TableChangedError extends Error {
  override readonly name = 'TableChangedError';
}

/** The reader of stdout went away (EPIPE): the run ends quietly. */
export class PipeClosedError extends Error {
  override readonly name = 'PipeClosedError';
}

/** A signal came where nothing has to be finished first: the command ends at once. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';

  constructor(readonly signal: 'SIGINT' | 'SIGTERM') {
    super(`Stopped by ${signal}`);
  }
}

/** The one validation form: names what was wanted, for what, and what came. */
export function usageError(expected: string, subject: string, received: unknown): FatalError {
  return new FatalError('USAGE', `Expected ${expected} for ${subject}, received ${JSON.stringify(received)}`);
}
