import { cannotTake } from './export-job.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // As they are, a parser makes spaces of them.
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Not among the characters of XML 1.0, section 2.2, in any form. */
const UNSAYABLE = /(?![\t\n\r\x7f-\x9f])[\p{Cc}\p{Surrogate}\ufffe\uffff]/u;

/**
 * Text for an element or an attribute's value.
 *
 * @throws {ImageError} for characters that XML cannot hold.
 */
export function xml(text: string | number): string {
  const words = String(text);
  if (UNSAYABLE.test(words)) throw cannotTake('XML cannot hold the control characters of its name');
  return words.replace(/[&<>"\t\n\r]/g, (found) => ENTITIES[found] ?? found);
}

export const XML_HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n';
