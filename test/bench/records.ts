import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { outputFolders } from '../../src/adapters/output-folder.js';
import { RECORD_FORMS, type RecordForm } from '../../src/config.js';
import { toRecord, type PictureRecord } from '../../src/core/report.js';
import { AGE_GROUPS, type Face } from '../../src/types.js';
import { runKey } from '../records.js';
import { repository } from '../shared.js';
import { measureSuccess, type Usage } from './run.js';

/**
 * What many records cost, as files in a tree and as lines of one file: merging them from many shares, merging again, and a
 * run that adds ten pictures to them, tables included. The records are made up; the ten pictures are real. Prints Markdown.
 *
 *   node --import ./test/bench/run-typescript.js test/bench/records.ts [--sizes 10000,100000] [--shares 1000] [--forms tree,jsonl]
 *
 * Seconds are of the clock and, in parentheses, of the processor. Memory is the proportional set size of the process tree. A million records in a tree need 10 GB of disk and many minutes.
 */
const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10000,100000' },
    shares: { type: 'string', default: '1000' },
    forms: { type: 'string', default: 'tree,jsonl' },
    scratch: { type: 'string', default: tmpdir() },
  },
});
const SHARES = Number(values.shares);
const ADDED = 10;
const bin = path.join(repository, 'bin/facetag.js');

/** Names are some forty characters, as those of cameras in folders are. */
const nameOf = (index: number): string => {
  const number = String(index).padStart(8, '0');
  return `archive/${2000 + (index % 25)}/camera-${String(index % 40).padStart(2, '0')}/IMG_${number}.jpg`;
};

/** As records of `compact` are: none to three faces. */
function recordOf(index: number): PictureRecord {
  const faces = Array.from({ length: index % 4 }, (_, place): Face => ({
    box: { x1: 20 + 90 * place, y1: 60, x2: 100 + 90 * place, y2: 160 },
    confidence: 0.9 - place / 10,
    attributes: {
      ...{
        gender: 'Female',
        genderConfidence: 0.9412,
        age: '(25-32)',
        ageConfidence: 0.6817,
        ageYears: 27.3,
      },
      ageDistribution: AGE_GROUPS.map((_, group) => (group === 4 ? 0.6817 : 0.0454)),
      quality: 0.4712,
    },
  }));
  const source = { bytes: 100_000 + index, sha256: index.toString(16).padStart(64, 'a') };
  return toRecord(
    nameOf(index),
    { width: 4032, height: 3024, orientation: 1, scale: 0.1786, faces, source },
    runKey,
  );
}

/** Output folders of shares with so many records in all. */
async function makeShares(folder: string, size: number, form: RecordForm): Promise<string[]> {
  const shares: string[] = [];
  for (let share = 0; share < Math.min(SHARES, size); share += 1) {
    const output = path.join(folder, `share-${share}`);
    shares.push(output);
    await outputFolders.hold(
      output,
      async (held) => {
        await held.writeRoots({ base: path.join(folder, 'photos') });
        for (let index = share; index < size; index += SHARES) {
          await held.ledger.write(recordOf(index), 1_600_000_000_000 + index);
        }
      },
      { records: form },
    );
  }
  return shares;
}

/** @returns the list that `--files-from` takes. */
async function makePictures(folder: string): Promise<string> {
  const photos = path.join(folder, 'photos/new');
  mkdirSync(photos, { recursive: true });
  const files = Array.from({ length: ADDED }, (_, index) => path.join(photos, `${index}.jpg`));
  const source = readFileSync(path.join(repository, 'fixtures/images/astronaut.png'));
  for (const [index, file] of files.entries())
    await sharp(source)
      .resize(200 + index)
      .jpeg()
      .toFile(file);
  const list = path.join(folder, 'list');
  writeFileSync(list, files.join('\n'));
  return list;
}

const facetag = (...args: string[]): Usage =>
  measureSuccess([process.execPath, bin, ...args, '-q'], { memory: true });

/** Of the clock, and of the processor: other work makes the first longer, hardly the second. */
const seconds = ({ wall, user, sys }: Usage): string => `${wall.toFixed(1)} (${(user + sys).toFixed(1)})`;
const megabytes = (usage: Usage): string => ((usage.peakPss ?? 0) / 1e6).toFixed(0);
const say = (text: string): void => {
  process.stdout.write(text + '\n');
};

async function measureSize(size: number, form: RecordForm): Promise<string> {
  const folder = mkdtempSync(path.join(values.scratch, 'facetag-records-'));
  try {
    const shares = await makeShares(folder, size, form);
    const list = await makePictures(folder);
    const output = path.join(folder, 'merged');
    const first = facetag('merge', ...shares, '-o', output);
    const again = facetag('merge', ...shares, '-o', output);
    const add = (to: string): Usage =>
      facetag(
        '--files-from',
        list,
        '--base',
        path.join(folder, 'photos'),
        '-o',
        to,
        '-j',
        '1',
        '--records',
        form,
      );
    const alone = add(path.join(folder, 'alone'));
    const added = add(output);
    const unchanged = add(output);
    const bytes = statSync(path.join(output, form === 'jsonl' ? 'records.jsonl' : 'faces.csv')).size;
    return [
      ...[form, size, seconds(first), ((first.wall / size) * 1000).toFixed(3), megabytes(first)],
      ...[
        seconds(again),
        megabytes(again),
        seconds(alone),
        seconds(added),
        megabytes(added),
        seconds(unchanged),
      ],
      (bytes / 1e6).toFixed(0),
    ].join(' | ');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const forms = values.forms.split(',').map((name) => RECORD_FORMS.find((form) => form === name) ?? 'tree');
say(
  `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1) ?? '?'}, Node ${process.version}, ${SHARES} shares\n`,
);
say(
  '| records | pictures | merge s | ms a record | MB | merge again s | MB | ten alone s | ten added s | MB | none added s | MB of `records.jsonl` or `faces.csv` |',
);
say(`|${' --- |'.repeat(12)}`);
for (const size of values.sizes.split(',').map(Number)) {
  for (const form of forms) say(`| ${await measureSize(size, form)} |`);
}
