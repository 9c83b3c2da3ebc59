import { ATTRIBUTES, ATTRIBUTE_NAMES, type AttributeName, type Attributes } from './attributes.js';

/** One thing that people read of a face. */
export interface FacePart {
  readonly name: AttributeName;
  /** `Female 93 %`, `35 years`. */
  readonly text: string;
}

/** The parts of what people read of a face: on pictures, in tables, in messages. */
export function faceParts(face: Attributes): FacePart[] {
  return ATTRIBUTE_NAMES.flatMap((name) => {
    const text = ATTRIBUTES[name].text?.(face);
    return text === undefined ? [] : [{ name, text }];
  });
}

/** `Female 93 %, 35 years`. */
export function describeFace(face: Attributes): string {
  return joinParts(faceParts(face).map(({ text }) => text));
}

export function joinParts(texts: readonly string[]): string {
  return texts.join(', ');
}
