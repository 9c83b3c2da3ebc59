import type { FaceRecord } from '../../core/report.js';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** In pixels of the frame that a picture is shown in. */
interface Box extends Size {
  readonly x: number;
  readonly y: number;
}

/** A face's box and the ground of its text. */
export interface Mark extends Box {
  readonly face: FaceRecord;
  /** Absent where it would cover another face or text, or leave the frame. */
  readonly label?: Box;
}

/** Height of a label, and an estimate of the width of one letter of its 11-pixel text. */
export const LABEL_HEIGHT = 16;
const LETTER = 6.4;
const PAD = 8;
/** Among more than a few faces, narrower ones have no text: it would hide more than it says. */
const LEAST_LABELLED = 16;
const FEW = 3;

/**
 * Where faces and their texts are when a picture is shown whole in a frame, in its middle.
 *
 * @param textOf what is written at a face.
 */
export function layOutMarks(
  faces: readonly FaceRecord[],
  picture: Size,
  frame: Size,
  textOf: (face: FaceRecord) => string,
): Mark[] {
  const scale = Math.min(frame.width / picture.width, frame.height / picture.height);
  const left = (frame.width - picture.width * scale) / 2;
  const top = (frame.height - picture.height * scale) / 2;
  const marks = faces.map((face): Mark => {
    const [x, y, w, h] = face.bbox;
    return { face, x: left + x * scale, y: top + y * scale, width: w * scale, height: h * scale };
  });
  const taken: Box[] = [];
  return marks.map((mark) => {
    if (mark.width < LEAST_LABELLED && faces.length > FEW) return mark;
    const others = marks.filter((other) => other !== mark);
    const width = textOf(mark.face).length * LETTER + PAD;
    const label = placeLabel(mark, width, frame, [...others, ...taken]);
    if (!label) return mark;
    taken.push(label);
    return { ...mark, label };
  });
}

/** Above the face, else below it, shifted into the frame, where it covers no other face or text. */
function placeLabel(mark: Box, width: number, frame: Size, others: readonly Box[]): Box | undefined {
  const x = Math.max(0, Math.min(mark.x, frame.width - width));
  for (const y of [mark.y - LABEL_HEIGHT, mark.y + mark.height]) {
    if (y < 0 || y + LABEL_HEIGHT > frame.height) continue;
    const label = { x, y, width, height: LABEL_HEIGHT };
    if (!others.some((other) => overlap(label, other))) return label;
  }
  return undefined;
}

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
