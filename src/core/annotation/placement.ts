import type { BoundingBox } from '../../types.js';
import { area, intersection } from '../box.js';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A label may hide so much of its own face: one that fills the picture leaves no other place. */
const MOST_OF_OWN_FACE = 1 / 3;
/** Per pixel of its own face that it hides, as a share of the label's own. */
const OWN_FACE_COST = 0.25;

/** A place that a label could take. Its penalty is a share of the label's area: the price of being less usual. */
interface Candidate {
  readonly left: number;
  readonly top: number;
  readonly penalty: number;
}

/**
 * Finds the place for one label: above its face, below, beside or inside, shifted into the picture, where it hides
 * neither another face nor another label and least of its own face.
 *
 * @param boxes all faces, with line width included; `own` is the label's.
 * @param taken labels placed before.
 * @returns undefined where there is no such place.
 */
export function placeLabel(
  label: Size,
  picture: Size,
  boxes: readonly BoundingBox[],
  own: BoundingBox,
  taken: readonly BoundingBox[],
): BoundingBox | undefined {
  if (label.width > picture.width || label.height > picture.height) return undefined;
  let best: BoundingBox | undefined;
  let lowest = Infinity;
  for (const { left, top, penalty } of candidates(label, picture, own)) {
    const place = boxAt(left, top, label, picture);
    const hidden = overlap(place, own);
    const cost = penalty * area(place) + OWN_FACE_COST * hidden;
    if (cost >= lowest || hidden > MOST_OF_OWN_FACE * area(own)) continue;
    if (boxes.some((box) => box !== own && overlap(place, box) > 0)) continue;
    if (taken.some((other) => overlap(place, other) > 0)) continue;
    [best, lowest] = [place, cost];
  }
  return best;
}

/** Left edges above, below and inside a face, from flush left to flush right. */
const SLIDES = [0, 1, 0.5, 0.25, 0.75];
const PENALTY = { slide: 0.01, below: 0.02, inside: 0.03, beside: 0.05 };

function* candidates(label: Size, picture: Size, { x1, y1, x2, y2 }: BoundingBox): Generator<Candidate> {
  const fits = (top: number): boolean => top >= 0 && top + label.height <= picture.height;
  const rows = [
    { top: y1 - label.height, penalty: 0, possible: fits(y1 - label.height) },
    { top: y2, penalty: PENALTY.below, possible: fits(y2) },
    { top: y1, penalty: PENALTY.inside, possible: true },
    { top: y2 - label.height, penalty: PENALTY.inside, possible: true },
  ];
  for (const { top, penalty } of rows.filter(({ possible }) => possible)) {
    for (const [index, share] of SLIDES.entries()) {
      const left = x1 + share * (x2 - label.width - x1);
      yield { left, top, penalty: penalty + index * PENALTY.slide };
    }
  }
  for (const top of [y1, y2 - label.height]) {
    yield { left: x2, top, penalty: PENALTY.beside };
    yield { left: x1 - label.width, top, penalty: PENALTY.beside };
  }
}

function boxAt(left: number, top: number, label: Size, picture: Size): BoundingBox {
  const x1 = Math.round(shiftInside(left, label.width, picture.width));
  const y1 = Math.round(shiftInside(top, label.height, picture.height));
  return { x1, y1, x2: x1 + label.width, y2: y1 + label.height };
}

function shiftInside(start: number, length: number, available: number): number {
  return Math.max(0, Math.min(start, available - length));
}

const overlap = (a: BoundingBox, b: BoundingBox): number => area(intersection(a, b));
