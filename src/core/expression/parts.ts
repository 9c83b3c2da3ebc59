import type { FaceFacts, Name, PictureFacts } from './names.js';

/** A compiled part reads the picture and, inside `any`, `all` and `count`, one of its faces. */
export type Read<V> = (picture: PictureFacts, face: FaceFacts) => V;

/** A compiled part with its static type: what it gives is known before the first record comes. */
export type Part =
  | { readonly type: 'number'; readonly read: Read<number> }
  | { readonly type: 'condition'; readonly read: Read<boolean> }
  | { readonly type: 'text'; readonly read: Read<string | undefined>; readonly values: readonly string[] }
  | { readonly type: 'quoted'; readonly value: string };

/** What a person calls each type. */
export const NOUN: Record<Part['type'], string> = {
  number: 'a number',
  condition: 'a condition',
  text: 'a text',
  quoted: 'a quoted text',
};

export const ARITHMETIC: ReadonlyMap<string, (a: number, b: number) => number> = new Map([
  ['+', (a: number, b: number) => a + b],
  ['-', (a: number, b: number) => a - b],
  ['*', (a: number, b: number) => a * b],
  // Nothing divided by nothing, or by zero, is absent: a share of no faces satisfies no comparison.
  ['/', (a: number, b: number) => (b === 0 ? NaN : a / b)],
  ['%', (a: number, b: number) => a % b],
]);

export const COMPARISON: ReadonlyMap<string, (a: number, b: number) => boolean> = new Map([
  ['==', (a: number, b: number) => a === b],
  // Not `!==`, which is true of an absent value (NaN).
  ['!=', (a: number, b: number) => a < b || a > b],
  ['<', (a: number, b: number) => a < b],
  ['<=', (a: number, b: number) => a <= b],
  ['>', (a: number, b: number) => a > b],
  ['>=', (a: number, b: number) => a >= b],
]);

/** The part that reads one name. */
export function toPart<T>(name: Name<T>, pick: (picture: PictureFacts, face: FaceFacts) => T): Part {
  return name.type === 'number'
    ? { type: 'number', read: (picture, face) => name.read(pick(picture, face)) }
    : {
        type: 'text',
        values: name.values,
        read: (picture, face) => name.read(pick(picture, face)),
      };
}
