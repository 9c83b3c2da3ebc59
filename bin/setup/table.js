// @ts-check
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { listFiles } from './stamp.js';

/**
 * The parts of a picture's record (`json/<picture>.json`) that the table shows.
 * @typedef {object} PictureRecord
 * @property {string} image
 * @property {string} status `ok` or `failed`
 * @property {number} width
 * @property {number} height
 * @property {{ bbox: number[], confidence: number, gender: string, genderConfidence: number, age: string, ageYears?: number }[]} faces
 * @property {{ code: string }} [error]
 */

const NEXT = 'Your own pictures:  npm start -- <folder> --output <folder for the results>';

const HEADER = ['picture', 'size', 'face', 'gender', 'age', 'confidence', 'box'];

/**
 * Prints what a run found and where it put it.
 * @param {string} output Folder of the results.
 */
export function printTable(output) {
  const folder = path.join(output, 'json');
  /** @type {PictureRecord[]} */
  const records = listFiles(folder, '.json').map((name) =>
    JSON.parse(readFileSync(path.join(folder, name), 'utf8')),
  );
  console.log(['', formatTable(records), '', ...outputLines(output), '', NEXT, ''].join('\n'));
}

/**
 * One line per face, one per picture without.
 * @param {readonly PictureRecord[]} records
 */
export function formatTable(records) {
  const rows = [HEADER, ...records.flatMap(pictureRows)];
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
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
 * @returns {string[][]}
 */
function pictureRows({ image, status, width, height, faces, error }) {
  const picture = [image, `${width} x ${height}`];
  if (status !== 'ok') return [[image, '', error?.code ?? status]];
  if (faces.length === 0) return [[...picture, 'none']];
  return faces.map(({ bbox: [x, y, w, h], confidence, gender, genderConfidence, age, ageYears }, index) => [
    ...picture,
    String(index),
    `${gender} ${percent(genderConfidence)}`,
    ageYears === undefined ? age : `${age} ${ageYears.toFixed(1)} years`,
    percent(confidence),
    `${w} x ${h} at ${x}, ${y}`,
  ]);
}

/** @param {number} share 0..1 */
const percent = (share) => `${Math.floor(share * 100)} %`;

/**
 * @param {number} n
 * @param {string} noun
 */
const count = (n, noun) => `${n} ${noun}${n === 1 ? '' : 's'}`;

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
