import { barSize, formatProgress, toProgress, WIDEST_BAR } from '../core/progress-line.js';
import type { Options } from 'cli-progress';
import type { Progress } from '../core/progress-line.js';
import { RateMeter } from '../core/rate-meter.js';
import type { EventLog, ProgressListener, ProgressState, ProgressUnit } from '../ports.js';
import type { TextStream } from './log.js';

/** Between two lines where no bar can be drawn. */
const LINE_EVERY_MS = 30_000;

/** Redraws of the bar in a second. */
const FPS = 5;

export interface ProgressOptions {
  /** False with `--no-progress` and with `--quiet`. */
  readonly enabled: boolean;
  readonly stream: TextStream;
  readonly format: 'text' | 'json';
  /** Takes the `progress` events where no bar is drawn. */
  readonly log: EventLog;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  /** `TERM`. */
  readonly terminal: string | undefined;
}

/** A bar on a terminal; elsewhere, and with `--log-format json`, an event every 30 s. */
export async function createProgress(options: ProgressOptions): Promise<ProgressListener> {
  const { enabled, stream, format, terminal } = options;
  if (!enabled) return { start: nothing, update: nothing, stop: nothing };
  const drawn = format === 'text' && stream.isTTY === true && terminal !== 'dumb';
  return drawn ? await createBar(options) : createLines(options);
}

const nothing = (): void => undefined;

const NONE: ProgressState = { done: 0, skipped: 0, faces: 0, failed: 0, retried: 0 };

/** Keeps the counts and the rate between two looks. */
class Tracker {
  private total: number | undefined;
  private unit: ProgressUnit = 'picture';
  private state = NONE;
  private rate: RateMeter;

  constructor(private readonly now: () => number) {
    this.rate = new RateMeter(now());
  }

  start(total: number | undefined, unit: ProgressUnit = 'picture'): void {
    this.total = total;
    this.unit = unit;
    this.state = NONE;
    this.rate = new RateMeter(this.now());
  }

  update(state: ProgressState): void {
    this.state = state;
    this.rate.add(this.now(), state.done - state.skipped);
  }

  progress(): Progress {
    return toProgress(this.total, this.state, this.rate.perSecond(this.now()), this.unit);
  }
}

function createLines({ log, now }: ProgressOptions): ProgressListener {
  const tracker = new Tracker(now);
  let timer: NodeJS.Timeout | undefined;
  return {
    start(total, unit) {
      clearInterval(timer);
      tracker.start(total, unit);
      timer = setInterval(() => {
        log.emit({ event: 'progress', ...tracker.progress() });
      }, LINE_EVERY_MS);
      timer.unref();
    },
    update(state) {
      tracker.update(state);
    },
    stop() {
      clearInterval(timer);
    },
  };
}

async function createBar({ stream, now }: ProgressOptions): Promise<ProgressListener> {
  const { Format, MultiBar } = (await import('cli-progress')).default;
  const tracker = new Tracker(now);
  let text = '';
  let hasTotal = true;
  const options: Options = {
    stream,
    fps: FPS,
    // One token for counts, rate and time left: the words of the log's `progress` events, and a rate of late.
    format: '{bar}{text}',
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    barsize: WIDEST_BAR,
    // By itself the library's bar keeps its size in a narrow window and cuts off the text.
    formatBar(share, options) {
      const barsize = barSize(text.length, stream.columns ?? 80);
      return barsize === 0 || !hasTotal ? '' : `[${Format.BarFormat(share, { ...options, barsize })}] `;
    },
    // A line of the log may have taken the bar's place since the last look.
    forceRedraw: true,
    clearOnComplete: true,
    // Left as the terminal has it, so that long lines of the log wrap and a crash leaves nothing to repair. The library
    // then cuts its own line to the width of the window.
    linewrap: true,
    hideCursor: false,
    gracefulExit: false,
  };
  let bars: InstanceType<typeof MultiBar> | undefined;
  const stop = (): void => {
    bars?.stop();
    bars = undefined;
  };
  return {
    start(total, unit) {
      stop();
      tracker.start(total, unit);
      hasTotal = total !== undefined;
      // The bar of one: unlike SingleBar it never jumps to a remembered place, which lines of the log would have moved.
      bars = new MultiBar(options);
      const bar = bars.create(total ?? Number.MAX_SAFE_INTEGER, 0);
      bars.on('update-pre', () => {
        const progress = tracker.progress();
        text = formatProgress(progress);
        bar.update(progress.done, { text });
      });
    },
    update(state) {
      tracker.update(state);
    },
    stop,
  };
}
