import { frameOf, MARKER, readSegments, type Segment } from './jpeg-headers.js';

/**
 * Mends what cameras and editors are known to write into headers and what says nothing of the pixels, so that a decoder
 * that minds every warning can be asked again: stray bytes between segments, an unknown JFIF version, an Adobe
 * colour transform for another number of channels, scan parameters of a sequential picture. The scans themselves are never touched: there such a
 * warning means damage.
 * @returns a mended copy; undefined when there is nothing to mend.
 */
export function repairJpegHeaders(bytes: Buffer): Buffer | undefined {
  const segments = readSegments(bytes, 2);
  const last = segments.at(-1);
  if (last?.marker !== MARKER.SOS) return undefined;
  const frame = segments.flatMap((segment) => frameOf(segment) ?? [])[0];
  const patches = segments.map((segment) => patchFor(segment, frame?.marker, frame?.components.length));
  if (segments.every(({ stray }, i) => stray === 0 && !patches[i])) return undefined;
  const parts = segments.map(({ start, end }, i) => {
    const part = Buffer.from(bytes.subarray(start, end));
    const patch = patches[i];
    if (patch) part.set(patch.bytes, MARKER_AND_LENGTH + patch.at);
    return part;
  });
  return Buffer.concat([bytes.subarray(0, 2), ...parts, bytes.subarray(last.end)]);
}

const MARKER_AND_LENGTH = 4;

/** Bytes to put into the content of a segment. */
interface Patch {
  readonly at: number;
  readonly bytes: readonly number[];
}

function patchFor(segment: Segment, frame = 0, components = 0): Patch | undefined {
  const { marker, content } = segment;
  switch (marker) {
    case MARKER.APP0:
      return isNamed(content, 'JFIF\0') && content[5] !== 1 ? { at: 5, bytes: [1] } : undefined;
    case MARKER.APP14:
      return isNamed(content, 'Adobe') ? adobePatch(content[11], components) : undefined;
    case MARKER.SOS:
      return frame === MARKER.SOF0 || frame === MARKER.SOF1 ? scanPatch(content) : undefined;
    default:
      return undefined;
  }
}

/** What libjpeg assumes of a transform that the number of channels does not allow: 1 is YCbCr, 2 is YCCK, 0 is none. */
function adobePatch(transform = 0, components: number): Patch | undefined {
  const assumed = components === 4 ? 2 : 1;
  return components < 3 || transform === 0 || transform === assumed
    ? undefined
    : { at: 11, bytes: [assumed] };
}

/** A sequential scan is of the coefficients 0 to 63 at full precision, whatever its header says. */
function scanPatch(content: Buffer): Patch | undefined {
  const at = 1 + 2 * (content[0] ?? 0);
  const whole = [0, 63, 0];
  const differs = whole.some((value, i) => content[at + i] !== value);
  return differs && at + whole.length <= content.length ? { at, bytes: whole } : undefined;
}

const isNamed = (content: Buffer, name: string): boolean =>
  content.toString('latin1', 0, name.length) === name;
