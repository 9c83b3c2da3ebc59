/**
 * Extensions that count as pictures inside folders and globs. jfif, jpe and jif are other names for JPEG, hif is one for
 * HEIF.
 */
const PICTURE_NAME = /\.(?:jpe?g|jfif|jpe|jif|png|webp|tiff?|gif|avif|hei[cf]|hif|bmp)$/i;

/** True when a file with this name (or path) is taken for a picture; case does not matter. */
export function isPictureName(name: string): boolean {
  return PICTURE_NAME.test(name);
}

/** Extensions of pictures, camera raw files and videos that are not read: who keeps such files beside photos is told. */
const UNREAD_NAME = new RegExp(
  `\\.(?:${[
    // Camera raw.
    '3fr|arw|cr[23w]|dcr|dng|erf|iiq|kdc|mef|mos|mrw|nef|nrw|orf|pef|raf|raw|rw[2l]|sr[2fw]|x3f',
    // Other pictures.
    'apng|avifs|dds|eps|exr|hdr|hei[cf]s|ico|j2[ck]|jp2|jp[fx]|jxl|jxr|p[bgnp]m|pcx|ps[bd]|svgz?|tga|wdp|xcf',
    // Videos.
    '3gp|avi|m2ts|m4v|mkv|mov|mp4|mpe?g|mts|webm|wmv',
  ].join('|')})$`,
  'i',
);

/** The extension, in lower case and with its dot, of a file that looks like a picture or a video and is not read. */
export function unreadExtension(name: string): string | undefined {
  return UNREAD_NAME.exec(name)?.[0].toLowerCase();
}
