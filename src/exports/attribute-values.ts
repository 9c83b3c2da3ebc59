import { ATTRIBUTES, ATTRIBUTE_NAMES, hasAsked, type AttributeName } from '../core/attributes.js';
import type { FaceRecord, PictureRecord } from '../core/report.js';

/** An attribute that a format can hold as one word or number. */
export type AttributeRow = {
  readonly name: string;
  /** Whether only runs give it that were asked for it. */
  readonly asked: boolean;
} & ({ readonly kind: 'label'; readonly labels: readonly string[] } | { readonly kind: 'number' });

/** Attributes of one value, in the order of the table: distributions are left out. */
export const ATTRIBUTE_ROWS: readonly AttributeRow[] = ATTRIBUTE_NAMES.flatMap((name): AttributeRow[] => {
  const row = ATTRIBUTES[name];
  const asked = row.asked ?? false;
  if (row.kind === 'label') return [{ name, asked, kind: 'label', labels: row.labels }];
  return row.kind === 'number' ? [{ name, asked, kind: 'number' }] : [];
});

/**
 * The attributes that a data set of these records has: of those that runs are asked for none, unless a face has one. A
 * tool would show every face with the first of its values otherwise, or ask people for it.
 *
 * @param records is read until such a face comes.
 */
export async function rowsIn(records: AsyncIterable<PictureRecord>): Promise<readonly AttributeRow[]> {
  for await (const { faces } of records) if (faces.some(hasAsked)) return ATTRIBUTE_ROWS;
  return ATTRIBUTE_ROWS.filter(({ asked }) => !asked);
}

/** What a face has of these. */
export function valuesOf(
  face: FaceRecord,
): readonly { readonly name: string; readonly value: string | number }[] {
  return ATTRIBUTE_NAMES.flatMap((name) => {
    const value = face[name];
    return typeof value === 'string' || typeof value === 'number' ? [{ name, value }] : [];
  });
}

/** Everything that is said of a face, distributions too, in the order of the table. */
export function attributesOf(face: FaceRecord): Partial<Record<AttributeName, unknown>> {
  return Object.fromEntries(
    ATTRIBUTE_NAMES.flatMap((name) => (face[name] === undefined ? [] : [[name, face[name]]])),
  );
}
