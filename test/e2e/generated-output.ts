import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { formatMemory } from '../../src/core/roots.js';
import { recordPath } from '../../src/core/output-paths.js';
import { formatRecord, toRecord } from '../../src/core/report.js';
import { AGE_GROUPS, GENDERS, type Face, type ImageReport } from '../../src/types.js';
import { runKey } from '../records.js';

const [WIDTH, HEIGHT] = [320, 240];
const PER_FOLDER = 500;

export interface GeneratedOutput {
  readonly output: string;
  /** Names of the pictures, in order. */
  readonly images: readonly string[];
}

/**
 * An output folder with so many records: one picture in twenty failed, the others have none to three faces.
 *
 * @param different pictures that differ; the others are further names of these.
 */
export async function generateOutput(
  folder: string,
  count: number,
  different = 10,
): Promise<GeneratedOutput> {
  const [photos, output] = [path.join(folder, 'photos'), path.join(folder, 'out')];
  const sources = await Promise.all(Array.from({ length: different }, (_, index) => makePicture(index)));
  mkdirSync(output, { recursive: true });
  writeFileSync(path.join(output, 'facetag.json'), formatMemory({ base: photos }, output));
  const first = new Map<number, string>();
  const images = Array.from({ length: count }, (_, index) => {
    const image = `set-${Math.floor(index / PER_FOLDER)}/${String(index).padStart(6, '0')}.jpg`;
    const which = index % different;
    const source = sources[which]!;
    const file = path.join(photos, image);
    mkdirSync(path.dirname(file), { recursive: true });
    const twin = first.get(which);
    if (twin === undefined) {
      writeFileSync(file, source);
      first.set(which, file);
    } else linkSync(twin, file);
    const record = path.join(output, recordPath(image));
    mkdirSync(path.dirname(record), { recursive: true });
    writeFileSync(record, formatRecord(toRecord(image, reportOf(index, source), runKey)));
    return image;
  });
  return { output, images };
}

function makePicture(index: number): Promise<Buffer> {
  const background = { r: (index * 37) % 256, g: (index * 91) % 256, b: (index * 53) % 256 };
  const [noise, mean] = [{ type: 'gaussian' as const, sigma: 20 + (index % 40), mean: 128 }, background];
  return sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: mean, noise } })
    .tint(background)
    .jpeg({ quality: 60 + (index % 30) })
    .toBuffer();
}

function reportOf(index: number, bytes: Buffer): ImageReport {
  const source = { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  if (index % 20 === 19) {
    const failure = { stage: 'decode', code: 'TRUNCATED', message: 'the JPEG has no end marker' } as const;
    return { width: 0, height: 0, scale: 0, faces: [], source, failure };
  }
  const faces = Array.from({ length: index % 4 }, (_, place) => faceOf(index, place));
  return { width: WIDTH, height: HEIGHT, orientation: 1, scale: 1, faces, source };
}

function faceOf(index: number, place: number): Face {
  const [x1, y1] = [20 + 90 * place, 60 + (index % 50)];
  const group = (index + place) % AGE_GROUPS.length;
  return {
    box: { x1, y1, x2: x1 + 60, y2: y1 + 80 },
    confidence: Math.round(1e4 * (0.5 + ((index * 7 + place) % 50) / 100)) / 1e4,
    attributes: {
      gender: GENDERS[(index + place) % 2]!,
      genderConfidence: 0.9,
      age: AGE_GROUPS[group]!,
      ageConfidence: 0.6,
      ageYears: [1, 5, 10, 18, 28, 40, 50, 70][group]!,
      ageDistribution: AGE_GROUPS.map((_, each) => (each === group ? 0.6 : 0.0571)),
    },
  };
}
