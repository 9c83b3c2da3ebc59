import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archives } from '../../src/adapters/archives.js';
import { kindAt, mtimeOf, pictureFiles } from '../../src/adapters/files.js';
import { outputFolders } from '../../src/adapters/output-folder.js';
import { openStandardOutput } from '../../src/adapters/standard-output.js';
import { fetchFolders } from '../../src/adapters/upload-folder.js';
import { dryRun } from '../../src/commands/dry-run.js';
import { InterruptedError } from '../../src/errors.js';
import type { ObjectStore, OutputFolder, StoredObject, UploadFolders } from '../../src/ports.js';
import type { RunEvent } from '../../src/core/events.js';
import type { RawFlags } from '../../src/cli/options.js';
import { resolveConfig } from '../cli/resolve-config.js';
import { Stop } from '../../src/batch/stop-switch.js';
import { FakeStream } from '../adapters/fake-stream.js';
import { zipOf } from '../pictures/made-archives.js';
import { okRecord, runKey } from '../records.js';

let cwd: string;

beforeEach(() => {
  cwd = realpathSync(mkdtempSync(path.join(tmpdir(), 'facetag-dry-run-')));
  mkdirSync(path.join(cwd, 'photos'));
});

afterEach(() => {
  rmSync(cwd, { recursive: true, force: true });
});

async function list(flags: RawFlags, { terminal = false, log = [] as RunEvent[] } = {}): Promise<string> {
  const stdout = new FakeStream(terminal);
  const config = resolveConfig(['photos'], { dryRun: true, ...flags }, {});
  const code = await outputFolders.visit(path.join(cwd, 'out'), (folder) =>
    dryRun(config, runKey, folder, {
      cwd,
      files: pictureFiles,
      kindAt,
      loadSources: () => Promise.reject(new Error('there are no archives')),
      log: { emit: (event) => log.push(event) },
      mtimeOf,
      now: () => 0,
      readPathList: () => Promise.resolve([]),
      stdout: openStandardOutput(stdout),
      stop: new Stop(),
    }),
  );
  expect(code).toBe(0);
  return stdout.text;
}

