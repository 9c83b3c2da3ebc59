import type { FaceRecord } from '../core/report.js';
import { formatTrack } from './format-tracks.js';
import { Tracker } from './tracker.js';
import { TrackTally } from './track-tally.js';

/** A face of a frame, and whose it is. */
export interface TrackedFace {
  readonly track: number;
  readonly face: FaceRecord;
}

/** Who is in a video: follows faces and keeps what is said of each. Of tracks that have ended, their line alone is kept. */
export class Tracks {
  readonly #tracker = new Tracker();
  readonly #open = new Map<number, TrackTally>();
  /** By track. */
  readonly #lines: string[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Takes the next frame. @param analysed whether the nets have seen it; otherwise its faces are those of the frame before. */
  add(
    time: number,
    faces: readonly FaceRecord[],
    how: { readonly analysed: boolean; readonly isCut: boolean },
  ): TrackedFace[] {
    const boxes = faces.map(({ bbox: [x, y, w, h] }) => ({ x1: x, y1: y, x2: x + w, y2: y + h }));
    const { ids, ended } = this.#tracker.follow(time, boxes, how.isCut);
    for (const id of ended) this.#end(id);
    return faces.map((face, index) => {
      const track = ids[index] ?? 0;
      this.#tallyOf(track, time).add(time, face, how.analysed);
      return { track, face };
    });
  }

  #tallyOf(track: number, time: number): TrackTally {
    const open = this.#open.get(track);
    if (open !== undefined) return open;
    const begun = new TrackTally(track, time);
    this.#open.set(track, begun);
    this.#count += 1;
    return begun;
  }

  /** The lines of all tracks, in order. Ends those that are still open. */
  end(): readonly string[] {
    for (const id of this.#open.keys()) this.#end(id);
    return this.#lines;
  }

  #end(id: number): void {
    const tally = this.#open.get(id);
    if (tally === undefined) return;
    this.#open.delete(id);
    this.#lines[id - 1] = formatTrack(tally.record);
  }
}
