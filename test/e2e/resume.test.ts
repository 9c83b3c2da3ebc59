import { cpSync, existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { generator } from '../convert/caffe/random-weights.js';
import { contents, facetag, launch, membersOf, temporaryFolder, until } from './cli.js';
import { tapLanes, type LaneTap } from './lane-tap.js';

import { smallNames, smallPictures } from './small-pictures.js';

const LANES = 2;
const FLAGS = ['-f', 'csv,jsonl', '--annotate', '-j', String(LANES)];

/** Starts the run and kills its parent once lanes were given `target` pictures in all, and `ms` later. */
async function killedAt(args: readonly string[], cwd: string, tap: LaneTap, target: number, ms: number) {
  const run = launch(args, { cwd, env: tap.env, group: true });
  let over = false;
  void run.ended.finally(() => (over = true));
  await until(() => over || tap.tasks().length >= target, `${target} pictures are handed out`);
  await sleep(ms);
  run.child.kill('SIGKILL');
  const { signal } = await run.ended;
  await until(() => membersOf(run.pid).length === 0, 'the orphaned lanes are gone');
  return signal === 'SIGKILL';
}

describe('a run killed with SIGKILL', () => {
  it('at 20 random moments ends as an undisturbed one, each picture in flight redone at most', async () => {
    const cwd = temporaryFolder();
    const names = await smallPictures(path.join(cwd, 'photos'), 200);
    expect(await facetag(['photos', '-o', 'clean', ...FLAGS], { cwd })).toMatchObject({ code: 0 });

    const random = generator(4);
    const tap = tapLanes();
    const args = ['photos', '-o', 'killed', ...FLAGS];
    let kills = 0;
    for (let i = 0; i < 20; i += 1) {
      // Every fourth while the run is starting, the others spread from the first picture to the tables at the end.
      const [target, ms] = i % 4 === 0 ? [0, random() * 400] : [i * 10.5 + random() * 10, random() * 30];
      if (await killedAt(args, cwd, tap, Math.round(target), ms)) kills += 1;
    }
    expect(kills).toBeGreaterThan(10);

    expect(await facetag(args, { cwd, env: tap.env })).toMatchObject({ code: 0 });
    expect(new Set(tap.tasks())).toEqual(new Set(names));
    expect(tap.tasks().length - names.length).toBeLessThanOrEqual(kills * LANES);
    // Whatever is left behind would show: temporary files and the lock are files of the output folder.
    const output = path.join(cwd, 'killed');
    expect(contents(output)).toEqual(contents(path.join(cwd, 'clean')));
    expect(existsSync(path.join(output, '.facetag.lock.takeover'))).toBe(false);
  });
});

describe('a repeated run', () => {
  it('over a part and then over the whole, or the other way round, neither doubles nor loses', async () => {
    const cwd = temporaryFolder();
    const names = await smallPictures(path.join(cwd, 'photos'), 18);
    const part = names.filter((name) => name.startsWith('a/'));
    const run = async (output: string, folder: string) => {
      const tap = tapLanes();
      const args = [folder, '--base', 'photos', '-o', output, ...FLAGS];
      expect(await facetag(args, { cwd, env: tap.env })).toMatchObject({ code: 0 });
      return tap.tasks().sort();
    };
    expect(await run('whole', 'photos')).toEqual(names);
    const whole = contents(path.join(cwd, 'whole'));
    expect(await run('whole', 'photos/a')).toEqual([]);
    expect(contents(path.join(cwd, 'whole'))).toEqual(whole);

    expect(await run('parts', 'photos/a')).toEqual(part);
    expect(await run('parts', 'photos')).toEqual(names.filter((name) => !part.includes(name)));
    expect(contents(path.join(cwd, 'parts'))).toEqual(whole);
  });

  it('over a fresh copy of the pictures looks at their content and tags nothing', async () => {
    const cwd = temporaryFolder();
    await smallPictures(path.join(cwd, 'photos'), 6);
    await facetag(['photos', '-o', 'out'], { cwd });
    cpSync(path.join(cwd, 'photos'), path.join(cwd, 'copy'), { recursive: true });
    cpSync(path.join(cwd, 'out'), path.join(cwd, 'copied/out'), { recursive: true });
    cpSync(path.join(cwd, 'copy'), path.join(cwd, 'copied/photos'), { recursive: true });

    const tap = tapLanes();
    const args = ['photos', '-o', 'out'];
    const moved = await facetag(args, { cwd: path.join(cwd, 'copied'), env: tap.env });
    expect(moved).toMatchObject({ code: 0 });
    expect(moved.stderr).toContain('0 tagged, 6 unchanged');
    expect(tap.tasks()).toEqual([]);
    // From now on the stamps tell, as they did at the first place.
    for (const name of smallNames(6)) {
      const record = statSync(path.join(cwd, 'copied/out/json', `${name}.json`));
      const picture = statSync(path.join(cwd, 'copied/photos', name));
      expect(Math.abs(record.mtimeMs - picture.mtimeMs)).toBeLessThan(1);
    }
  });
});
