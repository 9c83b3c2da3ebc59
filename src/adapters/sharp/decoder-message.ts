import { messageOf } from '../../core/thrown.js';
import { ImageError } from '../../errors.js';

/** libvips joins the messages of all layers, the deepest reason last, and may add noise about seeking. */
const NOISE = /^(?:source: bad seek|$)/;
/** Names of functions and classes in front of the reason. */
const ORIGIN = /^(?:Input buffer has corrupt header:|Vips\w+:|vips\w+:|\w+load_buffer:|heif:|webp:)\s*/;
/** What sharp says when the one loader for these first bytes does not want the rest. */
const NO_LOADER = 'Input buffer contains unsupported image format';
const LONGEST = 200;

/** What libvips, its decoders and OpenCV say when the system gives them no more memory. */
const NO_MEMORY = /out of memory|insufficient memory|(?:cannot|unable to|failed to) alloc/i;

/** The failure of a picture that could not be decoded. */
export function decoderFault(error: unknown): ImageError {
  if (error instanceof ImageError) return error;
  const message = decoderMessage(error);
  return NO_MEMORY.test(message)
    ? new ImageError('TOO_LARGE', `decoding needs more memory than there is: ${message}`)
    : new ImageError('CORRUPT', message);
}

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
