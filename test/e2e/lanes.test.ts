import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { GraphBuilder, int64 } from '../../src/convert/onnx/graph.js';
import { fakeManifest, modelFile } from '../packs/fake-pack.js';
import { contents, facetag, isRunning, launch, membersOf, temporaryFolder, until } from './cli.js';
import { tapLanes } from './lane-tap.js';
import { codesIn, eventsOf, recordsIn } from './outcome.js';
import { smallNames, smallPictures } from './small-pictures.js';

const JSON_LOG = ['--log-format', 'json'];
const NAMES = smallNames(12);
const [FIRST = '', SECOND = '', THIRD = ''] = NAMES;

let cwd: string;
let output: string;

beforeEach(async () => {
  cwd = temporaryFolder();
  output = path.join(cwd, 'facetag-out');
  await smallPictures(path.join(cwd, 'photos'), NAMES.length);
});

/** What a run writes that nothing happens to. */
async function undisturbed(...flags: string[]): Promise<Map<string, string>> {
  expect(await facetag(['photos', '-o', 'clean', ...flags], { cwd })).toMatchObject({ code: 0 });
  return contents(path.join(cwd, 'clean'));
}

describe('a lane that dies', () => {
  it('costs nothing but time: its picture is tried once more, and the summary counts it', async () => {
    const clean = await undisturbed('--annotate');
    const on = { [FIRST]: 'die-once', [SECOND]: 'die-once', [THIRD]: 'die-once-renaming' } as const;
    const tap = tapLanes({ on });
    const ran = await facetag(['photos', '--annotate', '-j', '2', ...JSON_LOG], { cwd, env: tap.env });
    expect(ran.code).toBe(0);
    expect(eventsOf('run-end', ran.stderr)[0]?.summary).toMatchObject({
      processed: NAMES.length,
      failed: 0,
      retried: 3,
      lanesReplaced: 3,
    });
    const died = eventsOf('lane-replaced', ran.stderr);
    expect(died.map(({ image }) => image).sort()).toEqual([FIRST, SECOND, THIRD]);
    for (const event of died) {
      expect(event).toMatchObject({ reason: 'died', retry: true, message: 'was killed by SIGKILL' });
    }
    expect(tap.tasks().length).toBe(NAMES.length + 3);
    // No half-written copy is left behind either.
    expect(contents(output)).toEqual(clean);
  });

  it('again and again leaves every picture tagged and the exit code true', async () => {
    await smallPictures(path.join(cwd, 'photos'), 80);
    const clean = await undisturbed();
    const tap = tapLanes();
    const run = launch(['photos', '-j', '2', ...JSON_LOG], { cwd, env: tap.env });
    let kills = 0;
    for (let target = 4; target < 76; target += 12) {
      await until(() => tap.tasks().length >= target, `${target} pictures are handed out`);
      process.kill(tap.lastLane()!, 'SIGKILL');
      kills += 1;
    }
    const ran = await run.ended;
    expect(ran.code).toBe(0);
    const summary = eventsOf('run-end', ran.stderr)[0]!.summary;
    expect(summary).toMatchObject({ processed: 80, failed: 0, lanesReplaced: kills });
    expect(summary.retried).toBe(eventsOf('lane-replaced', ran.stderr).filter(({ retry }) => retry).length);
    expect(contents(output)).toEqual(clean);
  });

  it('twice of one picture marks that CRASHED; the next run tries it again', async () => {
    const clean = await undisturbed('-f', 'csv,jsonl');
    const tap = tapLanes({ on: { [SECOND]: 'die' } });
    const flags = ['-f', 'csv,jsonl', '-j', '2', ...JSON_LOG];
    const ran = await facetag(['photos', ...flags], { cwd, env: tap.env });
    expect(ran.code).toBe(1);
    const codes = codesIn(output);
    expect(codes).toEqual(Object.fromEntries(NAMES.map((n) => [n, n === SECOND ? 'CRASHED' : 'ok'])));
    expect(tap.tasks().filter((image) => image === SECOND).length).toBe(2);
    expect(eventsOf('picture-failed', ran.stderr)).toMatchObject([
      { image: SECOND, code: 'CRASHED', message: 'The lane was killed by SIGKILL twice' },
    ]);
    expect(eventsOf('run-end', ran.stderr)[0]?.summary).toMatchObject({ retried: 1, failed: 1 });

    expect((await facetag(['photos', ...flags], { cwd })).code).toBe(0);
    expect(contents(output)).toEqual(clean);
  });

  it('before it is ready, three times over, ends the run with exit 75 instead of a loop', async () => {
    const tap = tapLanes({ dieAtStart: true });
    const ran = await facetag(['photos', '-j', '2', ...JSON_LOG], { cwd, env: tap.env });
    expect(ran.code).toBe(75);
    expect(eventsOf('error', ran.stderr)).toMatchObject([{ code: 'LANES_FAILING' }]);
    expect(eventsOf('error', ran.stderr)[0]?.message).toContain('facetag doctor');
    expect(tap.starts()).toBeLessThanOrEqual(4);
    expect([...contents(output).keys()]).toEqual(['completion.json', 'facetag.json']);
  });
});

