import { messageOf } from '../../core/thrown.js';

/**
 * Warnings of libjpeg about files that many cameras and editors write: nothing of the picture is missing. The rest
 * ("bad Huffman code", "premature end of data segment", a lost restart marker) mean wrong pixels.
 */
const HARMLESS = /extraneous bytes before marker|Invalid SOS parameters|Unknown Adobe color transform/;

/** True when a JPEG decoder stopped at a warning that says nothing about the pixels. */
export function isHarmlessWarning(error: unknown): boolean {
  return error instanceof Error && HARMLESS.test(error.message);
}

/** libvips joins the messages of all layers, the deepest reason last, and may add noise about seeking. */
const NOISE = /^(?:source: bad seek|$)/;
/** Names of functions and classes in front of the reason. */
const ORIGIN = /^(?:Input buffer has corrupt header:|Vips\w+:|vips\w+:|\w+load_buffer:|heif:|webp:)\s*/;
/** What sharp says when the one loader for these first bytes does not want the rest. */
const NO_LOADER = 'Input buffer contains unsupported image format';
const LONGEST = 200;

/** The decoder's own reason, in one line. */
export function decoderMessage(error: unknown): string {
  const text = messageOf(error);
  if (text === NO_LOADER) return 'the header is damaged';
  const lines = text
    .split('\n')
    .map((line) => line.trim().replace(ORIGIN, '').replace(ORIGIN, ''))
    .filter((line) => !NOISE.test(line));
  return lines.at(-1)?.slice(0, LONGEST) ?? 'the decoder gives no reason';
}
