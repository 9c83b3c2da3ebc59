import { copyPath, cropPath } from './output-paths.js';
import { WRITABLE_FORMATS, type PictureFormat, type WritableFormat } from './picture-format/signatures.js';

/**
 * What can be drawn of a picture beside its record. Each kind has a folder of its name in the output folder; in this
 * order they are drawn from one decode, the one that draws into the pixels themselves last.
 */
export const COPY_KINDS = ['crops', 'blurred', 'annotated'] as const;

export type CopyKind = (typeof COPY_KINDS)[number];

/** How faces are made unrecognisable: a smooth blur, or blocks of one colour. */
export type BlurStyle = 'blur' | 'pixelate';

/** How copies are drawn; what is absent is not wanted. Plain data: it crosses a process boundary. */
export interface CopyDrawing {
  readonly annotated?: Readonly<Record<string, never>>;
  readonly blurred?: {
    readonly style: BlurStyle;
    /** An expression over one face, as typed; without it every face is blurred. */
    readonly where?: string;
  };
  readonly crops?: {
    /** Share of the box's size by which it is grown on each side. */
    readonly padding: number;
    /** Longer side of a crop in pixels; 0 leaves it as it is. */
    readonly size: number;
  };
}

/** How the copies of each kind in an output folder were drawn, in words that are equal for equal drawings. */
export type CopyStyles = Readonly<Partial<Record<CopyKind, string>>>;

export function wantedKinds(drawing: CopyDrawing): CopyKind[] {
  return COPY_KINDS.filter((kind) => drawing[kind] !== undefined);
}

/** Boxes and labels are drawn in one way alone: of them there is nothing to say. */
export function stylesOf({ blurred, crops }: CopyDrawing): CopyStyles {
  return {
    ...(crops && { crops: `padding ${crops.padding}, size ${crops.size}` }),
    ...(blurred && {
      blurred: blurred.style + (blurred.where === undefined ? '' : ` where ${blurred.where}`),
    }),
  };
}

/**
 * The files of a picture's copies of one kind, below the output folder.
 * @param faces how many the record has.
 */
export function copyFiles(kind: CopyKind, image: string, faces: number): string[] {
  if (kind !== 'crops') return [copyPath(kind, image)];
  return Array.from({ length: faces }, (_, index) => cropPath(image, index));
}

/** The format in which a whole copy of a picture is written: its own, or JPEG where that cannot be written or named. */
export function copyFormat(kind: CopyKind, image: string, format: PictureFormat): WritableFormat {
  const [file] = copyFiles(kind, image, 0);
  const own = WRITABLE_FORMATS.find((writable) => writable === format);
  return file === `${kind}/${image}` && own ? own : 'jpeg';
}

/** Text of the file that remembers how copies were drawn. */
export function formatCopyStyles(styles: CopyStyles): string {
  const sorted = COPY_KINDS.flatMap((kind) => (styles[kind] === undefined ? [] : [[kind, styles[kind]]]));
  return JSON.stringify(Object.fromEntries(sorted), null, 2) + '\n';
}

/** @returns undefined for a text that `formatCopyStyles` did not write. */
export function parseCopyStyles(text: string): CopyStyles | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const known = (kind: string, style: unknown): boolean =>
      COPY_KINDS.some((each) => each === kind) && typeof style === 'string';
    return Object.entries(value).every(([kind, style]) => known(kind, style)) ? value : undefined;
  } catch {
    return undefined;
  }
}
