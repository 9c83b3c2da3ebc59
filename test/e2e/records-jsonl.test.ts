import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { outputFolders } from '../../src/adapters/output-folder.js';
import { generator } from '../convert/caffe/random-weights.js';
import { okRecord } from '../records.js';
import { contents, facetag, launch, membersOf, temporaryFolder, until, type Ran } from './cli.js';
import { tapLanes } from './lane-tap.js';
import { smallNames, smallPictures } from './small-pictures.js';

const COUNT = 12;
const NAMES = smallNames(COUNT);
const [FIRST = '', SECOND = ''] = NAMES;
const BAD = 'b/c/not-a-picture.jpg';
const FLAGS = ['-f', 'csv,jsonl', '-j', '2'];

let cwd: string;

beforeEach(async () => {
  cwd = temporaryFolder();
  await smallPictures(path.join(cwd, 'photos'), COUNT);
  writeFileSync(path.join(cwd, 'photos', BAD), 'text');
});

const run = (...args: string[]): Promise<Ran> => facetag(args, { cwd });
const tree = (folder: string): Map<string, string> => contents(path.join(cwd, folder));
const sortedFile = (folder: string): string => path.join(cwd, folder, 'records.jsonl');

interface Line {
  readonly image: string;
  readonly mtimeMs: number;
}

