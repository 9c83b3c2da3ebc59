import { describe, expect, it } from 'vitest';
import { walkTar, type ByteSource, type TarEntry } from '../../../src/core/archives/walk-tar.js';
import { entryBytes, paxEntry, tarOf, type MadeEntry } from '../../pictures/made-archives.js';

class BufferSource implements ByteSource {
  position = 0;

  constructor(private readonly bytes: Buffer) {}

  read(length: number): Buffer {
    const part = this.bytes.subarray(this.position, this.position + length);
    this.position += part.length;
    return part;
  }

  skipTo(position: number): boolean {
    this.position = Math.min(position, this.bytes.length);
    return position <= this.bytes.length;
  }
}

interface Walked {
  readonly entries: TarEntry[];
  readonly damage?: string;
  readonly unmarked: boolean;
}

async function walk(archive: Buffer): Promise<Walked> {
  const entries: TarEntry[] = [];
  let unmarked = false;
  const onUnmarkedEnd = (): void => {
    unmarked = true;
  };
  try {
    for await (const entry of walkTar(new BufferSource(archive), { leavesData: false, onUnmarkedEnd })) {
      entries.push(entry);
    }
    return { entries, unmarked };
  } catch (error) {
    return { entries, unmarked, damage: (error as Error).message };
  }
}

/** With zeros behind it up to a whole number of records. */
function padded(archive: Buffer, record: number): Buffer {
  const bytes = record * 512;
  return Buffer.concat([archive, Buffer.alloc((bytes - (archive.length % bytes)) % bytes)]);
}

const data = Buffer.from('some bytes');
const long = `${'d'.repeat(150)}/${'n'.repeat(90)}.jpg`;

