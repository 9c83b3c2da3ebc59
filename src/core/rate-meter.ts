/** Milliseconds over which the rate is taken: pictures differ, and a time left that jumps helps nobody. */
const WINDOW_MS = 180_000;

/** Closest distance of two samples that are kept; bounds memory to 180 of them. */
const SPACING_MS = 1000;

/** Milliseconds of work before there is a rate. */
const LEAST_MS = 10_000;

/** Work done per second of late. Times are in milliseconds of any clock. */
export class RateMeter {
  private readonly samples: { readonly at: number; readonly done: number }[];
  private latest: { readonly at: number; readonly done: number };

  constructor(at: number) {
    this.latest = { at, done: 0 };
    this.samples = [this.latest];
  }

  /** @param done what was worked on: unchanged pictures, which take no time, are not among it. */
  add(at: number, done: number): void {
    this.latest = { at, done };
    // A resumed run passes over thousands first: its work begins behind them.
    if (done === 0) this.samples.splice(0, Infinity, this.latest);
    const last = this.samples.at(-1);
    if (last && at - last.at < SPACING_MS) return;
    this.samples.push(this.latest);
    // The newest sample from before the window stays: it is where the window starts.
    while (this.samples[1] && this.samples[1].at <= at - WINDOW_MS) this.samples.shift();
  }

  /** Undefined until work was done for a while. */
  perSecond(at: number): number | undefined {
    const start = this.samples[0] ?? this.latest;
    const elapsed = at - start.at;
    if (this.latest.done === 0 || elapsed < LEAST_MS) return undefined;
    return ((this.latest.done - start.done) * 1000) / elapsed;
  }
}
