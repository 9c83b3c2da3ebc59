import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { archives } from '../../src/adapters/archives.js';
import type { ArchiveKind } from '../../src/core/archives/kind.js';
import type { ArchiveMember } from '../../src/ports.js';
import { tarOf, unicodePath, zipOf } from '../pictures/made-archives.js';

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

const list = (kind: ArchiveKind, bytes: Buffer): Promise<Seen> => look(kind, bytes, false);

/** Lists an archive, and reads what was listed. */
async function look(kind: ArchiveKind, bytes: Buffer, reads = true): Promise<Seen> {
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
    for (const member of reads ? members : []) {
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

describe('a zip', () => {
  const empty = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: `${index}.jpg`,
      data: Buffer.alloc(0),
      stored: true,
    }));

  it.each<[string, number, number, boolean]>([
    ['none', 0, 0, false],
    ['a few', 3, 3, false],
    ['65,535', 65_535, 65_535, false],
    ['65,536, whose count wraps to none', 65_536, 0, false],
    ['65,540, whose count wraps to four', 65_540, 4, false],
    ['65,540 in zip64', 65_540, 65_540, true],
  ])('has all its members: %s', async (_, members, count, zip64) => {
    const seen = await list('zip', zipOf(empty(members), { count, zip64 }));
    expect(seen.damage).toBeUndefined();
    expect(seen.members).toHaveLength(members);
    expect(seen.members.at(-1)?.name).toBe(members === 0 ? undefined : `${members - 1}.jpg`);
  });

  it.each<[string, Buffer, number, string]>([
    [
      'more members than its end says',
      zipOf(empty(5), { count: 3 }),
      5,
      'its directory counts 3 members, and 5 can be read',
    ],
    [
      'fewer members than its end says',
      zipOf(empty(3), { count: 5 }),
      3,
      'its directory counts 5 members, and 3 can be read',
    ],
    [
      'fewer members by 65,536 than the end of zip64 says',
      zipOf(empty(4), { count: 65_540, zip64: true }),
      4,
      'its directory counts 65540 members, and 4 can be read',
    ],
    [
      'no entry where one should be, at the very number that wrapped',
      broken(zipOf(empty(65_540)), '4.jpg'),
      4,
      'its directory is damaged behind member 4',
    ],
  ])('whose directory has %s is damaged', async (_, bytes, members, damage) => {
    const seen = await list('zip', bytes);
    expect(seen.damage).toBe(damage);
    expect(seen.members).toHaveLength(members);
  });

  /** Without the signature of a member's entry in the directory. */
  function broken(zip: Buffer, name: string): Buffer {
    return zip.fill('?', zip.lastIndexOf(`\0${name}PK`) + 1 - 46, zip.lastIndexOf(`\0${name}PK`) + 3 - 46);
  }

  const data = Buffer.from('some bytes');
  const [cp437, latin] = [
    Buffer.from([0x84, 0x2e, 0x6a, 0x70, 0x67]),
    Buffer.from('M\xfcnchen.jpg', 'latin1'),
  ];

  it.each<[string, string | Buffer, number, Buffer | undefined, string]>([
    ['UTF-8 and says so', 'München.jpg', 0x800, undefined, 'München.jpg'],
    ['UTF-8 and does not say so', Buffer.from('München/日本.jpg'), 0, undefined, 'München/日本.jpg'],
    ['decomposed UTF-8, as on a Mac', Buffer.from('Mu\u0308nchen.jpg'), 0, undefined, 'Mu\u0308nchen.jpg'],
    ['code page 437', cp437, 0, undefined, 'ä.jpg'],
    ['no UTF-8, and said to be', latin, 0x800, undefined, 'Mⁿnchen.jpg'],
    ['given in UTF-8 besides', cp437, 0, unicodePath(cp437, 'ő.jpg'), 'ő.jpg'],
    ['given in UTF-8 besides, of another name', cp437, 0, unicodePath('x', 'ő.jpg'), 'ä.jpg'],
  ])('has a name that is %s', async (_, name, flags, extra, expected) => {
    const seen = await look('zip', zipOf([{ name, data, flags, ...(extra && { extra }) }]));
    expect(seen.damage).toBeUndefined();
    expect([...seen.content]).toEqual([[expected, data]]);
  });
});
