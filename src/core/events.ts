import type { ExportKind, Shard } from '../config.js';
import type { FatalCode } from '../errors.js';
import type { EngineName, FailureCode, Stage } from '../types.js';
import type { CopyKind } from './copies.js';
import type { FaceCounts } from './face-counts.js';
import type { Progress } from './progress-line.js';
import type { VideoFailureCode } from './video-failures.js';
import type { VideoTotals } from './video-totals.js';
import type { RunSummary } from './summary.js';

/** The plan of the run is known and its first picture is handed out next. Level info. */
interface RunStart {
  readonly event: 'run-start';
  /** Of facetag. */
  readonly version: string;
  /** Absent while the list of pictures is still being read. */
  readonly pictures?: number;
  /** Lanes. */
  readonly jobs: number;
  readonly pack: string;
  readonly engine: EngineName;
  /** Absent with 32-bit floats. */
  readonly precision?: 'int8';
  /** The share that is taken, and the variable that said which; absent where everything is. */
  readonly shard?: Shard & { readonly from?: string };
  /** Absolute path of the output folder; absent when nothing is written. */
  readonly output?: string;
}

/** A picture is finished. Level debug, shown with `-v`; of one that arrived with `--watch`: info. */
interface PictureDone {
  readonly event: 'picture-done';
  /** Path below the base folder, as in the record. */
  readonly image: string;
  readonly how: 'processed' | 'skipped' | 'redrawn';
  readonly faces: number;
  /** What people read of each face. */
  readonly people: readonly string[];
  /** Set with `--watch` for what was tagged after the first round. */
  readonly arrived?: true;
}

/** A picture failed. Level error; one that failed before and is unchanged since: info, so that cron tells of it once. */
interface PictureFailed {
  readonly event: 'picture-failed';
  readonly image: string;
  readonly stage: Stage;
  readonly code: FailureCode;
  readonly message: string;
  /** Set when it failed in an earlier run and is unchanged since. */
  readonly kept?: true;
  /** As in the record. */
  readonly attempts?: number;
}

/**
 * A copy could not be made; the picture keeps its record. Level error: it alone explains exit code 1 to a
 * quiet run.
 */
interface CopyFailed {
  readonly event: 'copy-failed';
  readonly image: string;
  /** The folder that it would be in. */
  readonly copy: CopyKind;
  readonly stage: Stage;
  readonly code: FailureCode;
  readonly message: string;
}

/** A picture matches the `--fail-if` expression. Level error. */
interface Screened {
  readonly event: 'screened';
  readonly image: string;
}

/** A figure of `facetag eval` misses its `--min` or `--max`. Level error: it alone explains exit code 3 to a quiet run. */
interface GateMissed {
  readonly event: 'gate-missed';
  readonly figure: string;
  readonly bound: 'min' | 'max';
  readonly limit: number;
  /** Absent where the labels say nothing of the figure. */
  readonly value?: number;
}

/** Pictures were done again, or would be, because their records are in another version of the format. Level info. */
interface FormatChanged {
  readonly event: 'format-changed';
  readonly pictures: number;
}

/** A lane's process was replaced. Level warn when something went wrong, debug when it was recycled on purpose. */
interface LaneReplaced {
  readonly event: 'lane-replaced';
  readonly reason: 'died' | 'overrun' | 'outgrown' | 'pictures' | 'memory';
  /** What it was working on. */
  readonly image?: string;
  /** Whether `image` is tried once more. */
  readonly retry?: boolean;
  /** How it ended: `was killed by SIGKILL`. */
  readonly message?: string;
}

/** Where the run stands, every 30 s. Level info; not sent while a bar is drawn. */
type ProgressEvent = { readonly event: 'progress' } & Progress;

/** What a command did, beside its data on stdout. Level info. */
interface Note {
  readonly event: 'note';
  readonly message: string;
}

/** Something that the person should know and that does not stop the run, such as a folder that cannot be listed. Level warn. */
interface Warning {
  readonly event: 'warning';
  readonly message: string;
}

/** The run could not start or go on: exit code 2. The message says what to do. Level error. */
interface Fatal {
  readonly event: 'error';
  readonly code: FatalCode;
  readonly message: string;
}

/** `facetag merge` has joined folders. Level info. */
interface MergeEnd extends FaceCounts {
  readonly event: 'merge-end';
  /** Folders that were joined. */
  readonly folders: number;
  readonly pictures: number;
  readonly failed: number;
  /** Absent where no folder has any. */
  readonly videos?: number;
  /** Absolute path of the folder that was written. */
  readonly output: string;
}

/** `facetag export` has written. Level info. */
interface ExportEnd extends FaceCounts {
  readonly event: 'export-end';
  readonly to: ExportKind;
  /** That were taken. */
  readonly pictures: number;
  /** Pictures that had failed and are left out. */
  readonly failed: number;
  /** Pictures that the format could not take, each with a warning of its own. */
  readonly leftOut: number;
  /** Absolute path of the folder that was written; absent where files went beside the pictures. */
  readonly output?: string;
}

/** `facetag report` has written a report. Level info. */
interface ReportEnd {
  readonly event: 'report-end';
  readonly pictures: number;
  readonly faces: number;
  /** Pictures whose thumbnail was made, was there already, or could not be made. */
  readonly made: number;
  readonly reused: number;
  readonly missing: number;
  /** Absolute path of the page. */
  readonly page: string;
}

