import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outputFolders } from '../../src/adapters/output-folder.js';
import type { RunEvent } from '../../src/core/events.js';
import type { PictureRecord } from '../../src/core/report.js';
import { withResults, type Results, type ResultsOptions } from '../../src/results/with-results.js';
import { failedRecord, okRecord } from '../records.js';

let home: string;
let events: RunEvent[];

beforeEach(() => {
  home = realpathSync(mkdtempSync(path.join(tmpdir(), 'facetag-results-')));
  events = [];
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const out = (): string => path.join(home, 'out');

async function make(records: readonly PictureRecord[]): Promise<void> {
  await outputFolders.hold(out(), async (folder) => {
    await folder.writeRoots({ base: path.join(home, 'photos'), others: new Map([['b', home]]) });
    for (const record of records) await folder.ledger.write(record, undefined);
  });
}

function read<T>(work: (results: Results) => Promise<T>, over: Partial<ResultsOptions> = {}): Promise<T> {
  const options = { folder: out(), command: 'facetag export', into: 'the export', ...over };
  const log = { emit: (event: RunEvent) => void events.push(event) };
  return withResults(options, { outputs: outputFolders, log }, work);
}

async function namesOf({ records }: Results): Promise<string[]> {
  const names: string[] = [];
  for await (const { image } of records()) names.push(image);
  return names;
}

const warnings = (): string[] =>
  events.flatMap((event) => (event.event === 'warning' ? [event.message] : []));

describe('the results of an output folder', () => {
  it('are its records in path order, failed pictures too, as often as they are asked for', async () => {
    await make([okRecord('b/a.jpg'), okRecord('a.jpg'), failedRecord('a.png', 'CORRUPT')]);
    await read(async (results) => {
      expect(results.images).toEqual(['a.jpg', 'a.png', 'b/a.jpg']);
      expect(await namesOf(results)).toEqual(results.images);
      expect(await namesOf(results)).toEqual(results.images);
    });
    expect(events).toEqual([]);
  });

  it('lead to the pictures, below the base folder or a further one', async () => {
    await make([okRecord('b/a.jpg'), okRecord('a.jpg')]);
    await read(({ images, pictureOf }) => {
      expect(images.map(pictureOf)).toEqual([path.join(home, 'photos/a.jpg'), path.join(home, 'a.jpg')]);
      return Promise.resolve();
    });
  });

  it('are those that --where matches', async () => {
    await make([okRecord('a.jpg'), okRecord('b.jpg', []), failedRecord('c.jpg', 'CORRUPT')]);
    expect(await read(namesOf, { where: 'faces > 0' })).toEqual(['a.jpg']);
    await expect(read(namesOf, { where: 'face > 0' })).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('leave out damaged records and those of another format, and name them once', async () => {
    await make([okRecord('a.jpg'), okRecord('b.jpg'), okRecord('c.jpg')]);
    writeFileSync(path.join(out(), 'json/a.jpg.json'), '{');
    writeFileSync(path.join(out(), 'json/b.jpg.json'), '{"schemaVersion":1,"image":"b.jpg"}');
    await read(async (results) => {
      expect(await namesOf(results)).toEqual(['c.jpg']);
      await namesOf(results);
      expect([...results.leftOut.damaged]).toEqual(['a.jpg']);
    });
    expect(warnings()).toEqual([
      'The record of a.jpg is damaged and left out: tag it again',
      '1 record in another version of the format left out of the export: tag their pictures again',
    ]);
  });

  it('are not sought in other folders, nor where there is none', async () => {
    mkdirSync(path.join(home, 'out/json'), { recursive: true });
    writeFileSync(path.join(home, 'out/json/a.jpg.json'), JSON.stringify(okRecord('a.jpg')));
    const refusal = {
      code: 'USAGE',
      message: expect.stringContaining('an output folder of facetag') as string,
    };
    await expect(read(namesOf)).rejects.toMatchObject(refusal);
    await expect(read(namesOf, { folder: path.join(home, 'nowhere') })).rejects.toMatchObject(refusal);
  });

  it('are not read through links', async () => {
    await make([okRecord('a.jpg')]);
    writeFileSync(path.join(home, 'elsewhere.json'), JSON.stringify(okRecord('b.jpg')));
    symlinkSync(path.join(home, 'elsewhere.json'), path.join(out(), 'json/b.jpg.json'));
    expect(await read(namesOf)).toEqual(['a.jpg']);
    rmSync(path.join(out(), 'json'), { recursive: true });
    symlinkSync(home, path.join(out(), 'json'));
    await expect(read(namesOf)).rejects.toMatchObject({ code: 'OUTPUT_UNUSABLE' });
  });

  it('of a run that goes on, or was stopped, are read with a warning', async () => {
    await make([okRecord('a.jpg')]);
    const names = await outputFolders.hold(out(), () => read(namesOf));
    expect(names).toEqual(['a.jpg']);
    expect(warnings()).toEqual([expect.stringContaining('a run is writing to it, or was killed')]);
    events = [];
    await outputFolders.hold(out(), (folder) =>
      folder.writeCompletion({ shares: [], unfinished: [{ paths: ['.'], filters: [] }] }),
    );
    expect(await read(namesOf)).toEqual(['a.jpg']);
    expect(warnings()).toEqual([expect.stringContaining('1 run there was not finished')]);
  });

  it('let others have their turn while they are read', async () => {
    await make(Array.from({ length: 300 }, (_, index) => okRecord(`${index}.jpg`)));
    let turns = 0;
    let over = false;
    const count = (): void => {
      turns += 1;
      if (!over) setImmediate(count);
    };
    await read(async (results) => {
      setImmediate(count);
      await namesOf(results);
    });
    over = true;
    expect(turns).toBeGreaterThan(3);
  });
});
