/** What a picture without a usable name is called. */
const UNNAMED = 'upload';

/** As file systems have it, in bytes. */
const LONGEST = 255;

/**
 * The name of a picture in its record, out of what a client calls it: its last part, whichever way slashes lean, without
 * control characters. What `facetag` would call a file of that name.
 */
export function uploadName(given: string | undefined): string {
  // By way of bytes: half a surrogate pair is no text, and no file system has it.
  const last =
    Buffer.from(given ?? '')
      .toString()
      .split(/[/\\]/)
      .at(-1) ?? '';
  // eslint-disable-next-line no-control-regex
  const name = last.replace(/[\u0000-\u001f\u007f]/g, '');
  return name === '' || name === '.' || name === '..' ? UNNAMED : shorten(name);
}

/** Keeps the end, which says what it is. */
function shorten(name: string): string {
  const characters = Array.from(name);
  let bytes = Buffer.byteLength(name);
  let from = 0;
  while (bytes > LONGEST) {
    bytes -= Buffer.byteLength(characters[from] ?? '');
    from += 1;
  }
  return characters.slice(from).join('');
}
