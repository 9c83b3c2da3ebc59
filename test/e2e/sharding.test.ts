import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { repository } from '../shared.js';
import { bin, contents, facetag, hermetic, launch, temporaryFolder, until, type Ran } from './cli.js';
import { tapLanes } from './lane-tap.js';
import { eventsOf } from './outcome.js';
import { smallNames, smallPictures } from './small-pictures.js';

const COUNT = 18;
const SHARDS = ['1/3', '2/3', '3/3'];
const BAD = 'b/c/not-a-picture.jpg';

let cwd: string;

beforeEach(async () => {
  cwd = temporaryFolder();
  await smallPictures(path.join(cwd, 'photos'), COUNT);
  writeFileSync(path.join(cwd, 'photos', BAD), 'text');
});

const run = (...args: string[]): Promise<Ran> => facetag(args, { cwd });
const shardFolder = (shard: string): string => `shard-${shard[0] ?? ''}`;
const tree = (folder: string): Map<string, string> => contents(path.join(cwd, folder));

/** @returns the exit code of each shard. */
async function tagShards(...flags: string[]): Promise<(number | null)[]> {
  const codes = [];
  for (const shard of SHARDS) {
    const args = ['photos', '--shard', shard, '-o', shardFolder(shard), ...flags];
    codes.push((await run(...args)).code);
  }
  return codes;
}

describe('shards', () => {
  it('merge into what one run over everything writes, byte for byte, however often', async () => {
    expect((await run('photos', '-o', 'whole', '-f', 'csv,jsonl', '--annotate')).code).toBe(1);
    // Only one of them has the bad picture.
    expect((await tagShards('--annotate')).sort()).toEqual([0, 0, 1]);
    const shares = SHARDS.map((shard) => [...tree(`${shardFolder(shard)}/json`).keys()]);
    expect(shares.flat().sort()).toEqual([...smallNames(COUNT), BAD].map((name) => `${name}.json`).sort());
    for (const share of shares) expect(share.length).toBeGreaterThan(0);

    const merge = ['merge', ...SHARDS.map(shardFolder), '-o', 'merged', '-f', 'csv,jsonl'];
    expect(await run(...merge)).toMatchObject({ code: 0, stdout: '' });
    expect(tree('merged')).toEqual(tree('whole'));
    expect(await run(...merge)).toMatchObject({ code: 0 });
    expect(tree('merged')).toEqual(tree('whole'));
    // Merged in another order, nothing differs either.
    const reversed = SHARDS.map(shardFolder).reverse();
    expect(await run('merge', ...reversed, '-o', 'other', '-f', 'csv,jsonl')).toMatchObject({ code: 0 });
    expect(tree('other')).toEqual(tree('whole'));

    // A later run over everything goes on from the merged folder.
    const tap = tapLanes();
    const later = await facetag(['photos', '-o', 'merged', '--annotate'], { cwd, env: tap.env });
    expect(later.code).toBe(1);
    expect(tap.tasks()).toEqual([]);
    const name = `json/${smallNames(1)[0] ?? ''}.json`;
    expect(statSync(path.join(cwd, 'merged', name)).mtimeMs).toBe(
      statSync(path.join(cwd, 'whole', name)).mtimeMs,
    );
  });

  it('stay as they are when pictures are added', async () => {
    const list = async (shard: string) => (await run('photos', '--shard', shard, '-n')).stdout.split('\n');
    const before = await Promise.all(SHARDS.map(list));
    cpSync(path.join(cwd, 'photos/a'), path.join(cwd, 'photos/added'), { recursive: true });
    const after = await Promise.all(SHARDS.map(list));
    for (const [index, share] of after.entries()) {
      expect(share.filter((line) => !line.includes('added'))).toEqual(before[index]);
    }
    expect(after.flat().filter(Boolean).length).toBe(COUNT + 1 + COUNT / 3);
  });

  it('without a picture are no fault, and merge; nothing to share out is one', async () => {
    const args = [path.join('photos', BAD), '--base', 'photos'];
    const codes = [];
    for (const shard of SHARDS) {
      codes.push((await run(...args, '--shard', shard, '-o', shardFolder(shard))).code);
    }
    expect(codes.sort()).toEqual([0, 0, 1]);
    expect(await run('merge', ...SHARDS.map(shardFolder), '-o', 'merged')).toMatchObject({ code: 0 });
    expect([...tree('merged/json').keys()]).toEqual([`${BAD}.json`]);
    mkdirSync(path.join(cwd, 'empty'));
    expect((await run('empty', '--shard', '1/3', '-o', 'none')).code).toBe(2);
  });

  it('exit 0 with --allow-failed and are noted as complete, the same each time', async () => {
    const noted: string[] = [];
    for (let times = 0; times < 2; times += 1) {
      expect(await tagShards('--allow-failed')).toEqual([0, 0, 0]);
      noted.push(tree('shard-1').get('completion.json') ?? '');
    }
    expect(noted[1]).toBe(noted[0]);
    expect(JSON.parse(noted[0] ?? '')).toMatchObject({
      schemaVersion: 1,
      complete: true,
      shares: [{ index: 1, count: 3, pictures: tree('shard-1/json').size }],
      unfinished: [],
    });
  });
});

