// @ts-check
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/*
 * A stamp is a small JSON file beside a step's result that says what the result was made from. It is written last and
 * in one rename, so that an interrupted step has none.
 */

/**
 * @param {string} file
 * @returns {unknown} undefined when there is none or it is damaged.
 */
export function readStamp(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * @param {string} file
 * @param {unknown} inputs
 */
export function writeStamp(file, inputs) {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify(inputs, null, 2) + '\n');
  renameSync(temporary, file);
}

/**
 * @param {string} file
 * @param {unknown} inputs
 */
export function isStamped(file, inputs) {
  return JSON.stringify(readStamp(file)) === JSON.stringify(inputs);
}

/**
 * @param {string} file
 * @returns {string | undefined} sha256 of its bytes in hex; undefined when it cannot be read. 3 MB take about 3 ms.
 */
export function hashContent(file) {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch {
    return undefined;
  }
}

/**
 * Hash of names and contents; a missing file counts as such.
 * @param {readonly string[]} files
 * @returns {string} Hex.
 */
export function hashFiles(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    let content;
    try {
      content = readFileSync(file);
    } catch {
      content = undefined;
    }
    hash.update(`${file}\0${content === undefined ? 'absent' : content.length}\0`);
    if (content !== undefined) hash.update(content);
  }
  return hash.digest('hex');
}

/**
 * Files below a folder with one of the endings, sorted; none when the folder is absent.
 * @param {string} folder
 * @param {string} ending
 * @returns {string[]} Paths relative to the folder.
 */
export function listFiles(folder, ending) {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith(ending))
      .sort();
  } catch {
    return [];
  }
}
