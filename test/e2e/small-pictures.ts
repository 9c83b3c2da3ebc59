import { mkdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { ASTRONAUT } from '../pictures/made-picture.js';

/** Side in pixels: a face fills most of it, and a lane needs some 15 ms for it. */
const SIDE = 96;

/** Folders that the pictures are spread over. */
const FOLDERS = ['a', 'b/c', ''];

/** Names of the first `count` small pictures, in the order of a run. */
export function smallNames(count: number): string[] {
  const names = Array.from({ length: count }, (_, index) => {
    const name = `p${String(index).padStart(3, '0')}.jpg`;
    return path.join(FOLDERS[index % FOLDERS.length] ?? '', name);
  });
  return names.sort();
}

/** Writes `count` small pictures, no two alike, below `folder`. @returns their names. */
export async function smallPictures(folder: string, count: number): Promise<string[]> {
  const { data, info } = await sharp(ASTRONAUT).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const names = smallNames(count);
  for (const name of names) mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
  await Promise.all(
    names.map((name, index) => {
      const side = 150 + ((index * 7) % 120);
      return sharp(data, { raw: info })
        .extract({
          left: 130 + ((index * 13) % 60),
          top: 20 + ((index * 5) % 40),
          width: side,
          height: side,
        })
        .resize(SIDE, SIDE)
        .jpeg()
        .toFile(path.join(folder, name));
    }),
  );
  return names;
}
