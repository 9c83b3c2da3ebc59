import { pathOf, type Roots } from '../core/roots.js';
import type { OpenPicture, PictureFiles, PictureStock } from '../ports.js';

/** Where the pictures of a run are. */
export interface PicturePlaces extends Roots {
  /** Those that are no files of their own. */
  readonly stock?: PictureStock;
}

/** A picture by its name: nothing is looked at yet. */
export function openPicture(image: string, places: PicturePlaces, files: PictureFiles): OpenPicture {
  const held = places.stock?.open(image);
  if (held) return held;
  // Of what is known not to be there it is never asked for.
  const path = (): string => pathOf(places, image);
  return {
    stamp: () => files.stamp(path()),
    sha256: () => files.sha256(path()),
    file: () => Promise.resolve(path()),
    release: () => Promise.resolve(),
  };
}
