import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pictureFiles } from '../../src/adapters/files.js';
import { openLedger } from '../../src/adapters/ledger.js';
import { isGone, mtimeOf, outputFolders } from '../../src/adapters/output-folder.js';
import { openStandardOutput } from '../../src/adapters/standard-output.js';
import { dryRun } from '../../src/commands/dry-run.js';
import { resolveConfig, type RawFlags } from '../../src/cli/options.js';
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

async function list(flags: RawFlags, { terminal = false } = {}): Promise<string> {
  const stdout = new FakeStream(terminal);
  const code = await dryRun(
    resolveConfig(['photos'], { dryRun: true, ...flags }, {}),
    runKey,
    path.join(cwd, 'out'),
    {
      cwd,
      files: pictureFiles,
      isGone,
      log: { emit: () => undefined },
      mtimeOf,
      now: () => 0,
      openLedger,
      outputs: outputFolders,
      readPathList: () => Promise.resolve([]),
      stdout: openStandardOutput(stdout),
      stop: new Stop(),
    },
  );
  expect(code).toBe(0);
  return stdout.text;
}

describe('a dry run', () => {
  it('lists the results that --prune would remove', async () => {
    writeFileSync(path.join(cwd, 'photos/new.jpg'), '');
    mkdirSync(path.join(cwd, 'out'));
    await outputFolders.writeBase(path.join(cwd, 'out'), path.join(cwd, 'photos'));
    await openLedger(path.join(cwd, 'out')).write(okRecord('gone.jpg'), undefined);
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
    mkdirSync(output);
    await outputFolders.writeBase(output, path.join(cwd, 'photos'));
    const source = { bytes: 0, sha256: await pictureFiles.sha256(photo) };
    await openLedger(output).write({ ...okRecord('a.jpg'), source }, stamp.mtimeMs - 5000);
    expect(await list({})).toBe('skip\ta.jpg\n');
    expect(openLedger(output).read('a.jpg')?.mtimeMs).toBe(stamp.mtimeMs - 5000);
    writeFileSync(photo, 'x');
    expect(await list({})).toBe('tag\ta.jpg\n');
  });

  it.each([
    [{}, 'tag\ta\\n\\x1b[31m\\u202e.jpg\n'],
    [{ jsonl: true }, '{"image":"a\\n\\u001b[31m\\u202e.jpg","action":"tag"}\n'],
  ])('escapes names on a terminal and nowhere else: %j', async (flags, shown) => {
    const name = 'a\n\u001b[31m\u202e.jpg';
    writeFileSync(path.join(cwd, 'photos', name), '');
    expect(await list(flags, { terminal: true })).toBe(shown);
    expect(await list(flags)).toContain('\u202e');
  });
});
