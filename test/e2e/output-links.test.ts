import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { formatRecord } from '../../src/core/report.js';
import { okRecord } from '../records.js';
import { contents, facetag, launch, temporaryFolder, until } from './cli.js';
import { fingerprint } from './fingerprint.js';
import { tapLanes } from './lane-tap.js';
import { smallNames, smallPictures } from './small-pictures.js';

const NAMES = smallNames(3);
const [FIRST = ''] = NAMES;

let cwd: string;
let photos: string;
let output: string;
/** Somebody's files, which no run is about. */
let victim: string;
let before: { photos: Record<string, string>; victim: Record<string, string> };

beforeEach(async () => {
  cwd = temporaryFolder();
  [photos, output, victim] = ['photos', 'out', 'victim'].map((name) => path.join(cwd, name)) as [
    string,
    string,
    string,
  ];
  await smallPictures(photos, NAMES.length);
  // Under the names that results have, so that whatever follows a link finds something to harm.
  cpSync(photos, victim, { recursive: true });
  for (const name of NAMES) {
    writeFileSync(path.join(victim, `${name}.json`), formatRecord(okRecord(name)));
  }
  mkdirSync(path.join(victim, '.ssh'));
  writeFileSync(path.join(victim, '.ssh/authorized_keys'), 'ssh-ed25519 AAAA');
  before = { photos: fingerprint(photos), victim: fingerprint(victim) };
});

function expectUntouched(): void {
  expect({ photos: fingerprint(photos), victim: fingerprint(victim) }).toEqual(before);
}

/** Puts a link into the output folder. */
function plant(name: string, target: string): void {
  mkdirSync(path.dirname(path.join(output, name)), { recursive: true });
  symlinkSync(target, path.join(output, name));
}

const tag = (...flags: string[]) => facetag(['photos', '-o', 'out', ...flags], { cwd });

