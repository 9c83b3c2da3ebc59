/** A rectangle by its centre and size, as shares of the picture's width and height, 0..1. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/**
 * Takes a rectangle of the picture as seen to the pixels as they are stored: EXIF 2.3, tag 274. From 5 on, width and
 * height change places.
 *
 * @param orientation 1..8.
 */
export function storedArea({ x, y, w, h }: Area, orientation: number): Area {
  switch (orientation) {
    case 2:
      return { x: 1 - x, y, w, h };
    case 3:
      return { x: 1 - x, y: 1 - y, w, h };
    case 4:
      return { x, y: 1 - y, w, h };
    case 5:
      return { x: y, y: x, w: h, h: w };
    case 6:
      return { x: y, y: 1 - x, w: h, h: w };
    case 7:
      return { x: 1 - y, y: 1 - x, w: h, h: w };
    case 8:
      return { x: 1 - y, y: x, w: h, h: w };
    default:
      return { x, y, w, h };
  }
}

/** Whether the picture as seen lies across the stored one. */
export function isTurned(orientation: number): boolean {
  return orientation >= 5;
}
