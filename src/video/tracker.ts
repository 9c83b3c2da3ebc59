import { iou } from '../core/box.js';
import type { BoundingBox } from '../types.js';

/** Overlap from which a face is taken for the one that was there before. A person who walks leaves it within a second. */
const LEAST_OVERLAP = 0.3;

/** A face is waited for so many frames without it, and so many seconds where these are short. */
const MISSED_FRAMES = 2;
const MISSED_SECONDS = 2;

interface OpenTrack {
  readonly id: number;
  /** Where it was last seen, and when. */
  box: BoundingBox;
  time: number;
  /** Frames without it since then. */
  missed: number;
}

/**
 * Follows faces from frame to frame by the overlap of their boxes, the best pairs first. It knows no faces, only places:
 * who leaves and comes back is a new one, and so is everybody after a cut.
 */
export class Tracker {
  #open: OpenTrack[] = [];
  #next = 1;

  /**
   * Takes the faces of a frame. A frame is shown until the next one: however far apart they are, a face that is in both was
   * there all the time.
   *
   * @param time in seconds, not before that of the frame before.
   * @param isCut whether it is another scene than in the frame before: nobody of that one is in it.
   * @returns the track of each face, from 1 on in the order in which they begin, and the tracks that have ended.
   */
  follow(time: number, boxes: readonly BoundingBox[], isCut: boolean): { ids: number[]; ended: number[] } {
    const over = this.#open.filter((track) => isCut || isOver(track, time));
    this.#open = this.#open.filter((track) => !over.includes(track));
    const found = this.#match(boxes);
    for (const track of this.#open) track.missed += 1;
    const ids = boxes.map((box, index) => {
      const track = found.get(index) ?? this.#begin(box, time);
      Object.assign(track, { box, time, missed: 0 });
      return track.id;
    });
    return { ids, ended: over.map(({ id }) => id) };
  }

  /** Track by the index of its box. Equal overlaps go to the older track, then to the earlier box. */
  #match(boxes: readonly BoundingBox[]): Map<number, OpenTrack> {
    const pairs = this.#open.flatMap((track) =>
      boxes.flatMap((box, index) => {
        const overlap = iou(track.box, box);
        return overlap >= LEAST_OVERLAP ? [{ track, index, overlap }] : [];
      }),
    );
    pairs.sort((a, b) => b.overlap - a.overlap || a.track.id - b.track.id || a.index - b.index);
    const found = new Map<number, OpenTrack>();
    const taken = new Set<OpenTrack>();
    for (const { track, index } of pairs) {
      if (found.has(index) || taken.has(track)) continue;
      found.set(index, track);
      taken.add(track);
    }
    return found;
  }

  #begin(box: BoundingBox, time: number): OpenTrack {
    const track = { id: this.#next, box, time, missed: 0 };
    this.#next += 1;
    this.#open.push(track);
    return track;
  }
}

function isOver({ time: seen, missed }: OpenTrack, time: number): boolean {
  return missed >= MISSED_FRAMES && time - seen > MISSED_SECONDS;
}