/** A record as a run would have left it, of a picture that is not there. */
function plantRecord(image: string): void {
  const file = path.join(output, 'json', `${image}.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, formatRecord(okRecord(image)));
}

describe('the originals', () => {
  it.each([[[]], [['--annotate']], [['--force']], [['--prune']]])(
    'outlive `ln -s ../photos out/annotated`, with %j',
    async (flags) => {
      plant('annotated', '../photos');
      const ran = await tag(...flags);
      expectUntouched();
      expect(ran.code).toBe(2);
      expect(ran.stderr).toContain(`${output}/annotated is a symbolic link`);
    },
  );

  it('outlive it too where records of an earlier run are', async () => {
    expect((await tag()).code).toBe(0);
    plant('annotated', '../photos');
    for (const flags of [['--force'], ['--force', '--annotate']]) {
      expect((await tag(...flags)).code).toBe(2);
      expectUntouched();
    }
  });

  it('outlive a hard link in the place of a copy: the name is replaced, not the file', async () => {
    mkdirSync(path.join(output, 'annotated', path.dirname(FIRST)), { recursive: true });
    linkSync(path.join(photos, FIRST), path.join(output, 'annotated', FIRST));
    expect((await tag('--annotate')).code).toBe(0);
    expectUntouched();
    expect(readFileSync(path.join(output, 'annotated', FIRST))).not.toEqual(
      readFileSync(path.join(photos, FIRST)),
    );
  });

  it('outlive copies that somebody keeps in out/annotated before the first run', async () => {
    cpSync(photos, path.join(output, 'annotated'), { recursive: true });
    const kept = fingerprint(path.join(output, 'annotated'));
    expect((await tag()).code).toBe(0);
    expect(fingerprint(path.join(output, 'annotated'))).toEqual(kept);
  });
});

describe('a hostile folder', () => {
  it.each([[[]], [['--annotate']], [['--prune']]])(
    'with facetag-out/annotated leading elsewhere harms nobody who runs `facetag .`, with %j',
    async (flags) => {
      mkdirSync(path.join(photos, 'facetag-out'));
      symlinkSync(victim, path.join(photos, 'facetag-out/annotated'));
      before.photos = fingerprint(photos);
      expect((await facetag(['.', ...flags], { cwd: photos })).code).toBe(2);
      expectUntouched();
    },
  );

  it('with facetag-out itself leading elsewhere is refused, unless it is named', async () => {
    mkdirSync(path.join(cwd, 'elsewhere'));
    symlinkSync(path.join(cwd, 'elsewhere'), path.join(photos, 'facetag-out'));
    const ran = await facetag(['.'], { cwd: photos });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('say so: -o facetag-out');
    expect(readdirSync(path.join(cwd, 'elsewhere'))).toEqual([]);
    expect((await facetag(['.', '-o', 'facetag-out'], { cwd: photos })).code).toBe(0);
    expect(readdirSync(path.join(cwd, 'elsewhere'))).toContain('faces.csv');
  });

  it.each([
    ['annotated', '.ssh/authorized_keys'],
    ['annotated/home', 'home/.ssh/authorized_keys'],
  ])('with %s leading to a home folder and a record to be pruned removes no key', async (link, image) => {
    plant(link, victim);
    plantRecord(image);
    const ran = await tag('--prune');
    expectUntouched();
    expect(ran.code).toBe(link === 'annotated' ? 2 : 0);
  });
});

describe('records', () => {
  it.each(['json', `json/${path.dirname(NAMES[0]!)}`])('are not written through %s', async (link) => {
    plant(link, victim);
    const ran = await tag();
    expectUntouched();
    expect(ran.code).toBe(link === 'json' ? 2 : 1);
    expect(ran.stderr).toContain('is a symbolic link');
  });
});

describe('merge', () => {
  beforeEach(async () => {
    for (const index of [1, 2]) {
      const args = ['photos', '-o', `s${index}`, '--shard', `${index}/2`, '--annotate', '--allow-empty'];
      expect((await facetag(args, { cwd })).code).toBe(0);
    }
  });

  const merge = () => facetag(['merge', 's1', 's2', '-o', 'out'], { cwd });

  it.each(['json', 'annotated', 'json/a', 'annotated/a'])('writes nothing through %s', async (link) => {
    plant(link, victim);
    const ran = await merge();
    expectUntouched();
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('a symbolic link');
  });

  it('copies no linked secret out of a share', async () => {
    const share = path.join(cwd, 's1', 'annotated');
    const [copy = ''] = [...contents(share).keys()];
    rmSync(path.join(share, copy));
    symlinkSync(path.join(victim, '.ssh/authorized_keys'), path.join(share, copy));
    const ran = await merge();
    expectUntouched();
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(`${copy} is a symbolic link`);
    for (const text of contents(output).values()) expect(text).not.toContain('ssh-ed25519');
  });
});

const canMakeDevices = process.getuid?.() === 0 && process.platform === 'linux';

describe('a table', () => {
  it.each(['faces.csv', 'faces.jsonl'])('does not replace %s that leads elsewhere', async (name) => {
    plant(name, path.join(victim, FIRST));
    const ran = await tag();
    expectUntouched();
    expect(ran.code).toBe(2);
    expect(lstatSync(path.join(output, name)).isSymbolicLink()).toBe(true);
  });

  it.skipIf(!canMakeDevices)('is not written to a device (needs the right to make one)', async () => {
    mkdirSync(output);
    execFileSync('/usr/bin/env', ['mknod', path.join(output, 'faces.csv'), 'c', '1', '3']);
    const ran = await tag();
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('faces.csv is a device');
    expect(lstatSync(path.join(output, 'faces.csv')).isCharacterDevice()).toBe(true);
  });
});

/** Every folder and file that a run makes below its output folder, those that do not stay included. */
function everyName(): string[] {
  const folders = NAMES.map((name) => path.dirname(name)).flatMap((folder) =>
    folder === '.' ? [] : folder.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/')),
  );
  return [
    ...[
      '.facetag.lock',
      '.facetag.lock.takeover',
      '.facetag-tmp',
      'facetag.json',
      'completion.json',
      'faces.csv',
      'faces.jsonl',
    ],
    ...['json', 'annotated'].flatMap((top) => [top, ...folders.map((folder) => `${top}/${folder}`)]),
    ...NAMES.flatMap((name) => [`json/${name}.json`, `annotated/${name}`]),
  ];
}

describe('every name that a run writes', () => {
  const flags = ['--annotate', '-f', 'csv,jsonl', '--prune', '-j', '1'];

  it('is in this list', async () => {
    expect((await tag(...flags)).code).toBe(0);
    const made = readdirSync(output, { recursive: true, encoding: 'utf8' });
    expect(made.filter((name) => !everyName().includes(name))).toEqual([]);
  });

  const folders = everyName().filter((name) => !/\.(jpg|json|csv|jsonl|lock|takeover)$/.test(name));

  it.each(everyName())('leads nowhere when it is a link: %s', async (name) => {
    plant(name, folders.includes(name) ? victim : path.join(victim, FIRST));
    const ran = await tag(...flags);
    expectUntouched();
    expect([1, 2]).toContain(ran.code);
    expect(ran.stderr).toContain('a symbolic link');
    expect(lstatSync(path.join(output, name)).isSymbolicLink()).toBe(true);
  });

  it.each(['.facetag.lock', 'json', 'facetag.json', 'faces.csv', `json/${FIRST}.json`, `annotated/${FIRST}`])(
    'makes nothing at the end of a link that leads nowhere: %s',
    async (name) => {
      plant(name, path.join(cwd, 'nothing'));
      const ran = await tag(...flags);
      expect([1, 2]).toContain(ran.code);
      expect(ran.stderr).toContain('a symbolic link');
      expect(existsSync(path.join(cwd, 'nothing'))).toBe(false);
    },
  );

  it.each([
    '.facetag.lock',
    '.facetag.lock.takeover',
    'json',
    'facetag.json',
    'faces.csv',
    `json/${FIRST}.json`,
    `annotated/${FIRST}`,
  ])('is refused when it is a FIFO, without waiting for its other end: %s', async (name) => {
    mkdirSync(path.dirname(path.join(output, name)), { recursive: true });
    execFileSync('/usr/bin/env', ['mkfifo', path.join(output, name)]);
    const ran = await tag(...flags);
    expectUntouched();
    expect([1, 2]).toContain(ran.code);
    expect(ran.stderr).toContain('a FIFO');
    expect(lstatSync(path.join(output, name)).isFIFO()).toBe(true);
  });
});

describe('a link put there during the run', () => {
  it.each(['json', 'annotated', '.facetag-tmp', 'faces.csv', 'json/a', 'annotated/a'])(
    'is not followed: %s',
    async (name) => {
      const flags = ['--annotate', '-j', '1'];
      expect((await tag(...flags)).code).toBe(0);
      const tap = tapLanes({ on: { [NAMES[1]!]: 'wait' } });
      const run = launch(['photos', '-o', 'out', '--force', ...flags], { cwd, env: tap.env });
      await until(() => tap.tasks().length === 2, 'the second picture is in flight');
      const place = path.join(output, name);
      if (existsSync(place)) renameSync(place, path.join(cwd, 'aside'));
      symlinkSync(name === 'faces.csv' ? path.join(victim, FIRST) : victim, place);
      tap.openGate();
      const ran = await run.ended;
      expectUntouched();
      // What was held open goes on, aside; what is opened anew is refused.
      if (name !== '.facetag-tmp' && name !== 'annotated' && name !== 'annotated/a')
        expect(ran.code).not.toBe(0);
    },
  );
});
