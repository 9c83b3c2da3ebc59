/*
 * fast-glob's matchers stop at a line break: nothing below a folder with one in its name would match `**`. It is given
 * stand-ins, lone surrogates, which no name read from a disk can contain. In the folder that it starts from it takes a
 * backslash for a separator.
 */

const BREAKS = '\n\r\u2028\u2029';
const STAND_INS = '\uDC0A\uDC0D\uDC28\uDC29';
const BACKSLASH = '\uDC5C';
const ANY_BREAK = /[\n\r\u2028\u2029]/g;
const ANY_STAND_IN = /(?<![\uD800-\uDBFF])[\uDC0A\uDC0D\uDC28\uDC29\uDC5C]/g;

export function hideLineBreaks(text: string): string {
  return swap(text, ANY_BREAK, BREAKS, STAND_INS);
}

export function showLineBreaks(text: string): string {
  return swap(text, ANY_STAND_IN, STAND_INS + BACKSLASH, `${BREAKS}\\`);
}

/** For the folder that patterns start from. */
export function hideBackslashes(folder: string): string {
  return folder.replaceAll('\\', BACKSLASH);
}

function swap(text: string, any: RegExp, from: string, to: string): string {
  return text.search(any) === -1 ? text : text.replace(any, (each) => to.charAt(from.indexOf(each)));
}