describe('a dry run', () => {
  it('lists the results that --prune would remove', async () => {
    writeFileSync(path.join(cwd, 'photos/new.jpg'), '');
    await outputFolders.hold(path.join(cwd, 'out'), async (folder) => {
      await folder.writeRoots({ base: path.join(cwd, 'photos') });
      await folder.ledger.write(okRecord('gone.jpg'), undefined);
    });
    expect(await list({})).toBe('tag\tnew.jpg\n');
    expect(await list({ prune: true })).toBe('tag\tnew.jpg\nprune\tgone.jpg\n');
    expect(await list({ prune: true, jsonl: true, output: 'out' })).toContain(
      '{"image":"gone.jpg","action":"prune"}\n',
    );
  });

  it('looks at the content of a touched picture and remembers nothing', async () => {
    const photo = path.join(cwd, 'photos/a.jpg');
    writeFileSync(photo, '');
    const stamp = pictureFiles.stamp(photo);
    const output = path.join(cwd, 'out');
    const source = { bytes: 0, sha256: await pictureFiles.sha256(photo) };
    await outputFolders.hold(output, async (folder) => {
      await folder.writeRoots({ base: path.join(cwd, 'photos') });
      await folder.ledger.write({ ...okRecord('a.jpg'), source }, stamp.mtimeMs - 5000);
    });
    expect(await list({})).toBe('skip\ta.jpg\n');
    const mtimeOf = (folder?: OutputFolder) => Promise.resolve(folder?.ledger.read('a.jpg')?.mtimeMs);
    expect(await outputFolders.visit(output, mtimeOf)).toBe(stamp.mtimeMs - 5000);
    writeFileSync(photo, 'x');
    expect(await list({})).toBe('tag\ta.jpg\n');
  });

  it('counts what would be redone because its record is in another version of the format', async () => {
    for (const name of ['a.jpg', 'b.jpg']) writeFileSync(path.join(cwd, 'photos', name), '');
    await outputFolders.hold(path.join(cwd, 'out'), async (folder) => {
      await folder.writeRoots({ base: path.join(cwd, 'photos') });
      await folder.ledger.write({ ...okRecord('a.jpg'), schemaVersion: 1 }, undefined);
    });
    const log: RunEvent[] = [];
    expect(await list({}, { log })).toBe('tag\ta.jpg\ntag\tb.jpg\n');
    expect(log).toEqual([{ event: 'format-changed', pictures: 1 }]);
  });

  describe('is ended by a signal, whatever it waits for,', () => {
    const output = (): string => path.join(cwd, 'out');

    /** Folders of fetched pictures. */
    const folders = { made: 0, left: 0 };
    beforeEach(() => {
      folders.made = 0;
    });
    const privateFolders: UploadFolders = {
      hold: async (work) => {
        folders.made += 1;
        folders.left += 1;
        return await fetchFolders.hold(work).finally(() => (folders.left -= 1));
      },
    };

    /** Dry-runs until the content of a picture is asked for; a signal comes then. @returns what was shown. */
    async function interrupted(inputs: string[], objects: readonly StoredObject[] = []): Promise<string> {
      const stdout = new FakeStream(false);
      const stop = new Stop();
      const never = (): Promise<never> => {
        setImmediate(() => {
          stop.request('SIGINT');
        });
        return new Promise(() => undefined);
      };
      const store: ObjectStore = {
        async *list() {
          yield await Promise.resolve(objects);
        },
        find: () => Promise.resolve(undefined),
        async *read() {
          yield await never();
        },
        close: () => undefined,
      };
      const run = outputFolders.visit(output(), (folder) =>
        dryRun(resolveConfig(inputs, { dryRun: true }, {}), runKey, folder, {
          cwd,
          files: { ...pictureFiles, sha256: never },
          kindAt,
          loadSources: () =>
            Promise.resolve({
              archives,
              stores: { open: () => Promise.resolve(store) },
              privateFolders,
            }),
          log: { emit: () => undefined },
          mtimeOf,
          now: () => 0,
          readPathList: () => Promise.resolve([]),
          stdout: openStandardOutput(stdout),
          stop,
        }),
      );
      await expect(run).rejects.toThrow(InterruptedError);
      return stdout.text;
    }

    async function recorded(base: string, image: string, bytes: number): Promise<void> {
      await outputFolders.hold(output(), async (folder) => {
        await folder.writeRoots({ base });
        await folder.ledger.write({ ...okRecord(image), source: { bytes, sha256: 'other' } }, 1);
      });
    }

    it('a file', async () => {
      writeFileSync(path.join(cwd, 'photos/a.jpg'), '');
      writeFileSync(path.join(cwd, 'photos/b.jpg'), 'x');
      await recorded(path.join(cwd, 'photos'), 'b.jpg', 1);
      expect(await interrupted(['photos'])).toBe('tag\ta.jpg\n');
    });

    it('a picture in an archive, of which nothing is left', async () => {
      const data = Buffer.from('no picture');
      writeFileSync(path.join(cwd, 'photos/a.zip'), zipOf([{ name: 'b.jpg', data }]));
      await recorded(path.join(cwd, 'photos'), 'a.zip/b.jpg', data.length);
      expect(await interrupted(['photos', 'photos/a.zip'])).toBe('');
      expect(folders).toEqual({ made: 1, left: 0 });
    });

    it('an object of a store', async () => {
      const [key, bytes] = ['b.jpg', 10];
      await recorded('s3://bucket', key, bytes);
      expect(await interrupted(['s3://bucket'], [{ key, bytes, mtimeMs: 5 }])).toBe('');
      expect(folders).toEqual({ made: 1, left: 0 });
    });
  });

  const ODD = 'a\n\t\u001b[31m\u202e\u2028.jpg';

  it.each([
    [{}, true, 'tag\ta\\n\\t\\x1b[31m\\u202e\\u2028.jpg\n'],
    [{}, false, 'tag\ta\\n\\t\\x1b[31m\u202e\\u2028.jpg\n'],
    [{ jsonl: true }, true, '{"image":"a\\n\\t\\u001b[31m\\u202e\\u2028.jpg","action":"tag"}\n'],
    [{ jsonl: true }, false, `${JSON.stringify({ image: ODD, action: 'tag' })}\n`],
  ])(
    'is one line a picture, whatever is in its name: %j, on a terminal: %s',
    async (flags, terminal, shown) => {
      writeFileSync(path.join(cwd, 'photos', ODD), '');
      expect(await list(flags, { terminal })).toBe(shown);
    },
  );
});
