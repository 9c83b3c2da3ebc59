/** Seconds over which the rate is taken: a resumed run skips thousands a second first, which must not last. */
const WINDOW_MS = 30_000;

/** Closest distance of two samples that are kept; bounds memory to 30 of them. */
const SPACING_MS = 1000;

/** Pictures per second of late. Times are in milliseconds of any clock. */
export class RateMeter {
  private readonly samples: { readonly at: number; readonly done: number }[];
  private latest: { readonly at: number; readonly done: number };

  constructor(at: number, done = 0) {
    this.latest = { at, done };
    this.samples = [this.latest];
  }

  add(at: number, done: number): void {
    this.latest = { at, done };
    const last = this.samples.at(-1);
    if (last && at - last.at < SPACING_MS) return;
    this.samples.push(this.latest);
    // The newest sample from before the window stays: it is where the window starts.
    while (this.samples[1] && this.samples[1].at <= at - WINDOW_MS) this.samples.shift();
  }

  /** 0 before anything was done. */
  perSecond(at: number): number {
    const start = this.samples[0] ?? this.latest;
    const elapsed = at - start.at;
    return elapsed > 0 ? ((this.latest.done - start.done) * 1000) / elapsed : 0;
  }
}
