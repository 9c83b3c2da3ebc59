/**
 * How many of the goldens' faces keep their gender and age group when their pictures are turned and carry no orientation:
 * `node --import ./test/bench/run-typescript.js test/golden/turned.ts`. A measurement, no test: docs/accuracy.md has the
 * figures.
 */
import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import type { Face } from '../../src/types.js';
import { compactPack } from '../compact-pack.js';
import { repository } from '../shared.js';
import { goldenPicture } from './pictures.js';
import { tagFile } from './tag.js';

const DEGREES = [90, 180, 270, 20, -20];
const MAX_DIM = 720;

const pack = await compactPack();
const golden = JSON.parse(
  await readFile(path.join(repository, 'test/golden/face-api-aligned-1.7.15.json'), 'utf8'),
) as { images: Record<string, unknown> };
const photos = Object.keys(golden.images).flatMap((name) => goldenPicture(name) ?? []);
const folder = await mkdtemp(path.join(tmpdir(), 'facetag-turned-'));
try {
  const upright = new Map<string, readonly Face[]>();
  for (const photo of photos) upright.set(photo, await tagFile(photo, pack, MAX_DIM));
  const total = [...upright.values()].reduce((sum, faces) => sum + faces.length, 0);
  process.stdout.write(`${photos.length} pictures, ${total} faces upright\n`);
  for (const degrees of DEGREES) {
    for (const turned of [false, true]) process.stdout.write(`${await row(upright, degrees, turned)}\n`);
  }
} finally {
  await rm(folder, { recursive: true });
}

async function row(upright: Map<string, readonly Face[]>, degrees: number, turned: boolean): Promise<string> {
  const count = { found: 0, extra: 0, gender: 0, both: 0 };
  for (const [photo, faces] of upright) {
    const image = sharp(photo).autoOrient();
    const { width, height } = (await sharp(photo).metadata()).autoOrient;
    const file = path.join(folder, 'turned.png');
    const { data, info } = await image.rotate(degrees).png().toBuffer({ resolveWithObject: true });
    await writeFile(file, data);
    const found = await tagFile(file, pack, MAX_DIM, { turned });
    const pairs = faces.map((face) => {
      const [x, y] = turnPoint(centre(face), degrees, { width, height }, info);
      return { face, other: found.find(({ box }) => box.x1 < x && x < box.x2 && box.y1 < y && y < box.y2) };
    });
    for (const { face, other } of pairs) {
      if (!other) continue;
      count.found += 1;
      const sameGender = face.attributes.gender === other.attributes.gender;
      count.gender += Number(sameGender);
      count.both += Number(sameGender && face.attributes.age === other.attributes.age);
    }
    count.extra += found.length - pairs.filter(({ other }) => other).length;
  }
  const how = turned ? '--turned' : 'plain   ';
  return `${degrees} ${how}: ${JSON.stringify(count)}`;
}

function centre({ box }: Face): readonly [number, number] {
  return [(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2];
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where a point is once the picture is turned clockwise about its middle, on a canvas that holds it whole. */
function turnPoint(
  [x, y]: readonly [number, number],
  degrees: number,
  from: Size,
  to: Size,
): [number, number] {
  const angle = (degrees * Math.PI) / 180;
  const [dx, dy] = [x - from.width / 2, y - from.height / 2];
  return [
    to.width / 2 + dx * Math.cos(angle) - dy * Math.sin(angle),
    to.height / 2 + dx * Math.sin(angle) + dy * Math.cos(angle),
  ];
}