describe('--shard auto', () => {
  it('takes what the scheduler says, and tells which', async () => {
    const env = {
      SLURM_ARRAY_TASK_ID: '1',
      SLURM_ARRAY_TASK_MIN: '0',
      SLURM_ARRAY_TASK_MAX: '2',
      SLURM_ARRAY_TASK_COUNT: '3',
      FACETAG_LOG_FORMAT: 'json',
    };
    const ran = await facetag(['photos', '--shard', 'auto', '-o', 'out-{shard}', '--allow-failed'], {
      cwd,
      env,
    });
    expect(ran.code).toBe(0);
    expect(eventsOf('note', ran.stderr)).toMatchObject([
      { message: 'Share 2 of 3: SLURM_ARRAY_TASK_ID is 1' },
    ]);
    const shard = { index: 2, count: 3, from: 'SLURM_ARRAY_TASK_ID' };
    expect(eventsOf('run-start', ran.stderr)).toMatchObject([{ shard }]);
    expect((await run('photos', '--shard', '2/3', '-o', 'typed', '--allow-failed')).code).toBe(0);
    expect(tree('out-2-of-3')).toEqual(tree('typed'));
  });

  it('is refused where it would be a guess, before anything is written', async () => {
    const env = { JOB_COMPLETION_INDEX: '0' };
    const ran = await facetag(['photos', '--shard', 'auto', '-o', 'out-{shard}'], { cwd, env });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain('auto/N, with N the number of shares');
    expect((await run('photos', '--shard', 'auto/3')).stderr).toContain('say --shard K/N');
    expect(tree('.').size).toBe(COUNT + 1);
  });
});

/** The line that the README gives, with the folder and the command of this test. */
function readmeLine(): string {
  const readme = readFileSync(path.join(repository, 'README.md'), 'utf8');
  const [line = ''] = /^parallel .*$/m.exec(readme) ?? [];
  expect(line).toContain('facetag merge');
  return line.replace('/data/photos', 'photos');
}

const PARALLEL = ['/usr/bin/parallel', '/usr/local/bin/parallel'].find(
  (file) => existsSync(file) && spawnSync(file, ['--version']).stdout.toString().startsWith('GNU parallel'),
);

describe('the line of the README', () => {
  /** A small set: one picture is broken, and a share is empty. */
  beforeEach(() => {
    for (const name of smallNames(COUNT).slice(2)) rmSync(path.join(cwd, 'photos', name));
    writeFileSync(path.join(cwd, 'facetag'), `#!/bin/sh\nexec ${process.execPath} ${bin} "$@"\n`, {
      mode: 0o755,
    });
  });

  function expectMerged(line: string): void {
    const env = hermetic();
    env['PATH'] = `${cwd}:${env['PATH'] ?? ''}`;
    const ran = spawnSync('bash', ['-c', line], { cwd, env, encoding: 'utf8' });
    expect(ran.status, ran.stderr).toBe(0);
    const shares = [1, 2, 3, 4].map((index) => tree(`out-${index}/json`).size);
    expect(shares).toContain(0);
    expect([...tree('out/json').keys()]).toEqual(
      [...smallNames(COUNT).slice(0, 2), BAD].map((name) => `${name}.json`),
    );
  }

  it.skipIf(PARALLEL === undefined)(
    'merges although a picture is broken and a share empty (needs GNU parallel)',
    () => {
      expectMerged(readmeLine());
    },
  );

  it('does so with background jobs of a shell', () => {
    const [flags = ''] = /--allow-\S+/.exec(readmeLine()) ?? [];
    expectMerged(
      `for k in 1 2 3 4; do facetag photos -o out-$k --shard $k/4 ${flags} & jobs="$jobs $!"; done
       for job in $jobs; do wait $job || exit 9; done && facetag merge out-[1-4] -o out`,
    );
  });
});

