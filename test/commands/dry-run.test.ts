import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kindAt, mtimeOf, pictureFiles } from '../../src/adapters/files.js';
import { outputFolders } from '../../src/adapters/output-folder.js';
import { openStandardOutput } from '../../src/adapters/standard-output.js';
import { dryRun } from '../../src/commands/dry-run.js';
import type { OutputFolder } from '../../src/ports.js';
import type { RunEvent } from '../../src/core/events.js';
import type { RawFlags } from '../../src/cli/options.js';
import { resolveConfig } from '../cli/resolve-config.js';
import { Stop } from '../../src/batch/stop-switch.js';
import { FakeStream } from '../adapters/fake-stream.js';
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