const linesOf = (folder: string): Line[] =>
  readFileSync(sortedFile(folder), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

/** @returns which pictures lanes were given. */
async function tagged(...args: string[]): Promise<string[]> {
  const tap = tapLanes();
  const { code, stderr } = await facetag(args, { cwd, env: tap.env });
  expect(code, stderr).toBeLessThan(2);
  return tap.tasks().sort();
}

describe('--records jsonl', () => {
  it('writes one file instead of many, with one lane or two, and the tables of a tree', async () => {
    expect((await run('photos', '-o', 'tree', ...FLAGS, '--annotate')).code).toBe(1);
    expect((await run('photos', '-o', 'file', ...FLAGS, '--annotate', '--records', 'jsonl')).code).toBe(1);
    const [ofTree, ofFile] = [tree('tree'), tree('file')];
    const others = [...ofTree].filter(([name]) => !name.startsWith('json/'));
    const own = ['records.jsonl', 'tables.json'];
    expect([...ofFile].filter(([name]) => !own.includes(name))).toEqual(others);
    const records = linesOf('file');
    expect(records.map(({ image }) => image)).toEqual([...NAMES, BAD].sort());
    for (const { image, mtimeMs, check, ...record } of records as (Line & { check: string })[]) {
      expect(check).toMatch(/^[\da-f]{8}$/);
      expect(mtimeMs).toBe(Math.round(statSync(path.join(cwd, 'photos', image)).mtimeMs));
      expect({ image, ...record }).toEqual(JSON.parse(ofTree.get(`json/${image}.json`) ?? ''));
    }
    await run('photos', '-o', 'again', '-f', 'csv,jsonl', '-j', '1', '--annotate', '--records', 'jsonl');
    expect(tree('again')).toEqual(ofFile);
  });

  it('is what the folder stays with: later runs skip, redo what has changed and forget what is gone', async () => {
    await run('photos', '-o', 'out', '--records', 'jsonl');
    const before = tree('out');
    expect(await tagged('photos', '-o', 'out')).toEqual([]);
    expect(tree('out')).toEqual(before);
    expect(await tagged('photos', '-o', 'out', '--records', 'jsonl')).toEqual([]);

    // Another time: the content decides, and the time is noted.
    utimesSync(path.join(cwd, 'photos', FIRST), 1000, 1000);
    cpSync(path.join(cwd, 'photos', FIRST), path.join(cwd, 'photos', SECOND));
    rmSync(path.join(cwd, 'photos', BAD));
    const dry = await run('photos', '-o', 'out', '-n', '--prune');
    expect(dry.stdout.split('\n').filter((line) => !line.startsWith('skip'))).toEqual([
      `tag\t${SECOND}`,
      `prune\t${BAD}`,
      '',
    ]);
    expect(tree('out')).toEqual(before);
    expect(await tagged('photos', '-o', 'out', '--prune')).toEqual([SECOND]);
    const [first] = linesOf('out').filter(({ image }) => image === FIRST);
    expect(first?.mtimeMs).toBe(1_000_000);
    expect(linesOf('out').map(({ image }) => image)).toEqual(NAMES);
    expect(existsSync(path.join(cwd, 'out/records.journal'))).toBe(false);
    await run('photos', '-o', 'fresh', '--records', 'jsonl');
    expect(tree('out')).toEqual(tree('fresh'));
  });

  it('refuses the other form, and what has both', async () => {
    await run(path.join('photos', FIRST), '-o', 'file', '--records', 'jsonl');
    await run(path.join('photos', FIRST), '-o', 'tree');
    for (const [folder, other] of [
      ['file', 'tree'],
      ['tree', 'jsonl'],
    ] as const) {
      const before = tree(folder);
      for (const more of [[], ['-n']]) {
        const ran = await run('photos', '-o', folder, '--records', other, ...more);
        expect(ran).toMatchObject({ code: 2, stdout: '' });
        expect(ran.stderr).toContain(`--records, received "${other}"`);
        expect(ran.stderr).toContain(`--records ${other} writes them so`);
      }
      expect(tree(folder)).toEqual(before);
    }
    cpSync(path.join(cwd, 'tree/json'), path.join(cwd, 'file/json'), { recursive: true });
    const both = await run('photos', '-o', 'file');
    expect(both.code).toBe(2);
    expect(both.stderr).toContain('has records both in json and in records.jsonl');
    const bare = await run('photos', '--jsonl', '--records', 'jsonl');
    expect(bare.code).toBe(2);
  });

  it('holds also for a share without pictures, and leaves nothing where no picture is found', async () => {
    mkdirSync(path.join(cwd, 'empty'));
    await run('empty', '-o', 'out', '--allow-empty', '--records', 'jsonl');
    expect([...tree('out').keys()]).toContain('records.jsonl');
    await run('photos', '--base', 'empty', '-o', 'out');
    expect(existsSync(path.join(cwd, 'out/json'))).toBe(false);
    expect((await run('empty', '-o', 'none', '--records', 'jsonl')).code).toBe(2);
    expect(existsSync(path.join(cwd, 'none'))).toBe(false);
  });

  it('goes on round by round with --watch', async () => {
    const args = ['photos', '-o', 'out', '--records', 'jsonl', '--watch', '--settle', '0.3'];
    const running = launch(args, { cwd, group: true });
    const table = path.join(cwd, 'out/faces.csv');
    await until(() => existsSync(table), 'the first round is done');
    for (const name of ['new-1.jpg', 'new-2.jpg']) {
      cpSync(path.join(cwd, 'photos', FIRST), path.join(cwd, 'photos', name));
      await until(() => readFileSync(table, 'utf8').includes(`\n${name},`), `${name} is in the table`);
    }
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(143);
    await run('photos', '-o', 'fresh', '--records', 'jsonl');
    expect(tree('out')).toEqual(tree('fresh'));
  });

  it('keeps its folder out of what is tagged', async () => {
    await run('photos', '-o', 'photos/results', '--annotate', '--records', 'jsonl');
    const listed = await run('photos', '-n', '-o', 'elsewhere');
    expect(listed.stdout).not.toContain('results');
    expect(listed.stderr).toContain('it holds results of facetag');
  });
});

describe('a run with --records jsonl that is killed with SIGKILL', () => {
  it('at 8 random moments ends as an undisturbed one, each picture in flight redone at most', async () => {
    const names = await smallPictures(path.join(cwd, 'many'), 70);
    const args = (output: string): string[] => ['many', '-o', output, ...FLAGS, '--records', 'jsonl'];
    expect(await run(...args('clean'))).toMatchObject({ code: 0 });
    const random = generator(7);
    const tap = tapLanes();
    let kills = 0;
    for (let index = 0; index < 8; index += 1) {
      // Every fourth while the run is starting, the others spread from the first picture to the tables at the end.
      const [target, ms] = index % 4 === 0 ? [0, random() * 400] : [index * 9 + random() * 9, random() * 30];
      const killed = launch(args('killed'), { cwd, env: tap.env, group: true });
      let over = false;
      void killed.ended.finally(() => (over = true));
      await until(() => over || tap.tasks().length >= target, 'so many pictures are handed out');
      await sleep(ms);
      killed.child.kill('SIGKILL');
      if ((await killed.ended).signal === 'SIGKILL') kills += 1;
      await until(() => membersOf(killed.pid).length === 0, 'the orphaned lanes are gone');
    }
    expect(kills).toBeGreaterThan(4);
    expect(await facetag(args('killed'), { cwd, env: tap.env })).toMatchObject({ code: 0 });
    expect(new Set(tap.tasks())).toEqual(new Set(names));
    expect(tap.tasks().length - names.length).toBeLessThanOrEqual(kills * 2);
    expect(tree('killed')).toEqual(tree('clean'));
  });

  it('shows its records to whoever reads meanwhile, and to the next run', async () => {
    const tap = tapLanes({ on: { [NAMES[3] ?? '']: 'wait' } });
    const args = ['photos', '-o', 'out', '-j', '1', '--records', 'jsonl'];
    const killed = launch(args, { cwd, env: tap.env, group: true });
    await until(() => tap.tasks().length === 4, 'the fourth picture is in flight');
    killed.child.kill('SIGKILL');
    await killed.ended;
    tap.openGate();
    await until(() => membersOf(killed.pid).length === 0, 'the orphaned lane is gone');
    expect(existsSync(sortedFile('out'))).toBe(false);
    expect(existsSync(path.join(cwd, 'out/records.journal'))).toBe(true);
    const exported = await run('export', 'out', '--to', 'parquet', '-o', 'parquet');
    expect(exported).toMatchObject({ code: 0 });
    expect(exported.stderr).toContain('a run is writing to it, or was killed');
    expect(await tagged('photos', '-o', 'out')).toEqual([...NAMES, BAD].sort().slice(3));
  });
});

describe('what reads results', () => {
  it('finds the same in one file as in a tree', async () => {
    await run('photos', '-o', 'tree');
    await run('photos', '-o', 'file', '--records', 'jsonl');
    writeFileSync(path.join(cwd, 'labels.csv'), `image,gender,age\r\n${FIRST},F,38\r\n${SECOND},F,38\r\n`);
    for (const folder of ['tree', 'file']) {
      const before = tree(folder);
      for (const to of ['coco', 'voc', 'xmp']) {
        expect((await run('export', folder, '--to', to, '-o', `${folder}-${to}`)).code).toBe(0);
      }
      expect((await run('report', folder, '-o', `${folder}-report`)).code).toBe(0);
      expect(tree(folder)).toEqual(before);
    }
    for (const what of ['coco', 'voc', 'xmp']) expect(tree(`file-${what}`)).toEqual(tree(`tree-${what}`));
    expect([...tree('file-report').keys()]).toEqual([...tree('tree-report').keys()]);
    const evaluated = async (folder: string): Promise<Ran> =>
      run('eval', folder, '--labels', 'labels.csv', '--json');
    const figures = await evaluated('tree');
    expect(figures.code).toBe(0);
    expect(await evaluated('file')).toEqual(figures);
  });
});

describe('facetag merge of both forms', () => {
  const SHARDS = ['1/3', '2/3', '3/3'];

  beforeEach(async () => {
    for (const [index, shard] of SHARDS.entries()) {
      const form = index === 1 ? 'tree' : 'jsonl';
      await run('photos', '--shard', shard, '-o', `s${index}`, '--annotate', '--records', form);
    }
  });

  it('joins both forms into either, byte for byte what one run writes, however often', async () => {
    for (const form of ['tree', 'jsonl']) {
      await run('photos', '-o', `whole-${form}`, '--annotate', '--records', form);
      for (let times = 0; times < 2; times += 1) {
        const ran = await run('merge', 's0', 's1', 's2', '-o', form, '--records', form);
        expect(ran, ran.stderr).toMatchObject({ code: 0 });
        expect(tree(form)).toEqual(tree(`whole-${form}`));
      }
      expect(await tagged('photos', '-o', form, '--annotate')).toEqual([]);
    }
    // Without a word: a tree, where they differ; then what is there.
    await run('merge', 's0', 's1', 's2', '-o', 'default');
    expect(tree('default')).toEqual(tree('whole-tree'));
    expect((await run('merge', 's0', 's1', 's2', '-o', 'jsonl')).code).toBe(0);
    expect(tree('jsonl')).toEqual(tree('whole-jsonl'));
    await run('merge', 'whole-jsonl', '-o', 'alike');
    expect(tree('alike')).toEqual(tree('whole-jsonl'));
  });

  it('refuses a damaged line, named or not', async () => {
    const file = sortedFile('s0');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('"status":"ok"', '"status":"OK"'));
    const named = await run('merge', 's0', 's1', 's2', '-o', 'out');
    expect(named.code).toBe(2);
    expect(named.stderr).toContain('Expected whole records');
    writeFileSync(file, `rubbish\n${text}`);
    const unnamed = await run('merge', 's0', 's1', 's2', '-o', 'out');
    expect(unnamed.code).toBe(2);
    expect(unnamed.stderr).toContain('records.jsonl in');
    // Whoever else reads them says so and goes on; with what is left out it is no full success.
    const exported = await run('export', 's0', '--to', 'coco', '-o', 'coco');
    expect(exported).toMatchObject({ code: 1 });
    expect(exported.stderr).toContain('1 damaged line in records.jsonl left out');
  });
});

