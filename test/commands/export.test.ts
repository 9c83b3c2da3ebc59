import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportFolders } from '../../src/adapters/export-folder.js';
import { kindAt } from '../../src/adapters/files.js';
import { outputFolders } from '../../src/adapters/output-folder.js';
import { exportCommand } from '../../src/commands/export.js';
import { EXPORT_KINDS, type ExportKind } from '../../src/config.js';
import type { RunEvent } from '../../src/core/events.js';
import { InterruptedError } from '../../src/errors.js';
import { okRecord } from '../records.js';

let cwd: string;
const at = (...names: string[]): string => path.join(cwd, ...names);

beforeEach(async () => {
  cwd = realpathSync(mkdtempSync(path.join(tmpdir(), 'facetag-export-')));
  mkdirSync(at('photos'));
  await outputFolders.hold(at('out'), async (folder) => {
    await folder.writeRoots({ base: at('photos') });
    for (let n = 0; n < 10; n++) {
      writeFileSync(at(`photos/${n}.jpg`), '');
      await folder.ledger.write(okRecord(`${n}.jpg`), undefined);
    }
  });
});

afterEach(() => {
  rmSync(cwd, { recursive: true, force: true });
});

/** Exports until so many records were read; then a signal comes. */
async function exported(to: ExportKind, records = Infinity): Promise<{ code: number; told: RunEvent[] }> {
  const told: RunEvent[] = [];
  let read = 0;
  const stop = {
    throwIfInterrupted: () => {
      read += 1;
      if (read > records) throw new InterruptedError('SIGTERM');
    },
  };
  const beside = to === 'xmp';
  const flags = { imagePrefix: '', yoloClasses: 'face', split: 0, beside } as const;
  const options = { folder: at('out'), to, where: undefined, given: [], flags };
  const ports = {
    outputs: outputFolders,
    exports: exportFolders,
    kindAt,
    log: { emit: (event: RunEvent) => told.push(event) },
    stop,
  };
  const code = await exportCommand({ ...options, output: beside ? undefined : at('to') }, ports);
  return { code, told };
}

describe('an export that a signal ends', () => {
  it.each(EXPORT_KINDS)('to %s leaves nothing temporary, and the next one is whole', async (to) => {
    const { code, told } = await exported(to, 5);
    expect(code).toBe(143);
    expect(told).toMatchObject([
      { event: 'warning', message: 'Stopped by SIGTERM: run the same command again' },
    ]);
    const left = readdirSync(cwd, { recursive: true }).map(String);
    expect(left.filter((name) => name.includes('.facetag') && !name.startsWith('out/'))).toEqual([]);
    expect(await exported(to)).toMatchObject({ code: 0 });
  });
});