describe('walking through a tar archive', () => {
  it('finds the bytes of each entry', async () => {
    const archive = tarOf([
      { name: 'a.jpg', data },
      { name: 'dir/', type: '5' },
      { name: 'dir/b.jpg', data: Buffer.alloc(1000, 1), type: '\0' },
      { name: 'c.jpg', data, type: '7' },
    ]);
    const { entries, damage, unmarked } = await walk(archive);
    expect([damage, unmarked]).toEqual([undefined, false]);
    expect(entries.map(({ name, kind, bytes }) => [name, kind, bytes])).toEqual([
      ['a.jpg', 'file', 10],
      ['dir/', 'folder', 0],
      ['dir/b.jpg', 'file', 1000],
      ['c.jpg', 'file', 10],
    ]);
    for (const { offset, bytes, name } of entries.filter((entry) => entry.name !== 'dir/b.jpg')) {
      if (bytes > 0) expect(archive.subarray(offset, offset + bytes), name).toEqual(data);
    }
  });

  it.each<[string, MadeEntry[], string, TarEntry['kind'], number]>([
    [
      'a GNU long name',
      [
        { name: '././@LongLink', type: 'L', data: Buffer.from(`${long}\0`) },
        { name: 'd', data, gnu: true },
      ],
      long,
      'file',
      10,
    ],
    ['a PAX path', paxEntry({ path: 'ü/ä.jpg' }, { name: 'u', data }), 'ü/ä.jpg', 'file', 10],
    ['a PAX size', paxEntry({ size: '10' }, { name: 'a', data, size: 0 }), 'a', 'file', 10],
    [
      'a global PAX header',
      [
        { name: 'g', type: 'g', data: paxEntry({ comment: 'x' }, { name: '' })[0]!.data! },
        { name: 'a', data },
      ],
      'a',
      'file',
      10,
    ],
    [
      'bytes that are not UTF-8',
      [{ name: Buffer.from('caf\xe9.jpg', 'latin1'), data }],
      'caf\\xe9.jpg',
      'file',
      10,
    ],
    ['a symbolic link', [{ name: 'a', type: '2', link: 'b', size: 99 }], 'a', 'link', 0],
    ['a hard link', [{ name: 'a', type: '1', link: 'b', size: 99 }], 'a', 'link', 0],
    ['a device', [{ name: 'a', type: '3' }], 'a', 'special', 0],
    ['a FIFO', [{ name: 'a', type: '6' }], 'a', 'special', 0],
    ['a sparse file of GNU tar', [{ name: 'a', type: 'S', data, gnu: true }], 'a', 'sparse', 10],
    [
      'a sparse file of PAX',
      paxEntry({ 'GNU.sparse.major': '1', 'GNU.sparse.name': 'real' }, { name: 'x', data }),
      'real',
      'sparse',
      10,
    ],
  ])('understands %s', async (_, made, name, kind, bytes) => {
    const { entries, damage } = await walk(tarOf([...made, { name: 'after', data }]));
    expect(damage).toBeUndefined();
    expect(entries).toHaveLength(2);
    expect(entries[0]).toMatchObject({ name, kind, bytes });
    expect(entries[1]).toMatchObject({ name: 'after', kind: 'file', bytes: 10 });
  });

  it.each<[string, Buffer, string[], string]>([
    ['nothing', Buffer.alloc(0), [], 'it is empty'],
    ['something else', Buffer.from('x'.repeat(600)), [], 'it is no tar archive'],
    ['something short', Buffer.from('x'), [], 'it is no tar archive'],
    [
      'a cut in the data',
      tarOf([
        { name: 'a', data },
        { name: 'b', data: Buffer.alloc(5000) },
      ]).subarray(0, 3000),
      ['a'],
      'it is cut off in b',
    ],
    [
      'a cut in a header',
      tarOf([
        { name: 'a', data },
        { name: 'b', data },
      ]).subarray(0, 1100),
      ['a'],
      'it is cut off at byte 1100',
    ],
    [
      'a damaged header',
      Buffer.concat([entryBytes({ name: 'a', data }), Buffer.alloc(512, 7)]),
      ['a'],
      'it is damaged at byte 1024',
    ],
    ['a size beyond all', tarOf([{ name: 'a', size: 2 ** 50 }]), [], 'it is cut off in a'],
    [
      'a PAX header that is none',
      tarOf([{ name: 'x', type: 'x', data: Buffer.from('12 nonsense') }]),
      [],
      'it is damaged at byte 512',
    ],
    ['a huge PAX header', tarOf([{ name: 'x', type: 'x', size: 2 ** 30 }]), [], 'it is damaged at byte 512'],
  ])('tells of %s and keeps what came before', async (_, archive, names, damage) => {
    expect(await walk(archive)).toMatchObject({ damage });
    expect((await walk(archive)).entries.map(({ name }) => name)).toEqual(names);
  });

  const six = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ name, data: Buffer.alloc(3000, 1) }));
  /** Each takes seven blocks. */
  const third = 14 * 512;

  it.each<[string, Buffer, string]>([
    [
      'a zeroed header',
      tarOf(six).fill(0, third, third + 512),
      `it is damaged: a lone zero block, at byte ${third}`,
    ],
    [
      'a header and data zeroed, as a disk loses a sector of 4 KiB',
      tarOf(six).fill(0, third, third + 4096),
      `it is damaged: zeros that are not its end, at byte ${third}`,
    ],
    [
      'another archive behind the end',
      Buffer.concat([tarOf(six.slice(0, 2)), tarOf(six)]),
      `it is damaged: zeros that are not its end, at byte ${third}`,
    ],
    [
      'a rest of zeros',
      tarOf(six).fill(0, third),
      `it is damaged: from byte ${third} on all is zero, more than an end has`,
    ],
    [
      'a rest of zeros as GNU tar would have padded it',
      padded(tarOf(six), 20).fill(0, third),
      `it is damaged: from byte ${third} on all is zero, more than an end has`,
    ],
    [
      'megabytes of zeros, as room that a download has taken ahead',
      padded(tarOf(six.slice(0, 2)), 16_384),
      `it is damaged: from byte ${third} on all is zero, more than an end has`,
    ],
  ])('takes %s for no end, and keeps what came before', async (_, archive, damage) => {
    const walked = await walk(archive);
    expect(walked.damage).toBe(damage);
    expect(walked.entries.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it.each([1, 2, 20, 64, 126, 128, 512, 2048, 8192])(
    'takes zeros up to a whole record of %i blocks for an end',
    async (record) => {
      for (const entries of [[], six.slice(0, 1), six, [...six, ...six, ...six]]) {
        const { entries: found, ...rest } = await walk(padded(tarOf(entries), record));
        expect(rest).toEqual({ unmarked: false });
        expect(found).toHaveLength(entries.length);
      }
    },
  );

  it('takes the longest end that there is: two blocks, the second in a record of its own', async () => {
    const almost = Buffer.concat(Array.from({ length: 19 }, () => entryBytes({ name: 'a' })));
    const archive = padded(Buffer.concat([almost, Buffer.alloc(1024)]), 20);
    expect(archive.length).toBe(40 * 512);
    expect(await walk(archive)).toMatchObject({ unmarked: false });
    expect((await walk(archive)).damage).toBeUndefined();
  });

  it('notices an archive without a mark at its end', async () => {
    const entry = entryBytes({ name: 'a', data });
    expect(await walk(entry)).toMatchObject({ unmarked: true });
    const half = await walk(Buffer.concat([entry, Buffer.alloc(512)]));
    expect(half).toMatchObject({ unmarked: true });
    expect(half.damage).toBeUndefined();
    expect(await walk(tarOf([]))).toEqual({ entries: [], unmarked: false });
  });
});
