import { isArchiveName } from './archives/kind.js';

/**
 * Extensions that count as pictures inside folders and globs. jfif, jpe and jif are other names for JPEG, hif is one for
 * HEIF.
 */
const PICTURE_NAME = /\.(?:jpe?g|jfif|jpe|jif|png|webp|tiff?|gif|avif|hei[cf]|hif|bmp)$/i;

/** True when a file with this name (or path) is taken for a picture; case does not matter. */
export function isPictureName(name: string): boolean {
  return PICTURE_NAME.test(name);
}

/** Extensions that count as videos inside folders and globs. `.ts` is more often somebody's program. */
const VIDEOS = '3gp|avi|m2ts|m4v|mkv|mov|mp4|mpe?g|mts|webm|wmv';

const VIDEO_NAME = new RegExp(`\\.(?:${VIDEOS})$`, 'i');

/**
 * Extensions of pictures, camera raw files, videos and archives that are not read: who keeps such files beside photos is
 * told.
 */
const UNREAD_NAME = new RegExp(
  `\\.(?:${[
    // Camera raw.
    '3fr|arw|cr[23w]|dcr|dng|erf|iiq|kdc|mef|mos|mrw|nef|nrw|orf|pef|raf|raw|rw[2l]|sr[2fw]|x3f',
    // Other pictures.
    'apng|avifs|dds|eps|exr|hdr|hei[cf]s|ico|j2[ck]|jp2|jp[fx]|jxl|jxr|p[bgnp]m|pcx|ps[bd]|svgz?|tga|wdp|xcf',
    VIDEOS,
    // Read where they are named.
    'tar|tar\\.gz|tgz|zip',
  ].join('|')})$`,
  'i',
);

/** The extension, in lower case and with its dot, of a file that looks like a picture or a video and is not read. */
export function unreadExtension(name: string): string | undefined {
  return UNREAD_NAME.exec(name)?.[0].toLowerCase();
}

/** Which of the names that are found in folders a command takes, and which it tells of. */
export interface NameRules {
  readonly isTaken: (name: string) => boolean;
  /** The extension of a file that is not taken and should be told of. */
  readonly unread: (name: string) => string | undefined;
  /** Names that are taken besides by a glob that asks for them. */
  readonly isTakenByGlob?: (name: string) => boolean;
}

/** Of `facetag tag`. */
export const PICTURE_NAMES: NameRules = {
  isTaken: isPictureName,
  unread: unreadExtension,
  isTakenByGlob: isArchiveName,
};

/** Of `facetag video`, which has nothing to say of pictures. */
export const VIDEO_NAMES: NameRules = {
  isTaken: (name) => VIDEO_NAME.test(name),
  unread: () => undefined,
};