/** `facetag video`: a video is finished, whole or in part. Level info; of one that is unchanged: debug. */
interface VideoDone {
  readonly event: 'video-done';
  /** As in its record. */
  readonly video: string;
  readonly how: 'processed' | 'skipped';
  /** Sampled frames, and those that the nets saw. */
  readonly frames: number;
  readonly analysed: number;
  readonly tracks: number;
  /** Seconds of source time for each second that it took; absent where it was skipped or has no end that is known. */
  readonly speed?: number;
}

/** A video failed, or a part of it. Level error; one that failed before and is unchanged since: info. */
interface VideoFailed {
  readonly event: 'video-failed';
  readonly video: string;
  /** Whether what could be read is there. */
  readonly partial: boolean;
  readonly code: VideoFailureCode;
  readonly message: string;
  /** Set when it failed in an earlier run and is unchanged since. */
  readonly kept?: true;
}

/** Last of `facetag video`. Level info. */
type VideoEnd = { readonly event: 'video-end' } & VideoTotals;

/** With `--watch`: a round of pictures that arrived, changed or went is finished. Level info. */
interface RoundEnd extends FaceCounts {
  readonly event: 'round-end';
  readonly pictures: number;
  readonly processed: number;
  readonly skipped: number;
  readonly failed: number;
  readonly pruned: number;
}

/** `facetag serve` takes connections. Level info. */
interface ServeStart {
  readonly event: 'serve-start';
  /** Of facetag. */
  readonly version: string;
  /** With the port that it listens on. */
  readonly url: string;
  /** Lanes. */
  readonly jobs: number;
  readonly pack: string;
  readonly engine: EngineName;
  /** Absent with 32-bit floats. */
  readonly precision?: 'int8';
}

/** A request was answered, or its client went away. Level debug. */
interface RequestEnd {
  readonly event: 'request';
  readonly method: string;
  /** The route, not what was asked for: names may be private. */
  readonly route: string;
  /** 499 where the client went away. */
  readonly status: number;
  readonly ms: number;
}

/** `facetag serve` has ended in order. Level info. */
interface ServeEnd {
  readonly event: 'serve-end';
  readonly requests: number;
  readonly pictures: number;
  readonly failed: number;
}

/** Last of a run that came to its end or was stopped in order. Level info. */
interface RunEnd {
  readonly event: 'run-end';
  /** As `--summary` writes it. */
  readonly summary: RunSummary;
}

/**
 * What a run tells on stderr. With `--log-format json` each is one line of JSON with two fields in front: `time`
 * (ISO 8601, UTC) and `level` (`error`, `warn`, `info`, `debug`). Names and messages are as they are, unescaped.
 */
export type RunEvent =
  | RunStart
  | PictureDone
  | PictureFailed
  | CopyFailed
  | Screened
  | GateMissed
  | FormatChanged
  | LaneReplaced
  | ProgressEvent
  | Note
  | Warning
  | Fatal
  | RoundEnd
  | RunEnd
  | MergeEnd
  | ExportEnd
  | VideoDone
  | VideoFailed
  | VideoEnd
  | ReportEnd
  | ServeStart
  | RequestEnd
  | ServeEnd;

const LEVELS = ['error', 'warn', 'info', 'debug'] as const;

export type Level = (typeof LEVELS)[number];

/** Events whose level depends on what they say. */
type Varying = 'lane-replaced' | 'picture-done' | 'picture-failed' | 'video-done' | 'video-failed';

const LEVEL_OF: Record<Exclude<RunEvent['event'], Varying>, Level> = {
  error: 'error',
  'copy-failed': 'error',
  screened: 'error',
  'gate-missed': 'error',
  warning: 'warn',
  'run-start': 'info',
  'format-changed': 'info',
  progress: 'info',
  note: 'info',
  'round-end': 'info',
  'run-end': 'info',
  'merge-end': 'info',
  'export-end': 'info',
  'video-end': 'info',
  'report-end': 'info',
  'serve-start': 'info',
  'serve-end': 'info',
  request: 'debug',
};

export function levelOf(event: RunEvent): Level {
  switch (event.event) {
    case 'picture-failed':
    case 'video-failed':
      return event.kept ? 'info' : 'error';
    case 'picture-done':
      return event.arrived ? 'info' : 'debug';
    case 'video-done':
      return event.how === 'skipped' ? 'debug' : 'info';
    case 'lane-replaced':
      return event.reason === 'pictures' || event.reason === 'memory' ? 'debug' : 'warn';
    default:
      return LEVEL_OF[event.event];
  }
}

/** The least important level that is shown: `-q` errors only, `-v` everything. */
export function levelFor(flags: { readonly quiet: boolean; readonly verbose: boolean }): Level {
  if (flags.quiet) return 'error';
  return flags.verbose ? 'debug' : 'info';
}

export function isShown(event: RunEvent, threshold: Level): boolean {
  return LEVELS.indexOf(levelOf(event)) <= LEVELS.indexOf(threshold);
}

/** One line of `--log-format json`, newline included. */
export function formatEventJson(event: RunEvent, time: Date): string {
  return JSON.stringify({ time: time.toISOString(), level: levelOf(event), ...event }) + '\n';
}
