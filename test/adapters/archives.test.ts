import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { archives } from '../../src/adapters/archives.js';
import type { ArchiveKind } from '../../src/core/archives/kind.js';
import type { ArchiveMember } from '../../src/ports.js';
import { tarOf } from '../pictures/made-archives.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'facetag-archives-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Seen {
  readonly members: readonly ArchiveMember[];
  /** By name, as read in the order of the archive. */
  readonly content: ReadonlyMap<string, Buffer>;
  readonly warnings: readonly string[];
  readonly damage?: string;
}

/** Lists an archive, and reads what was listed. */
async function look(kind: ArchiveKind, bytes: Buffer): Promise<Seen> {
  const file = path.join(folder, `archive.${kind}`);
  writeFileSync(file, bytes);
  const members: ArchiveMember[] = [];
  const warnings: string[] = [];
  let damage: string | undefined;
  const archive = await archives.open(file, kind);
  try {
    await archive
      .list(
        (member) => members.push(member),
        (message) => warnings.push(message),
      )
      .catch((error: unknown) => {
        damage = (error as Error).message;
      });
    const content = new Map<string, Buffer>();
    for (const member of members) {
      const parts: Buffer[] = [];
      for await (const part of archive.read(member)) parts.push(Buffer.from(part));
      content.set(member.name, Buffer.concat(parts));
    }
    return { members, content, warnings, ...(damage !== undefined && { damage }) };
  } finally {
    await archive.close();
  }
}

describe('a tar.gz', () => {
  const entries = Array.from({ length: 40 }, (_, index) => ({
    name: `p${index}.jpg`,
    data: randomBytes(1500 + 37 * index),
  }));
  const [first, second] = [entries.slice(0, 20), entries.slice(20)];
  const tar = tarOf(entries);
  const whole = gzipSync(tar);

  /** What was listed is read as it was packed. */
  function expectSound({ content }: Seen, count: number): void {
    expect([...content.keys()]).toEqual(entries.slice(0, count).map(({ name }) => name));
    for (const { name, data } of entries.slice(0, count)) expect(content.get(name), name).toEqual(data);
  }

  const changed = (at: number): Buffer => {
    const bytes = Buffer.from(whole);
    bytes.writeUInt8(bytes.readUInt8(bytes.length + at) ^ 0x55, bytes.length + at);
    return bytes;
  };

  it.each<[string, Buffer]>([
    ['as it is packed', whole],
    ['in several parts', Buffer.concat([gzipSync(tar.subarray(0, 9000)), gzipSync(tar.subarray(9000))])],
    ['with zeros behind it, as on a tape', Buffer.concat([whole, Buffer.alloc(100_000)])],
  ])('is read %s', async (_, bytes) => {
    const seen = await look('tar.gz', bytes);
    expect(seen).toMatchObject({ warnings: [] });
    expect(seen.damage).toBeUndefined();
    expectSound(seen, 40);
  });

  it.each<[string, Buffer, string]>([
    ['a wrong checksum', changed(-8), 'it is damaged (incorrect data check)'],
    ['a wrong length', changed(-1), 'it is damaged (incorrect length check)'],
    ['no checksum', whole.subarray(0, -8), 'it is cut off'],
    ['half a checksum', whole.subarray(0, -5), 'it is cut off'],
    [
      'something behind it',
      Buffer.concat([whole, Buffer.from('something else')]),
      'what follows its end is no gzip data',
    ],
  ])('that is damaged behind its last member has them all: %s', async (_, bytes, damage) => {
    const seen = await look('tar.gz', bytes);
    expect(seen).toMatchObject({ damage, warnings: [] });
    expectSound(seen, 40);
  });

  it('that is damaged in its middle has those before', async () => {
    const before = gzipSync(tarOf(first).subarray(0, -1024));
    const after = gzipSync(tarOf(second));
    // A block of a type that there is none of, right behind the header.
    after.writeUInt8(0xff, 10);
    const seen = await look('tar.gz', Buffer.concat([before, after]));
    expect(seen.damage).toBe('it is damaged (invalid block type)');
    expectSound(seen, 20);
  });

  it('that is cut off anywhere has the members that are whole', async () => {
    for (let bytes = 100; bytes < whole.length; bytes += 4999) {
      const cut = whole.subarray(0, bytes);
      const unpacked = gunzipSync(cut, { finishFlush: constants.Z_SYNC_FLUSH }).length;
      let end = 0;
      const count = entries.findIndex(({ data }) => {
        const isWhole = end + 512 + data.length <= unpacked;
        end += 512 + Math.ceil(data.length / 512) * 512;
        return !isWhole;
      });
      const seen = await look('tar.gz', cut);
      expect(seen.damage, String(bytes)).toBe('it is cut off');
      expectSound(seen, count);
    }
  });

  it('with a zeroed header has those before it', async () => {
    const zeroed = gzipSync(tarOf(entries).fill(0, 512 * 4, 512 * 5));
    const seen = await look('tar.gz', zeroed);
    expect(seen.damage).toBe('it is damaged: a lone zero block, at byte 2048');
    expectSound(seen, 1);
  });
});
