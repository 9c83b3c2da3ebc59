// @ts-check
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './layout.js';
import { listFiles } from './stamp.js';

/**
 * The parts of a picture's record (`json/<picture>.json`) that the table shows.
 * @typedef {object} PictureRecord
 * @property {string} image
 * @property {string} status `ok` or `failed`
 * @property {number} width
 * @property {number} height
 * @property {Face[]} faces
 * @property {{ code: string }} [error]
 */

/**
 * Its attributes are the business of the core, which also words them.
 * @typedef {import('../../src/core/attributes.js').Attributes & { bbox: number[], confidence: number }} Face
 */

/**
 * How the core words records for people.
 * @typedef {object} Wording
 * @property {(face: Face) => { name: string, text: string }[]} faceParts
 * @property {(share: number) => string} percent
 */

const NEXT = 'Your own pictures:  npm start -- <folder> --output <folder for the results>';

/**
 * Prints what a run found and where it put it.
 * @param {string} output Folder of the results.
 */
export async function printTable(output) {
  const folder = path.join(output, 'json');
  /** @type {PictureRecord[]} */
  const records = listFiles(folder, '.json').map((name) =>
    JSON.parse(readFileSync(path.join(folder, name), 'utf8')),
  );
  const table = formatTable(records, await loadWording());
  console.log(['', table, '', ...outputLines(output), '', NEXT, '', ...reportLine(output)].join('\n'));
}

/** @returns {Promise<Wording>} */
async function loadWording() {
  /** @param {string} name */
  const load = (name) => import(pathToFileURL(path.join(root, 'dist/core', name)).href);
  return { ...(await load('face-text.js')), ...(await load('percent.js')) };
}

/**
 * One line per face, one per picture without.
 * @param {readonly PictureRecord[]} records
 * @param {Wording} wording
 */
export function formatTable(records, wording) {
  const parts = records.flatMap(({ faces }) => faces.flatMap((face) => wording.faceParts(face)));
  const names = [...new Set(parts.map(({ name }) => name))];
  const header = ['picture', 'size', 'face', ...names, 'confidence', 'box'];
  const rows = [header, ...records.flatMap((record) => pictureRows(record, names, wording))];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const faces = records.reduce((sum, record) => sum + record.faces.length, 0);
  return [...lines, '', `${count(faces, 'face')} in ${count(records.length, 'picture')}`].join('\n');
}

/**
 * @param {PictureRecord} record
 * @param {readonly string[]} names Attributes that have a column.
 * @param {Wording} wording
 * @returns {string[][]}
 */
function pictureRows({ image, status, width, height, faces, error }, names, { faceParts, percent }) {
  const picture = [image, `${width} x ${height}`];
  if (status !== 'ok') return [[image, '', error?.code ?? status]];
  if (faces.length === 0) return [[...picture, 'none']];
  return faces.map((face, index) => {
    const [x, y, w, h] = face.bbox;
    const parts = faceParts(face);
    const texts = names.map((name) => parts.find((part) => part.name === name)?.text ?? '');
    return [...picture, String(index), ...texts, percent(face.confidence), `${w} x ${h} at ${x}, ${y}`];
  });
}

/**
 * @param {number} n
 * @param {string} noun
 */
const count = (n, noun) => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** What to open next comes last. @param {string} output */
function reportLine(output) {
  const page = path.join(output, 'report/index.html');
  return existsSync(page) ? [`See it in a browser:  ${page}`] : [];
}

/** @param {string} output */
function outputLines(output) {
  return [
    ['one row per face', 'faces.csv'],
    ['one record per picture', 'json'],
    ['pictures with boxes and labels', 'annotated'],
  ]
    .map(([what, name]) => ({ what, file: path.join(output, name ?? '') }))
    .filter(({ file }) => existsSync(file))
    .map(({ what, file }) => `${(what ?? '').padEnd(32)}${file}`);
}
