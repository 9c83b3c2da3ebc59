/**
 * Writes hundreds of sound pictures with encoders that are not facetag's, and holds what the decoder makes of each against what
 * its encoder's own reader shows: the size as seen, and the mean colours of a grid.
 *
 *     node --import ./test/bench/run-typescript.js test/pictures/sound/run.ts
 *     node --import ./test/bench/run-typescript.js test/pictures/sound/run.ts --keep made --only webp
 *
 * `--decoder <module of another checkout>` tries other code on the same files; `--sample` writes the sample that
 * `npm test` decodes. Programs from Debian: imagemagick python3-pil libtiff-tools webp libheif-examples libavif-bin ffmpeg
 * libjpeg-turbo-progs. What is missing is named, and its files are left out.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { PictureDecoder } from '../../../src/ports.js';
import { repository } from '../../shared.js';
import { ENCODERS, type SoundFile, soundFiles } from './encoders.js';
import { gridDifference, gridOf, gridOfPng, storeGrid, type StoredGrid } from './grid.js';
import { readWithProgram, runPillow } from './readers.js';
import { inSample, SAMPLE_FOLDER, tolerance } from './sample.js';
import { scenePath, writeScenes } from './scenes.js';
import { writeSoundFiles } from './write-files.js';

const { values } = parseArgs({
  options: {
    decoder: { type: 'string', default: path.join(repository, 'dist/adapters/sharp.js') },
    keep: { type: 'string' },
    only: { type: 'string', default: '' },
    sample: { type: 'boolean', default: false },
  },
});

const MAX_DIM = 720;
const LIMITS = { maxDim: MAX_DIM, maxPixels: 1e8, maxMemory: 2e9, thorough: false };
const print = (text: string): void => void process.stdout.write(`${text}\n`);

const scratch = values.keep ?? mkdtempSync(path.join(tmpdir(), 'facetag-sound-'));
const [scenes, made, read] = ['scenes', 'made', 'read'].map((name) => path.join(scratch, name)) as [
  string,
  string,
  string,
];
for (const folder of [scenes, made, read]) mkdirSync(folder, { recursive: true });

const wanted = soundFiles().filter(({ name }) => name.includes(values.only));
await writeScenes(scenes);
const notMade = new Map(
  (await writeSoundFiles(wanted, scenes, made)).map(({ file, reason }) => [file, reason]),
);
const files = wanted.filter((file) => !notMade.has(file));
const unread = readAll(files);

// Loaded here: it blocks loaders of sharp that the scenes need.
const { createPictures } = (await import(pathToFileURL(path.resolve(values.decoder)).href)) as {
  createPictures: () => PictureDecoder;
};
const decoder = createPictures();

const counts = new Map(ENCODERS.map((by) => [by, { ok: 0, warned: 0, refused: 0, wrong: 0 }]));
const sample: Record<string, StoredGrid & { readonly reader: string }> = {};
for (const file of files) {
  const reason = unread.get(file);
  if (reason === undefined) await judge(file);
  else print(`not read by ${file.reader}: ${file.name}: ${reason}`);
}
for (const [file, reason] of notMade) print(`not made: ${file.name}: ${reason}`);
print(`| encoder | ok | ok, with a warning | refused | wrong |\n| --- | ---: | ---: | ---: | ---: |`);
for (const [by, { ok, warned, refused, wrong }] of counts)
  print(`| ${by} | ${ok} | ${warned} | ${refused} | ${wrong} |`);
const total = [...counts.values()].reduce((sum, { ok, warned, refused, wrong }) => ({
  ok: sum.ok + ok,
  warned: sum.warned + warned,
  refused: sum.refused + refused,
  wrong: sum.wrong + wrong,
}));
print(`| total | ${total.ok} | ${total.warned} | ${total.refused} | ${total.wrong} |`);
if (values.sample)
  writeFileSync(path.join(SAMPLE_FOLDER, 'expected.json'), `${JSON.stringify(sample, null, 1)}\n`);
if (values.keep === undefined) rmSync(scratch, { recursive: true, force: true });
if (total.refused + total.wrong > 0) process.exitCode = 1;

/** Has each file read by its encoder's own reader. @returns the reasons of those that were not. */
function readAll(list: readonly SoundFile[]): Map<SoundFile, string> {
  const failed = new Map<SoundFile, string>();
  const byPillow = list.filter(({ reader }) => reader === 'pillow');
  const errors = runPillow(
    byPillow.map(({ name }) => ({ in: path.join(made, name), png: path.join(read, `${name}.png`) })),
  );
  byPillow.forEach((file, index) => {
    const error = errors[index];
    if (error) failed.set(file, error);
  });
  for (const file of list) {
    const { reader, name, scene } = file;
    if (reader === 'pillow') continue;
    const png = path.join(read, `${name}.png`);
    try {
      if (reader === 'scene') copyFileSync(scenePath(scenes, scene), png);
      else readWithProgram(reader, path.join(made, name), png);
    } catch (error) {
      failed.set(file, (error as Error).message.split('\n').slice(0, 2).join(' '));
    }
  }
  return failed;
}

async function judge(file: SoundFile): Promise<void> {
  const { name, by } = file;
  const row = counts.get(by);
  if (!row) throw new Error(`no row for ${by}`);
  const shown = await gridOfPng(path.join(read, `${name}.png`), MAX_DIM);
  if (values.sample && inSample(name)) {
    mkdirSync(SAMPLE_FOLDER, { recursive: true });
    copyFileSync(path.join(made, name), path.join(SAMPLE_FOLDER, name));
    sample[name] = { reader: file.reader, ...storeGrid(shown) };
  }
  try {
    const picture = await decoder.decode(readFileSync(path.join(made, name)), LIMITS);
    const seen = gridOf(picture.raster, picture);
    const difference = gridDifference(seen, shown);
    if (difference > tolerance(name)) {
      row.wrong += 1;
      print(
        `wrong: ${name}: ${seen.width} x ${seen.height} and ${shown.width} x ${shown.height}, cells differ by ${difference.toFixed(1)}`,
      );
    } else if (picture.warnings) {
      row.warned += 1;
      print(`warning: ${name}: ${picture.warnings.join('; ')}`);
    } else row.ok += 1;
  } catch (error) {
    row.refused += 1;
    print(`refused: ${name}: ${(error as Error & { code?: string }).code ?? ''} ${(error as Error).message}`);
  }
}
