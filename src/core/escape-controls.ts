/** Control and format characters, which a terminal obeys or hides: line breaks, escape sequences, reversed writing. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const SHORT: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/**
 * A name or message that came from outside, safe to show on a terminal and always one line: `a\nb` is shown with a
 * backslash and an n. For people; machine output carries names as they are.
 */
export function escapeControls(text: string): string {
  return text.replace(UNPRINTABLE, (found) => SHORT.get(found) ?? hexEscape(found.codePointAt(0) ?? 0));
}

/**
 * A name in line-based output for programs: what could end or divide a line is escaped as for people; the rest, such as
 * the joiners of an emoji, stays as it is.
 */
export function escapeLineBreaks(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, escapeControls);
}

/**
 * Lines of machine output, safe to show on a terminal: what JSON text leaves as it is gets JSON's own escapes. Line ends
 * and tabs stay.
 */
export function escapeLines(text: string): string {
  return text.replace(UNPRINTABLE, (found) =>
    found === '\n' || found === '\t' ? found : found.split('').map(jsonEscape).join(''),
  );
}

const jsonEscape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** `\x1b`, `\u202e`, `\u{e0001}`. */
function hexEscape(code: number): string {
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}
