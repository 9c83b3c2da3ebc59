/** A file as one look found it. */
export interface Seen {
  /** Its name below the base folder. */
  readonly image: string;
  /** Differs when the file is another or was written to. */
  readonly mark: string;
  /** When it was last written to, in milliseconds since the epoch; undefined where that cannot be told. */
  readonly mtimeMs?: number;
}

/** A mark that was not the one of the look before. */
interface Fresh {
  readonly mark: string;
  readonly sinceMs: number;
}

/**
 * Tells which files of a folder that is looked at time and again are new or changed, and at rest: nobody has written to
 * them for a while, so that no half of an upload is taken for a picture.
 */
export class Arrivals {
  #taken = new Map<string, string>();
  #fresh = new Map<string, Fresh>();
  #looks = 0;
  /** Files that the look before had and the last one has not: taken away, or renamed. */
  gone = 0;

  /** @param settleMs how long a file must have been left alone, in milliseconds. */
  constructor(private readonly settleMs: number) {}

  /**
   * @param seen every file of the folder.
   * @param nowMs milliseconds since the epoch.
   * @returns those to take now, in the given order; each once until it changes.
   */
  look(seen: readonly Seen[], nowMs: number): string[] {
    const [taken, fresh] = [new Map<string, string>(), new Map<string, Fresh>()];
    const ready: string[] = [];
    let known = 0;
    for (const each of seen) {
      const { image, mark } = each;
      if (this.#taken.has(image) || this.#fresh.has(image)) known += 1;
      if (this.#taken.get(image) === mark) {
        taken.set(image, mark);
        continue;
      }
      const sinceMs = this.#unchangedSince(each, nowMs);
      if (nowMs - sinceMs < this.settleMs) fresh.set(image, { mark, sinceMs });
      else {
        taken.set(image, mark);
        ready.push(image);
      }
    }
    this.gone = this.#taken.size + this.#fresh.size - known;
    this.#taken = taken;
    this.#fresh = fresh;
    this.#looks += 1;
    return ready;
  }

  /** Takes files again at the next look although they have not changed. */
  forget(images: Iterable<string>): void {
    for (const image of images) this.#taken.delete(image);
  }

  /** When the first of the files that are still being written to may be at rest, in milliseconds since the epoch. */
  get dueMs(): number | undefined {
    let due = Infinity;
    for (const { sinceMs } of this.#fresh.values()) due = Math.min(due, sinceMs + this.settleMs);
    return due === Infinity ? undefined : due;
  }

  /**
   * What was there before the first look is believed its time of writing. Later on only what was seen counts: a file that
   * was moved here brings an old time along, and the clock of a network disk may be another.
   */
  #unchangedSince({ image, mark, mtimeMs = 0 }: Seen, nowMs: number): number {
    const before = this.#fresh.get(image);
    // A clock that was put back starts anew.
    if (before?.mark === mark && before.sinceMs <= nowMs) return before.sinceMs;
    return this.#looks === 0 && mtimeMs <= nowMs ? mtimeMs : nowMs;
  }
}
