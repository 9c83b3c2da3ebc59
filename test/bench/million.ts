import {
  appendFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { outputFolders } from '../../src/adapters/output-folder.js';
import { RECORD_FORMS, type RecordForm } from '../../src/config.js';
import type { PictureRecord } from '../../src/core/report.js';
import { repository } from '../shared.js';
import { measure, type Usage } from './run.js';

/**
 * What runs cost where nearly all pictures are done already, and what a list of paths costs that lead nowhere. Pictures
 * are links to a few small files; their records are made up in advance, for tagging a million would take half a day.
 * Prints Markdown.
 *
 *   node --import ./test/bench/run-typescript.js test/bench/million.ts [--sizes 10000,100000] [--forms tree,jsonl] [--what records,missing]
 *
 * Seconds are of the clock and, in parentheses, of the processor, lanes included. Memory is the highest resident set of
 * the process that finds pictures and writes tables. A million pictures need two million inodes and, in a tree, 5 GB.
 */
const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10000,100000' },
    forms: { type: 'string', default: 'tree,jsonl' },
    what: { type: 'string', default: 'records,missing' },
    scratch: { type: 'string', default: tmpdir() },
    bin: { type: 'string', default: path.join(repository, 'bin/facetag.js') },
  },
});

const PER_FOLDER = 500;
const ADDED = 10;
/** ext4 allows 65,000. */
const LINKS = 60_000;

const say = (text: string): void => {
  process.stdout.write(text + '\n');
};

/** Names are some thirty characters, as those of cameras in folders are. */
function nameOf(index: number): string {
  const folder = String(Math.floor(index / PER_FOLDER)).padStart(4, '0');
  return `archive/camera-${folder}/IMG_${String(index).padStart(8, '0')}.jpg`;
}

interface Photos {
  readonly folder: string;
  /** Adds a picture. */
  readonly add: (image: string) => Promise<void>;
}

/** A folder of pictures that takes no room. */
function openPhotos(home: string): Photos {
  const folder = path.join(home, 'photos');
  const made = new Set<string>();
  const jpeg = sharp(path.join(repository, 'fixtures/images/astronaut.png')).resize(160).jpeg().toBuffer();
  let added = 0;
  return {
    folder,
    add: async (image) => {
      const file = path.join(folder, image);
      if (!made.has(path.dirname(file))) mkdirSync(path.dirname(file), { recursive: true });
      made.add(path.dirname(file));
      const source = path.join(home, `source-${Math.floor(added / LINKS)}.jpg`);
      if (added % LINKS === 0) writeFileSync(source, await jpeg);
      linkSync(source, file);
      added += 1;
    },
  };
}

interface Measured extends Usage {
  /** Of the parent, in bytes. */
  readonly parent: number;
}

function facetag(home: string, ...args: readonly string[]): Measured {
  const summary = path.join(home, 'summary.json');
  const usage = measure([process.execPath, values.bin, ...args, '-q', '-j', '1', '--summary', summary]);
  if (usage.exit > 1) throw new Error(usage.stderr);
  const { peakMemory } = JSON.parse(readFileSync(summary, 'utf8')) as { peakMemory: { parent: number } };
  return { ...usage, parent: peakMemory.parent };
}

/** A record as this version writes them. */
async function firstRecord(home: string): Promise<PictureRecord> {
  const { folder, add } = openPhotos(path.join(home, 'first'));
  await add('first.jpg');
  const output = path.join(home, 'first/out');
  facetag(home, folder, '-o', output);
  return JSON.parse(readFileSync(path.join(output, 'json/first.jpg.json'), 'utf8')) as PictureRecord;
}

async function makeRecords(size: number, photos: Photos, output: string, form: RecordForm): Promise<void> {
  const like = await firstRecord(mkdtempSync(path.join(path.dirname(output), 'first-')));
  await outputFolders.hold(
    output,
    async (folder) => {
      const { ledger } = folder;
      await folder.writeRoots({ base: photos.folder });
      for (let index = 0; index < size; index += 1) {
        const image = nameOf(index);
        const { mtimeMs } = statSync(path.join(photos.folder, image));
        await ledger.write({ ...like, image }, Math.round(mtimeMs));
      }
    },
    { records: form },
  );
}

const cells = ({ wall, user, sys, parent }: Measured): string =>
  `${wall.toFixed(1)} (${(user + sys).toFixed(1)}) s, ${(parent / 1e6).toFixed(0)} MB`;

async function measureRecords(size: number, form: RecordForm, home: string): Promise<string> {
  const photos = openPhotos(home);
  for (let index = 0; index < size; index += 1) await photos.add(nameOf(index));
  const output = path.join(home, 'out');
  await makeRecords(size, photos, output, form);
  const run = (): Measured => facetag(home, photos.folder, '-o', output);
  const list = path.join(home, 'list');
  const byList = (): Measured => facetag(home, '--files-from', list, '--base', photos.folder, '-o', output);
  const addTo = async (folder: string): Promise<void> => {
    writeFileSync(list, '');
    for (let index = 0; index < ADDED; index += 1) {
      const image = `${folder}/IMG_${index}.jpg`;
      await photos.add(image);
      appendFileSync(list, `${path.join(photos.folder, image)}\n`);
    }
  };
  const all = run();
  const nothing = run();
  await addTo('archive/new');
  const added = run();
  await addTo('archive/newer');
  const addedByList = byList();
  const nothingByList = byList();
  return [form, size, ...[all, nothing, added, addedByList, nothingByList].map(cells)].join(' | ');
}

function measureMissing(size: number, home: string): string {
  const list = path.join(home, 'missing');
  for (let index = 0; index < size; index += 1000) {
    const lines = Array.from(
      { length: 1000 },
      (_, at) => `${path.join(home, 'photos', nameOf(index + at))}\n`,
    );
    appendFileSync(list, lines.join(''));
  }
  const found = measure([process.execPath, values.bin, '--files-from', list, '-n', '-q']);
  if (found.exit > 1) throw new Error(found.stderr);
  const told = facetag(home, '--files-from', list, '--jsonl', '--no-progress');
  const written = RECORD_FORMS.map((form) =>
    facetag(home, '--files-from', list, '-o', path.join(home, `missing-${form}`), '--records', form),
  );
  const dry = `${found.wall.toFixed(1)} (${(found.user + found.sys).toFixed(1)}) s`;
  return [size, dry, ...[told, ...written].map(cells)].join(' | ');
}

async function within(work: (home: string) => Promise<string> | string): Promise<void> {
  const home = mkdtempSync(path.join(values.scratch, 'facetag-million-'));
  try {
    say(`| ${await work(home)} |`);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const sizes = values.sizes.split(',').map(Number);
const forms = RECORD_FORMS.filter((form) => values.forms.split(',').includes(form));
const load = loadavg()[0]?.toFixed(1) ?? '?';
say(`${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, load ${load}, Node ${process.version}\n`);
if (values.what.includes('records')) {
  say(
    '| records | pictures | tables of all | nothing new | ten added | ten added by a list | nothing new by a list |',
  );
  say(`|${' --- |'.repeat(7)}`);
  for (const size of sizes)
    for (const form of forms) await within((home) => measureRecords(size, form, home));
}
if (values.what.includes('missing')) {
  say('\n| paths that lead nowhere | `-n` | `--jsonl` | records in a tree | in one file |');
  say(`|${' --- |'.repeat(5)}`);
  for (const size of sizes) await within((home) => measureMissing(size, home));
}
