import type { ReportHead, Row } from '../rows.js';
import { html } from './dom.js';

declare global {
  interface Window {
    /** Called by each file of rows. */
    facetagRows?: (rows: readonly Row[]) => void;
  }
}

/**
 * Reads the rows as scripts: a page that was opened from disk may run those beside it, and read nothing.
 *
 * @param take gets the rows of each file, in order.
 * @throws {Error} naming the file that is missing.
 */
export async function loadRows(head: ReportHead, take: (rows: readonly Row[]) => void): Promise<void> {
  if (head.rows) take(head.rows);
  window.facetagRows = take;
  await Promise.all(head.chunks.map(loadScript));
}

function loadScript(src: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = html('script', { src });
    // All are fetched at once and run in order.
    script.async = false;
    script.addEventListener('load', () => {
      script.remove();
      resolve();
    });
    script.addEventListener('error', () => {
      reject(new Error(`${src} is missing beside this page: write the report again`));
    });
    document.head.append(script);
  });
}
