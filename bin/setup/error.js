// @ts-check

/**
 * Why set-up cannot go on. The message says what to do; the process exits with 2.
 * Codes: SYSTEM_PACKAGES_MISSING, OPENCV_UNSUPPORTED, OPENCV_MISSING, NPM_FAILED, BUILD_FAILED, COMPILE_FAILED,
 * PACKAGE_INCOMPLETE, MODEL_CORRUPT, NOT_WRITABLE, USAGE.
 */
export class SetupError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.name = 'SetupError';
    this.code = code;
  }
}

/** The person stopped the set-up; the exit code is 128 plus the signal's number. */
export class Interrupted extends Error {
  /** @param {'SIGINT' | 'SIGTERM'} signal */
  constructor(signal) {
    super('Interrupted: the same command goes on from here.');
    this.name = 'Interrupted';
    this.exitCode = signal === 'SIGINT' ? 130 : 143;
  }
}
