import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import type { FailureCode } from '../../src/types.js';
import { repository } from '../shared.js';

/** A picture file made for a test, and what must become of it. */
export interface MadePicture {
  /** File name. */
  readonly name: string;
  readonly bytes: Buffer;
  readonly expected: 'ok' | FailureCode;
}

export const FIXTURES = path.join(repository, 'fixtures/images');

/** One face, 512 x 512. */
export const ASTRONAUT = path.join(FIXTURES, 'astronaut.png');

/** The astronaut through an encoder of sharp. */
export function encoded(encode: (image: Sharp) => Sharp): Promise<Buffer> {
  return encode(sharp(ASTRONAUT)).toBuffer();
}

export function astronautPng(): Promise<Buffer> {
  return readFile(ASTRONAUT);
}

/** Writes the files into `folder`, which is made if need be; returns their paths. */
export async function writePictures(folder: string, pictures: readonly MadePicture[]): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  return Promise.all(
    pictures.map(async ({ name, bytes }) => {
      const file = path.join(folder, name);
      await writeFile(file, bytes);
      return file;
    }),
  );
}
