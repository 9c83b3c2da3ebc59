import { replaceFile } from './replace-file.js';

/** Writes a small JSON file whole or not at all. */
export async function replaceJson(file: string, value: unknown): Promise<void> {
  await replaceFile(file, `${JSON.stringify(value, null, 2)}\n`);
}