describe('a lane that hangs', () => {
  it('is replaced after --timeout, and the run goes on', async () => {
    const tap = tapLanes({ on: { [SECOND]: 'freeze' } });
    const flags = ['-f', 'jsonl', '-j', '2', '--timeout', '4', ...JSON_LOG];
    const ran = await facetag(['photos', ...flags], { cwd, env: tap.env });
    expect(ran.code).toBe(1);
    expect(codesIn(output)).toEqual(
      Object.fromEntries(NAMES.map((name) => [name, name === SECOND ? 'TIMEOUT' : 'ok'])),
    );
    expect(eventsOf('lane-replaced', ran.stderr)).toMatchObject([{ reason: 'overrun', image: SECOND }]);

    // Not the bytes are to blame: the next run tries it again.
    const again = await facetag(['photos', ...flags], { cwd });
    expect(again.code).toBe(0);
    expect(eventsOf('run-end', again.stderr)[0]?.summary).toMatchObject({ processed: 1, skipped: 11 });
  });
});

describe('a lane that grows', () => {
  it('above half of --max-lane-memory is replaced between two pictures', async () => {
    const part = ['photos/a', '-f', 'jsonl'];
    await facetag([...part, '-o', 'clean'], { cwd });
    const tap = tapLanes({ ballast: 200 });
    const flags = ['-j', '1', '--max-lane-memory', '512', '-v', ...JSON_LOG];
    const ran = await facetag([...part, ...flags], { cwd, env: tap.env });
    expect(ran.code).toBe(0);
    const replaced = eventsOf('lane-replaced', ran.stderr);
    expect(new Set(replaced.map(({ reason }) => reason))).toEqual(new Set(['memory']));
    expect(tap.starts()).toBeGreaterThanOrEqual(4);
    expect(recordsIn(output)).toEqual(recordsIn(path.join(cwd, 'clean')));
  });

  it('above --max-lane-memory while it has a picture is killed, which is TOO_LARGE', async () => {
    const [picture] = readdirSync(path.join(cwd, 'photos/a'));
    // As long as it waits it is looked at.
    const tap = tapLanes({ ballast: 300, on: { [picture!]: 'wait' } });
    const args = [path.join('photos/a', picture!), '--max-lane-memory', '256', ...JSON_LOG];
    const ran = await facetag(args, { cwd, env: tap.env });
    expect(ran.code).toBe(1);
    expect(eventsOf('picture-failed', ran.stderr)).toMatchObject([{ code: 'TOO_LARGE' }]);
    expect(eventsOf('lane-replaced', ran.stderr)).toMatchObject([{ reason: 'outgrown', retry: false }]);
    expect(tap.starts()).toBe(1);
  });
});

/**
 * A pack of nets of 300 bytes that need 2 GB: OpenCV makes the constant as it reads them, ONNX Runtime as it runs them.
 * @returns the flags that choose it.
 */
function packOfHugeNets(folder: string): string[] {
  const graph = new GraphBuilder('huge');
  const input = graph.input('x', [1, 3, 8, 8]);
  const huge = graph.node('ConstantOfShape', 'huge', [graph.constant('shape', int64(500_000_000))]);
  const mean = graph.node('ReduceMean', 'mean', [huge], { axes: [0], keepdims: 0 });
  for (const output of ['boxes', 'scores']) {
    graph.output(graph.node('Add', output, [input, mean]), [1, 3, 8, 8]);
  }
  const bytes = Buffer.from(graph.build());
  const names = ['a.onnx', 'b.onnx', 'c.onnx'];
  const [models, manifest] = [path.join(folder, 'models'), path.join(folder, 'manifest.json')];
  mkdirSync(path.join(models, 'fake'), { recursive: true });
  for (const name of names) writeFileSync(path.join(models, 'fake', name), bytes);
  writeFileSync(manifest, JSON.stringify(fakeManifest(names.map((name) => modelFile(name, bytes)))));
  return ['--pack', 'fake', '--models', models, '--manifest', manifest];
}

describe('nets that need more memory than a lane may take', () => {
  it.each([
    ['opencv', 2, 'error'],
    ['onnxruntime', 1, 'picture-failed'],
  ] as const)('do not get it from %s, at the start either', async (engine, code, event) => {
    const [picture = ''] = readdirSync(path.join(cwd, 'photos/a'));
    const flags = ['--engine', engine, '--max-lane-memory', '256', ...packOfHugeNets(cwd), ...JSON_LOG];
    const ran = await facetag([path.join('photos/a', picture), '--jsonl', ...flags], { cwd });
    expect(ran.code).toBe(code);
    // Without prlimit the lane is killed as it grows.
    expect(eventsOf(event, ran.stderr)[0]?.message).toMatch(/allocate|--max-lane-memory/);
  });
});

describe('lanes', () => {
  it('are all gone when the run is over', async () => {
    const tap = tapLanes();
    await facetag(['photos', '-j', '2'], { cwd, env: tap.env });
    expect(isRunning(tap.lastLane()!)).toBe(false);
  });
});

describe('the first lane of a --jsonl run, which is launched before the command line is read,', () => {
  it('is one of its lanes and gives the same records', async () => {
    const tap = tapLanes();
    const ran = await facetag(['photos', '--jsonl', '-j', '1'], { cwd, env: tap.env });
    expect(ran).toMatchObject({ code: 0 });
    expect(tap.starts()).toBe(1);
    expect(tap.tasks()).toHaveLength(NAMES.length);
    const later = await facetag(['photos', '--jsonl', '-j', '1', '-o', 'out'], { cwd });
    expect(ran.stdout).toBe(later.stdout);
  });

  it.each([
    ['is refused', ['--no-such-flag'], 2],
    ['names nothing that is there', ['nowhere'], 2],
    ['has no picture', ['empty', '--allow-empty'], 0],
  ])('holds up nothing where the line %s', async (_, words, code) => {
    mkdirSync(path.join(cwd, 'empty'));
    const run = launch([...words, '--jsonl'], { cwd, group: true });
    expect(await run.ended).toMatchObject({ code });
    await until(() => membersOf(run.pid).length === 0, 'no process of it is left');
  });
});