describe('a merge', () => {
  const args = (output: string, form: string): string[] => {
    return ['merge', 'm0', 'm1', '-o', output, '--records', form];
  };

  /** Two folders of so many records each. */
  async function makeFolders(records: number): Promise<void> {
    for (const [at, name] of ['m0', 'm1'].entries()) {
      await outputFolders.hold(
        path.join(cwd, name),
        async (folder) => {
          await folder.writeRoots({ base: path.join(cwd, 'photos') });
          for (let index = 0; index < records; index += 1) {
            const image = `${(index * 7919) % records}-${at}.jpg`;
            await folder.ledger.write(okRecord(image), 1000 + index);
          }
        },
        { records: 'jsonl' },
      );
    }
  }

  it.each(['tree', 'jsonl'])(
    'killed at random moments and repeated has the same bytes, as %s',
    async (form) => {
      await makeFolders(1500);
      const begun = performance.now();
      expect(await run(...args('clean', form))).toMatchObject({ code: 0 });
      const took = performance.now() - begun;
      const random = generator(11);
      for (let index = 0; index < 4; index += 1) {
        const running = launch(args('killed', form), { cwd });
        await sleep(took * (0.3 + 0.7 * random()));
        running.child.kill(index % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
        await running.ended;
      }
      expect(await run(...args('killed', form))).toMatchObject({ code: 0 });
      expect(tree('killed')).toEqual(tree('clean'));
    },
  );

  it.each([
    ['tree', 'json/0-0.jpg.json'],
    ['jsonl', 'records.journal'],
  ])('told to stop ends in order, is taken by nobody for whole, and goes on, as %s', async (form, begun) => {
    await makeFolders(4000);
    const running = launch(args('out', form), { cwd });
    await until(() => existsSync(path.join(cwd, 'out', begun)), 'records are written');
    running.child.kill('SIGTERM');
    const ended = await running.ended;
    expect(ended).toMatchObject({ code: 143, signal: null });
    expect(ended.stderr).toContain('Stopped by SIGTERM: run the same command again');
    const left = [...tree('out').keys()].filter((name) => !name.startsWith('json/'));
    const records = form === 'tree' ? [] : [begun];
    expect(left).toEqual(['completion.json', 'facetag.json', ...records]);
    expect(existsSync(path.join(cwd, 'out/.facetag-tmp'))).toBe(false);

    const partial = await run('merge', 'out', '-o', 'other');
    expect(partial.code).toBe(2);
    expect(partial.stderr).toMatch(/out is not finished: .*stopped by SIGTERM after \d+ of 8000 pictures/);
    expect(await run(...args('clean', form))).toMatchObject({ code: 0 });
    expect(await run(...args('out', form))).toMatchObject({ code: 0 });
    expect(tree('out')).toEqual(tree('clean'));
  });
});

describe('something else in the place of the records file', () => {
  it.each(['records.jsonl', 'records.journal'])('ends the run with 2 and stays: %s', async (name) => {
    const victim = path.join(cwd, 'victim');
    const odd = path.join(cwd, 'out', name);
    writeFileSync(victim, 'somebody else');
    const plants: Readonly<Record<string, () => void>> = {
      'a symbolic link': () => {
        symlinkSync(victim, odd);
      },
      'a FIFO': () => execFileSync('mkfifo', [odd]),
      'a folder': () => {
        mkdirSync(odd);
      },
    };
    for (const [kind, plant] of Object.entries(plants)) {
      rmSync(path.join(cwd, 'out'), { recursive: true, force: true });
      mkdirSync(path.join(cwd, 'out'));
      plant();
      const mode = lstatSync(odd).mode;
      for (const more of [[], ['--records', 'jsonl'], ['-n']]) {
        const ran = await run('photos', '-o', 'out', ...more);
        expect(ran.code).toBe(2);
        expect(ran.stderr).toContain(`${odd} is ${kind}`);
      }
      expect(lstatSync(odd).mode).toBe(mode);
    }
    expect(readFileSync(victim, 'utf8')).toBe('somebody else');
  });

  it.each(['records.jsonl', 'records.journal'])('during a run ends it with 2: %s', async (name) => {
    await run(path.join('photos', FIRST), '--base', 'photos', '-o', 'out', '--records', 'jsonl');
    const tap = tapLanes({ on: { [NAMES[3] ?? '']: 'wait' } });
    const running = launch(['photos', '-o', 'out', '-j', '1'], { cwd, env: tap.env });
    await until(() => tap.tasks().length === 3, 'the fourth picture is in flight');
    const victim = path.join(cwd, 'victim');
    renameSync(path.join(cwd, 'out', name), victim);
    const before = readFileSync(victim);
    symlinkSync(victim, path.join(cwd, 'out', name));
    tap.openGate();
    const ran = await running.ended;
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/is a symbolic link|was removed or replaced during the run/);
    // What is open goes on being written to, as a file that is moved away always is.
    expect(readFileSync(victim).subarray(0, before.length)).toEqual(before);
  });
});
