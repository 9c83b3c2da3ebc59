import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { contents, facetag, launch, temporaryFolder, until } from './cli.js';
import { tapLanes } from './lane-tap.js';
import { smallNames, smallPictures } from './small-pictures.js';

const NAMES = smallNames(4);

let cwd: string;
let output: string;

beforeEach(async () => {
  cwd = temporaryFolder();
  output = path.join(cwd, 'facetag-out');
  await smallPictures(path.join(cwd, 'photos'), NAMES.length);
});

async function idOfDeadProcess(): Promise<number> {
  const child = spawn('true');
  await once(child, 'exit');
  return child.pid ?? -1;
}

describe('two runs on one output folder', () => {
  it('are refused: the second exits 75 at once and names who holds it', async () => {
    const tap = tapLanes({ on: { [NAMES[0]!]: 'wait' } });
    const first = launch(['photos', '-j', '1'], { cwd, env: tap.env });
    await until(() => tap.tasks().length === 1, 'the first run is at work');
    const before = contents(output);
    const second = await facetag(['photos', '-o', 'facetag-out/'], { cwd });
    expect(second).toMatchObject({ code: 75, stdout: '' });
    expect(second.stderr).toContain(`process ${first.pid} on ${hostname()}`);
    expect(second.stderr).toContain('-o');
    expect(contents(output)).toEqual(before);

    const elsewhere = await facetag(['photos', '-o', 'other'], { cwd });
    expect(elsewhere.code).toBe(0);
    tap.openGate();
    expect(await first.ended).toMatchObject({ code: 0 });
    expect(contents(output)).toEqual(contents(path.join(cwd, 'other')));
  });

  it('are refused where the first is on another machine', async () => {
    mkdirSync(output);
    writeFileSync(path.join(output, '.facetag.lock'), JSON.stringify({ pid: 7, host: 'another-machine' }));
    const ran = await facetag(['photos'], { cwd });
    expect(ran.code).toBe(75);
    expect(ran.stderr).toContain('process 7 on another-machine');
    expect([...contents(output).keys()]).toEqual(['.facetag.lock']);
  });
});

describe('the lock of a dead run', () => {
  it('is taken over, and what it left half-written is swept', async () => {
    for (const folder of ['.', 'json', 'json/a', 'annotated/b/c']) {
      mkdirSync(path.join(output, folder), { recursive: true });
      writeFileSync(path.join(output, folder, '.facetag-4711-1.tmp'), 'half a');
    }
    const owner = { pid: await idOfDeadProcess(), host: hostname() };
    writeFileSync(path.join(output, '.facetag.lock'), JSON.stringify(owner));
    expect(await facetag(['photos'], { cwd })).toMatchObject({ code: 0 });
    expect([...contents(output).keys()].sort()).toEqual(
      ['faces.csv', 'facetag.json', ...NAMES.map((name) => `json/${name}.json`)].sort(),
    );
  });
});

describe('files of the user in the output folder', () => {
  it('are left alone, whatever is swept or pruned', async () => {
    mkdirSync(path.join(output, 'json'), { recursive: true });
    const strange = ['notes.txt', 'json/notes.txt', '.facetag-mine.tmp'];
    for (const name of strange) writeFileSync(path.join(output, name), 'mine');
    expect(await facetag(['photos', '--prune'], { cwd })).toMatchObject({ code: 0 });
    for (const name of strange) expect(contents(output).get(name)).toBe('mine');
  });
});
