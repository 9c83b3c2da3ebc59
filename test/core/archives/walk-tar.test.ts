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

  it('notices an archive without a mark at its end', async () => {
    expect(await walk(entryBytes({ name: 'a', data }))).toMatchObject({ unmarked: true });
    expect(await walk(tarOf([]))).toEqual({ entries: [], unmarked: false });
  });
});