describe('facetag merge', () => {
  /** Tagged once; every test breaks a copy. */
  const template = mkdtempSync(path.join(tmpdir(), 'facetag-shards-'));

  afterAll(() => {
    rmSync(template, { recursive: true, force: true });
  });

  beforeEach(async () => {
    const tagged = SHARDS.map(shardFolder);
    const move = (from: string, to: string): void => {
      for (const folder of [...tagged, 'photos']) {
        cpSync(path.join(from, folder), path.join(to, folder), { recursive: true, preserveTimestamps: true });
      }
    };
    if (existsSync(path.join(template, 'photos'))) move(template, cwd);
    else {
      await tagShards();
      move(cwd, template);
    }
  });

  async function refused(args: readonly string[], ...words: (string | RegExp)[]): Promise<void> {
    const ran = await run('merge', ...args, '-o', 'merged');
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    for (const word of words) expect(ran.stderr).toMatch(word);
    expect(existsSync(path.join(cwd, 'merged'))).toBe(false);
  }

  it('refuses the same picture in two folders', async () => {
    expect((await run('photos/a', '--base', 'photos', '-o', 'overlap')).code).toBe(0);
    await refused(['shard-1', 'shard-2', 'shard-3', 'overlap'], /a\/p\d+\.jpg in one folder only/, /overlap/);
    await refused(['shard-1', 'shard-1'], /share 1\/3 in one folder only/);
  });

  it('refuses results of other settings', async () => {
    rmSync(path.join(cwd, 'shard-2'), { recursive: true });
    await run('photos', '--shard', '2/3', '-o', 'shard-2', '--min-confidence', '0.7');
    await refused(['shard-1', 'shard-2', 'shard-3'], /the pack, models, engine and settings/, /shard-2/);
  });

  it('refuses results of another base folder', async () => {
    rmSync(path.join(cwd, 'shard-2'), { recursive: true });
    await run('photos/a', '--shard', '2/3', '-o', 'shard-2');
    await refused(['shard-1', 'shard-2', 'shard-3'], /one base folder/, /photos\/a/);
  });

  it('refuses a damaged record, what is no output folder, and to merge into itself', async () => {
    const [first = ''] = tree('shard-1/json').keys();
    writeFileSync(path.join(cwd, 'shard-1/json', first), '{');
    await refused(['shard-1', 'shard-2', 'shard-3'], /whole records/);
    await refused(['shard-2', 'photos'], /an output folder of facetag/);
    expect((await run('merge', 'shard-2', 'shard-3', '-o', 'shard-3')).code).toBe(2);
  });

  it('refuses to write into a folder that it reads, whatever its name', async () => {
    symlinkSync('shard-1', path.join(cwd, 'linked'));
    const before = contents(cwd);
    for (const output of ['linked', 'linked/json', 'shard-2/json', 'shard-3/merged']) {
      const ran = await run('merge', 'shard-1', 'shard-2', 'shard-3', '-o', output);
      expect(ran.code, output).toBe(2);
      expect(ran.stderr).toContain('a folder outside those that are merged');
    }
    // The reverse is no harm: shares are where their whole is.
    expect(contents(cwd)).toEqual(before);
    expect((await run('merge', 'shard-1', 'shard-2', 'shard-3', '-o', '.')).code).toBe(0);
    expect(contents(path.join(cwd, 'shard-1'))).toEqual(contents(path.join(template, 'shard-1')));
  });

  it('refuses records of an older format, and says what to do', async () => {
    const [first = ''] = tree('shard-2/json').keys();
    const file = path.join(cwd, 'shard-2/json', first);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"schemaVersion": 2', '"schemaVersion": 1'));
    await refused(['shard-1', 'shard-2', 'shard-3'], /records of format 2/, /pictures of .*shard-2 again/);
  });

  it('refuses to mix its results with others', async () => {
    expect((await run('photos', '-o', 'taken')).code).toBe(1);
    const before = tree('taken');
    const ran = await run('merge', 'shard-1', 'shard-2', '--allow-partial', '-o', 'taken');
    expect(ran.code).toBe(2);
    expect(tree('taken')).toEqual(before);
  });

  it('refuses when a share is missing, and merges what there is when that is allowed, saying so', async () => {
    await refused(['shard-2'], /Shares 1, 3 of 3 are missing/, /--allow-partial/);
    const partial = await run('merge', 'shard-1', 'shard-3', '--allow-partial', '-o', 'merged');
    expect(partial.code).toBe(0);
    expect(partial.stderr).toMatch(/^warning: Merged in part: Share 2 of 3 is missing$/m);
    const shares = ['shard-1', 'shard-3'].flatMap((folder) => [...tree(`${folder}/json`).keys()]);
    expect([...tree('merged/json').keys()]).toEqual(shares.sort());
    // Nobody takes it for everything later.
    expect((await run('merge', 'merged', '-o', 'again')).stderr).toMatch(/merged is not finished/);
    // The share that was missing makes it whole, and so does a run over everything.
    const whole = await run('merge', ...SHARDS.map(shardFolder), '-o', 'merged');
    expect(whole).toMatchObject({ code: 0 });
    expect([...tree('merged').keys()]).not.toContain('completion.json');
  });

  it('of a number names shares that have no folder, and the lines that run them', async () => {
    rmSync(path.join(cwd, 'shard-1'), { recursive: true });
    mkdirSync(path.join(cwd, 'shard-2b'));
    const ran = await run('merge', '--of', '3', 'shard-1', 'shard-2', 'shard-2b', '-o', 'merged');
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(/^warning: No run has begun yet: .*shard-1 is not there, and 1 folder more$/m);
    expect(ran.stderr).toContain(
      [
        '  Shares 1, 3 of 3 are missing',
        'To run these shares again:',
        '  Slurm: sbatch --array=1,3',
        '  Kubernetes: completion indexes 0,2',
        '  GNU parallel: ::: 1 3',
        '',
      ].join('\n'),
    );
    // Three out of four may look like everything.
    await refused(['shard-2', 'shard-3', '--of', '4'], /shares of 4 \(--of\) for .*shard-2, received "2\/3"/);
    const partial = await run('merge', '--of', '3', 'shard-2', 'shard-3', '--allow-partial', '-o', 'merged');
    expect(partial.code).toBe(0);
    expect(partial.stderr).toMatch(/^warning: Merged in part: Share 1 of 3 is missing$/m);
  });

  it.each([
    ['slurm', '1,3\n'],
    ['slurm0', '0,2\n'],
    ['kubernetes', '0,2\n'],
    ['list', '1\n3\n'],
  ])('--missing %s prints what is to be run again, and nothing when all is there', async (form, stdout) => {
    const before = contents(cwd);
    const list = (...args: string[]): Promise<Ran> => run('merge', '--missing', form, '-q', ...args);
    expect(await list('shard-2')).toEqual({ code: 0, signal: null, stdout, stderr: '' });
    expect(await list('--of', '3', 'shard-2', 'shard-*')).toMatchObject({ code: 0, stdout });
    const all = await list('--of', '3', ...SHARDS.map(shardFolder));
    expect(all).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    expect(contents(cwd)).toEqual(before);
  });

  it('--missing is no guess: it is refused where a list could be wrong', async () => {
    mkdirSync(path.join(cwd, 'empty'));
    const list = (...args: string[]): Promise<Ran> => run('merge', '--missing', 'slurm', ...args);
    for (const [args, message] of [
      [['shard-1', 'photos', '--of', '3'], /an output folder of facetag .*photos/],
      [['shard-1', 'empty'], /an output folder of facetag .*empty, which is empty/],
      [['shard-1', 'nope-*'], /an output folder of facetag .*nope-\*, which is not there/],
      [['shard-1', 'shard-1', '--of', '3'], /share 1\/3 in one folder only/],
      [['shard-1', '--of', '5'], /shares of 5 \(--of\)/],
    ] as const) {
      const ran = await list(...args);
      expect(ran).toMatchObject({ code: 2, stdout: '' });
      expect(ran.stderr).toMatch(message);
    }
    await run('photos/a', '-o', 'whole');
    expect((await list('whole')).stderr).toMatch(/--of N with the number of shares/);
  });

  it('refuses shares that were asked for in other ways, also when a record could not tell', async () => {
    rmSync(path.join(cwd, 'shard-2'), { recursive: true });
    await run('photos', '--shard', '2/3', '-o', 'shard-2', '--ignore', '*.jpg', '--allow-empty');
    await refused(
      ['shard-1', 'shard-2', 'shard-3'],
      /the choice of pictures of share 1\/3 .*share 2\/3 in .*shard-2, received \["--ignore \*\.jpg"\]/,
    );
    await run('photos', '--shard', '2/3', '-o', 'shard-2', '--newer-than', '2090-01-01', '--min-face', '9');
    await refused(['shard-1', 'shard-2', 'shard-3'], /the pack, models, engine and settings of share 1\/3/);
  });

  it('says what it did', async () => {
    const { stderr } = await run('merge', ...SHARDS.map(shardFolder), '-o', 'merged');
    expect(stderr).toMatch(
      /^3 folders merged, 19 pictures: 1 failed\n\d+ faces: \d+ female, \d+ male; ages .*$/m,
    );
    expect(stderr).toContain(`results in ${path.join(cwd, 'merged')}`);
  });

  it.each([
    ['a share', ['--shard', '1/3'], 'shard-1', ['shard-1', 'shard-2', 'shard-3']],
    ['a run over everything', [], 'all', ['all']],
  ])('refuses what SIGTERM left of %s, until it is run again', async (_, flags, folder, folders) => {
    const tap = tapLanes({ on: Object.fromEntries(smallNames(COUNT).map((name) => [name, 'wait'])) });
    const args = ['photos', '-o', folder, '--force', ...flags];
    const running = launch(args, { cwd, env: tap.env });
    await until(() => tap.tasks().length > 0, 'a picture is in flight');
    running.child.kill('SIGTERM');
    await until(() => running.stderr().includes('Stopping on SIGTERM'), 'the signal is heard');
    tap.openGate();
    expect((await running.ended).code).toBe(143);
    await refused(
      folders,
      new RegExp(
        `${folder} is not finished: run its command again \\(.*stopped by SIGTERM after \\d+ of \\d+ pict`,
      ),
    );
    // A part of it is not all of it.
    await run('photos/a', '--base', 'photos', '-o', folder, ...flags);
    await refused(folders, /is not finished/);
    await run('photos', '-o', folder, ...flags);
    expect(await run('merge', ...folders, '-o', 'merged')).toMatchObject({ code: 0 });
  });

  it('refuses a share that a fault ended, and says which', async () => {
    const tap = tapLanes({ dieAtStart: true });
    const args = ['photos', '--shard', '1/3', '-o', 'shard-1', '--force'];
    expect((await facetag(args, { cwd, env: tap.env })).code).toBe(75);
    await refused(
      ['shard-1', 'shard-2', 'shard-3'],
      /--shard 1\/3, stopped by LANES_FAILING after 0 of \d+ pict/,
    );
  });

  it('refuses a shard that is being written or whose run was killed', async () => {
    const tap = tapLanes({ on: Object.fromEntries(smallNames(COUNT).map((name) => [name, 'wait'])) });
    const args = ['photos', '--shard', '1/3', '-o', 'shard-1', '--force'];
    const running = launch(args, { cwd, env: tap.env });
    await until(() => tap.tasks().length > 0, 'a picture is in flight');
    await refused(['shard-1', 'shard-2', 'shard-3'], /shard-1/, /finish/);
    running.child.kill('SIGKILL');
    await running.ended;
    await refused(['shard-1', 'shard-2', 'shard-3'], /shard-1/);
    await run(...args);
    expect(await run('merge', 'shard-1', 'shard-2', 'shard-3', '-o', 'merged')).toMatchObject({ code: 0 });
  });
});
