/**
 * Extensions that count as pictures inside folders and globs. heic, heif and bmp cannot be decoded: they are listed so
 * that they get UNSUPPORTED_FORMAT and nobody thinks they were tagged.
 */
const PICTURE_NAME = /\.(?:jpe?g|png|webp|tiff?|gif|avif|hei[cf]|bmp)$/i;

/** True when a file with this name (or path) is taken for a picture; case does not matter. */
export function isPictureName(name: string): boolean {
  return PICTURE_NAME.test(name);
}
