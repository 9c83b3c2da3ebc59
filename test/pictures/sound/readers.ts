import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Programs that read a file as its encoder means it, into a PNG. */
const READERS = {
  imagemagick: (file: string, png: string) => [
    [
      '/usr/bin/convert',
      `${file}[0]`,
      '-auto-orient',
      '-colorspace',
      'sRGB',
      '-define',
      'png:color-type=6',
      png,
    ],
  ],
  dwebp: (file: string, png: string) => [['dwebp', '-quiet', file, '-o', png]],
  libheif: (file: string, png: string) => [['heif-convert', file, png]],
  avifdec: (file: string, png: string) => [['avifdec', file, png]],
  ffmpeg: (file: string, png: string) => [
    ['ffmpeg', '-nostdin', '-v', 'error', '-y', '-i', file, '-frames:v', '1', '-update', '1', png],
  ],
  tiff2rgba: (file: string, png: string) => [
    ['tiff2rgba', '-c', 'none', file, `${png}.tif`],
    ['/usr/bin/convert', `${png}.tif`, png],
  ],
} as const satisfies Record<string, (file: string, png: string) => readonly (readonly string[])[]>;

/** `scene`: the picture that the file was made from, where the encoder has no reader that shows it. */
export type Reader = keyof typeof READERS | 'pillow' | 'scene';

/** Reads one file with a program. @throws when the program fails or writes nothing. */
export function readWithProgram(reader: keyof typeof READERS, file: string, png: string): void {
  for (const [command = '', ...rest] of READERS[reader](file, png)) run(command, rest);
  if (!existsSync(png)) throw new Error(`${reader} wrote nothing`);
}

/** @throws with what the program said, when it fails. */
export function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', timeout: 120_000 });
}

const PILLOW = fileURLToPath(new URL('pillow.py', import.meta.url));

/** Debian's Pillow: another Python on the PATH may lack it. */
const PYTHON = '/usr/bin/python3';

/** Runs jobs of `pillow.py` in one process. @returns the error of each job, or null. */
export function runPillow(jobs: readonly object[]): readonly (string | null)[] {
  if (jobs.length === 0) return [];
  const answer = execFileSync(PYTHON, [path.resolve(PILLOW)], {
    input: JSON.stringify(jobs),
    encoding: 'utf8',
    maxBuffer: 1e8,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return JSON.parse(answer) as (string | null)[];
}
