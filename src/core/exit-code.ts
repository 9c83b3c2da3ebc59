/** What a command came to, as far as its exit code goes: what is left out did not happen. */
export interface RunEnd {
  /** It could not start or go on: `later` where the same command may do so another time. */
  readonly fatal?: boolean | 'later';
  /** The signal that stopped it. */
  readonly signal?: 'SIGINT' | 'SIGTERM' | undefined;
  /** The reader of stdout went away. */
  readonly pipeClosed?: boolean;
  /** A `--fail-if` rule matched. */
  readonly screened?: boolean;
  /** A figure of `eval` misses its `--min` or `--max`. */
  readonly missed?: boolean;
  /**
   * Pictures of this run with status failed, even kept from before, and copies that could not be made; of
   * `models quantize`, detectors that are left out.
   */
  readonly failed?: number;
  /** `--allow-failed`: failed pictures are expected. */
  readonly allowFailed?: boolean;
  /** Folders and names that could not be listed: how many pictures they hold is not known, so no flag allows them. */
  readonly unlisted?: number;
}

/** 128 + signal number, as shells report it. */
const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143 } as const;

/** EX_TEMPFAIL of sysexits.h, which schedulers and systemd know by name. */
const TRY_AGAIN = 75;

/**
 * Exit code of any command, known here alone. Where several apply: 2 or 75, then 130/143, then 3, then 1; a closed pipe
 * alone is a quiet 0. With 2 the same command fails again.
 */
export function exitCodeFor(end: RunEnd): number {
  if (end.fatal) return end.fatal === 'later' ? TRY_AGAIN : 2;
  if (end.signal) return SIGNAL_EXIT[end.signal];
  if (end.pipeClosed) return 0;
  if (end.screened || end.missed) return 3;
  const { failed = 0, unlisted = 0, allowFailed = false } = end;
  return unlisted > 0 || (failed > 0 && !allowFailed) ? 1 : 0;
}
