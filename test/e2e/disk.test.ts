import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statfsSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { contents, facetag, launch, temporaryFolder, until } from './cli.js';
import { tapLanes } from './lane-tap.js';
import { eventsOf } from './outcome.js';
import { smallNames, smallPictures } from './small-pictures.js';

const PAGE = 4096;
const JSON_LOG = ['--log-format', 'json'];
const COUNT = 30;

/** A file system in memory, gone with the test. @param options of mount, such as `size=64k`. */
function mountTmpfs(folder: string, options: string): void {
  mkdirSync(folder, { recursive: true });
  execFileSync('/usr/bin/env', ['mount', '-t', 'tmpfs', '-o', options, 'facetag-test', folder]);
  onTestFinished(() => {
    execFileSync('/usr/bin/env', ['umount', '--lazy', folder]);
  });
}

function remount(folder: string, options: string): void {
  execFileSync('/usr/bin/env', ['mount', '-o', `remount,${options}`, folder]);
}

const mayMount = ((): boolean => {
  try {
    execFileSync('/usr/bin/env', ['unshare', '--mount', 'mount', '-t', 'tmpfs', 'probe', '/tmp'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
})();

let cwd: string;
let output: string;

beforeEach(async () => {
  cwd = temporaryFolder();
  output = path.join(cwd, 'disk/out');
  await smallPictures(path.join(cwd, 'photos'), COUNT);
});

/** What a run writes where there is room. */
async function undisturbed(flags: readonly string[]): Promise<Map<string, string>> {
  const clean = path.join(cwd, 'elsewhere/out');
  expect(await facetag(['photos', '-o', clean, ...flags], { cwd })).toMatchObject({ code: 0 });
  return contents(clean);
}

describe.skipIf(!mayMount)('a full disk (needs the right to mount)', () => {
  it.each([[[]], [['--annotate']]])(
    'ends the run with 2; with room again it is completed, %j',
    async (more) => {
      const disk = path.join(cwd, 'disk');
      mountTmpfs(disk, 'size=64k');
      const flags = ['-f', 'csv,jsonl', '-j', '2', ...JSON_LOG, ...more];
      const ran = await facetag(['photos', '-o', output, ...flags], { cwd });
      expect(ran.code).toBe(75);
      expect(eventsOf('error', ran.stderr)).toMatchObject([{ code: 'OUTPUT_UNUSABLE' }]);
      const message = eventsOf('error', ran.stderr)[0]?.message ?? '';
      expect(message).toContain(disk);
      expect(message).toContain('no space left on the disk');
      expect(message).toContain('run the same command again');
      // Nothing half-written: what there is belongs to whole records.
      const left = contents(output);
      for (const name of left.keys()) expect(name).not.toMatch(/tmp|lock/);
      const records = [...left].filter(([name]) => name.endsWith('.jpg.json'));
      for (const [, text] of records) expect(() => JSON.parse(text) as unknown).not.toThrow();
      expect(records.length).toBeGreaterThan(0);

      remount(disk, 'size=8m');
      const tap = tapLanes();
      expect(await facetag(['photos', '-o', output, ...flags], { cwd, env: tap.env })).toMatchObject({
        code: 0,
      });
      expect(tap.tasks().length).toBe(COUNT - records.length);
      expect(contents(output)).toEqual(await undisturbed(flags));
    },
  );

  it.each(['size=12k', 'size=32k', 'size=44k'])(
    'ends the run with 75 with records in one file too, while they are added or joined, and costs none: %s',
    async (size) => {
      const disk = path.join(cwd, 'disk');
      mountTmpfs(disk, size);
      const flags = ['-f', 'csv,jsonl', '-j', '2', '--records', 'jsonl', ...JSON_LOG];
      const ran = await facetag(['photos', '-o', output, ...flags], { cwd });
      expect(ran.code).toBe(75);
      expect(eventsOf('error', ran.stderr)).toMatchObject([{ code: 'OUTPUT_UNUSABLE' }]);
      expect(eventsOf('error', ran.stderr)[0]?.message).toContain('no space left on the disk');
      const journal = readFileSync(path.join(output, 'records.journal'), 'utf8');
      expect(journal).toMatch(/^$|\n$/);
      const kept = journal.split('\n').length - 1;
      expect(contents(output).has('records.jsonl')).toBe(false);

      remount(disk, 'size=8m');
      const tap = tapLanes();
      expect(await facetag(['photos', '-o', output, ...flags], { cwd, env: tap.env })).toMatchObject({
        code: 0,
      });
      expect(tap.tasks().length).toBe(COUNT - kept);
      expect(contents(output)).toEqual(await undisturbed(flags));
    },
  );

  it('ends a merge with 75, which is then taken for whole by nobody, and completed by the same command', async () => {
    expect(await facetag(['photos', '-o', 'share', '-f', 'none'], { cwd })).toMatchObject({ code: 0 });
    const disk = path.join(cwd, 'disk');
    mountTmpfs(disk, 'size=64k');
    const merge = (to: string) => facetag(['merge', 'share', '-o', to, '-f', 'jsonl'], { cwd });
    const ran = await merge(output);
    expect(ran.code).toBe(75);
    expect(ran.stderr).toContain('no space left on the disk');
    remount(disk, 'size=8m');
    const partial = await facetag(['merge', output, '-o', 'other'], { cwd });
    expect(partial.code).toBe(2);
    expect(partial.stderr).toContain(`${output} is not finished`);

    expect(await merge(output)).toMatchObject({ code: 0 });
    expect(await merge('whole')).toMatchObject({ code: 0 });
    const [left, whole] = [contents(output), contents(path.join(cwd, 'whole'))];
    // Where the pictures are is told from where it is.
    for (const tree of [left, whole]) tree.delete('facetag.json');
    expect(left).toEqual(whole);
  });

  it('never cuts off a table: the old one stays until the new one is whole', async () => {
    const disk = path.join(cwd, 'disk');
    mountTmpfs(disk, 'size=1m');
    const flags = ['-f', 'jsonl', ...JSON_LOG];
    expect(await facetag(['photos', '-o', output, ...flags], { cwd })).toMatchObject({ code: 0 });
    const before = contents(output);
    // Room for the lock and for a part of the table.
    const { bavail, bsize } = statfsSync(disk);
    expect(before.get('faces.jsonl')!.length).toBeGreaterThan(3 * PAGE);
    writeFileSync(path.join(disk, 'ballast'), Buffer.alloc(bavail * bsize - 2 * PAGE));
    const ran = await facetag(['photos', '-o', output, ...flags], { cwd });
    expect(ran.code).toBe(75);
    expect(ran.stderr).toContain('no space left on the disk');
    const after = contents(output);
    // What was not brought to its end is noted.
    expect(after.delete('completion.json')).toBe(true);
    expect(after).toEqual(before);

    unlinkSync(path.join(disk, 'ballast'));
    expect(await facetag(['photos', '-o', output, ...flags], { cwd })).toMatchObject({ code: 0 });
    expect(contents(output)).toEqual(before);
  });

  it('cannot even take the lock: says so', async () => {
    const disk = path.join(cwd, 'disk');
    mountTmpfs(disk, 'size=4k');
    writeFileSync(path.join(disk, 'ballast'), Buffer.alloc(PAGE));
    const ran = await facetag(['photos', '-o', output, ...JSON_LOG], { cwd });
    expect(ran.code).toBe(75);
    expect(eventsOf('error', ran.stderr)[0]?.message).toMatch(/disk\/out.*no space left on the disk/);
  });
});

describe.skipIf(!mayMount)('a read-only disk (needs the right to mount)', () => {
  it('ends the run with 75 at its start', async () => {
    const disk = path.join(cwd, 'disk');
    mountTmpfs(disk, 'size=1m,ro');
    const ran = await facetag(['photos', '-o', output, ...JSON_LOG], { cwd });
    expect(ran.code).toBe(75);
    expect(eventsOf('error', ran.stderr)[0]?.message).toMatch(/disk\/out.*the file system is read-only/);
  });

  it('or as soon as it becomes read-only, and the run is completed later', async () => {
    const disk = path.join(cwd, 'disk');
    mountTmpfs(disk, 'size=8m');
    const tap = tapLanes({ on: { [smallNames(COUNT)[5]!]: 'wait' } });
    const args = ['photos', '-o', output, '-j', '1', ...JSON_LOG];
    const run = launch(args, { cwd, env: tap.env });
    await until(() => tap.tasks().length === 6, 'the sixth picture is in flight');
    remount(disk, 'ro');
    tap.openGate();
    const ran = await run.ended;
    expect(ran.code).toBe(75);
    expect(eventsOf('error', ran.stderr)[0]?.message).toContain('the file system is read-only');

    remount(disk, 'rw');
    expect(await facetag(args, { cwd })).toMatchObject({ code: 0 });
    expect(contents(output)).toEqual(await undisturbed([]));
  });
});
