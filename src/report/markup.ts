import { createHash } from 'node:crypto';
import { escapeLineBreaks } from '../core/escape-controls.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that came from outside, for an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return escapeLineBreaks(text).replace(/[&<>"']/g, (found) => ENTITIES[found] ?? found);
}

/** JSON that may stand in a script element or a script: nothing in it ends either. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Code or style of ours inside an element, which must not end it. @throws {Error} when it would: a fault of the build. */
export function inlined(element: 'script' | 'style', content: string): string {
  if (new RegExp(`</${element}|<!--`, 'i').test(content)) throw new Error(`the ${element} would end itself`);
  return `<${element}>${content}</${element}>`;
}

/**
 * What the page may load. Code runs only by its hash; that code may then load the files of rows, which no name or other
 * content of the page can do (`strict-dynamic`). Of a page that was opened from disk 'self' is not said of its own folder
 * by every browser: pictures may be files. There is no network.
 */
export function contentPolicy(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src ${hashSource(script)} 'strict-dynamic'`,
    `style-src ${hashSource(style)}`,
    "img-src 'self' file: data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

const hashSource = (content: string): string =>
  `'sha256-${createHash('sha256').update(content).digest('base64')}'`;

/** `1,234,567`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
