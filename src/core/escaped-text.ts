/*
 * Bytes of a file's name that are not UTF-8 appear as `\xNN` in the picture's name. So that no two files get one name, a
 * backslash that would look like the start of such an escape appears as `\x5c`: a file `\xff.jpg` is called `\x5cxff.jpg`.
 */

const BACKSLASH = '\\x5c';

/** The picture's name for a file's name that is text. */
export function escapeText(name: string): string {
  return name.includes('\\x') ? name.replace(/\\(?=x[0-9a-f]{2})/g, BACKSLASH) : name;
}

/** The file's name for a picture's. For a byte that is not UTF-8 it has what Node puts there, which opens no file. */
export function unescapeText(name: string): string {
  if (!name.includes('\\x')) return name;
  return name.replace(/\\x[0-9a-f]{2}/g, (escape) => (escape === BACKSLASH ? '\\' : '\uFFFD'));
}
