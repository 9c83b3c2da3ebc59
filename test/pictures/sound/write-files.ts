import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import type { SoundFile } from './encoders.js';
import { run, runPillow } from './readers.js';
import { sceneAs, scenePath } from './scenes.js';

/** A file that could not be made here, and why. */
export interface NotMade {
  readonly file: SoundFile;
  readonly reason: string;
}

/** Writes the files into `folder`, from the scenes in `scenes`. @returns those that were not made. */
export async function writeSoundFiles(
  files: readonly SoundFile[],
  scenes: string,
  folder: string,
): Promise<readonly NotMade[]> {
  const notMade: NotMade[] = [];
  const byPillow: { file: SoundFile; job: object }[] = [];
  for (const file of files) {
    const [source, target] = [scenePath(scenes, file.scene), path.join(folder, file.name)];
    const { make } = file;
    try {
      if (make.kind === 'sharp') await make.encode(sharp(source)).toFile(target);
      else if (make.kind === 'command')
        run(
          make.command,
          make.arguments.map((argument) => argumentFor(argument, scenes, file, target)),
        );
      else {
        const job = make.kind === 'pillow' ? make.job : { orientation: make.orientation };
        byPillow.push({ file, job: { ...job, in: source, out: target } });
      }
    } catch (error) {
      notMade.push({ file, reason: (error as Error).message.split('\n').slice(0, 2).join(' ') });
    }
  }
  const errors = runPillow(byPillow.map(({ job }) => job));
  byPillow.forEach(({ file }, index) => {
    const reason = errors[index];
    if (reason) notMade.push({ file, reason });
    else if (file.make.kind === 'late exif') moveExifBack(path.join(folder, file.name));
  });
  return notMade;
}

function argumentFor(argument: string, scenes: string, { scene }: SoundFile, target: string): string {
  if (argument === 'IN') return scenePath(scenes, scene);
  if (argument === 'PPM') return sceneAs(scenes, scene, 'ppm');
  if (argument === 'TIF') return sceneAs(scenes, scene, 'tif');
  // With the format in front, as in `BMP3:OUT`.
  return argument.replace(/OUT$/, target);
}

const SIGNATURE_BYTES = 8;
const CHUNK_OVERHEAD = 12;

/** Moves a PNG's `eXIf` chunk to the place in front of IEND, which the format allows. */
function moveExifBack(file: string): void {
  const bytes = readFileSync(file);
  const chunks: Buffer[] = [];
  for (let at = SIGNATURE_BYTES; at < bytes.length;) {
    const end = at + CHUNK_OVERHEAD + bytes.readUInt32BE(at);
    chunks.push(bytes.subarray(at, end));
    at = end;
  }
  const isExif = (chunk: Buffer): boolean => chunk.toString('latin1', 4, 8) === 'eXIf';
  const others = chunks.filter((chunk) => !isExif(chunk));
  writeFileSync(
    file,
    Buffer.concat([
      bytes.subarray(0, SIGNATURE_BYTES),
      ...others.slice(0, -1),
      ...chunks.filter(isExif),
      ...others.slice(-1),
    ]),
  );
}
