import { describe, expect, it } from 'vitest';
import { UploadRoomError } from '../../src/errors.js';
import type { UploadFolder } from '../../src/ports.js';
import { UploadStore } from '../../src/serve/upload-store.js';

/** A folder that takes so many bytes. */
function folderOf(room: number) {
  const files = new Map<string, number>();
  const folder: UploadFolder = {
    root: { path: '/uploads', identity: '1' },
    inMemory: true,
    freeBytes: 1000,
    create() {
      const id = `upload${files.size}`;
      files.set(id, 0);
      return Promise.resolve({
        id,
        path: `/uploads/${id}`,
        append(chunk) {
          const all = [...files.values()].reduce((sum, bytes) => sum + bytes, chunk.length);
          if (all > room) return Promise.reject(new UploadRoomError('full'));
          files.set(id, (files.get(id) ?? 0) + chunk.length);
          return Promise.resolve();
        },
        end: () => Promise.resolve(),
        discard() {
          files.delete(id);
          return Promise.resolve();
        },
      });
    },
    take: () => Promise.reject(new Error('there is none')),
  };
  return { folder, files };
}

async function* pieces(...sizes: number[]): AsyncGenerator<Uint8Array> {
  for (const size of sizes) yield await Promise.resolve(new Uint8Array(size));
}

async function* breaking(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(10);
  await Promise.resolve();
  throw new Error('gone');
}

const after = (): number => 7;

describe('UploadStore', () => {
  it('takes half of what is free, and no more than --max-bytes a picture', () => {
    const { folder } = folderOf(1000);
    expect(new UploadStore(folder, 100, 1e9, after).maxBytes).toBe(100);
    expect(new UploadStore(folder, 1e9, 1e9, after).maxBytes).toBe(500);
    expect(new UploadStore(folder, 1e9, 300, after).maxBytes).toBe(150);
    expect(new UploadStore({ ...folder, inMemory: false }, 1e9, 300, after).maxBytes).toBe(500);
  });

  it('refuses what is too large as soon as that is known, and keeps nothing of it', async () => {
    const { folder, files } = folderOf(1000);
    const store = new UploadStore(folder, 100, 1e9, after);
    expect(() => {
      store.requireRoom(101);
    }).toThrow('100 bytes');
    await expect(store.take(pieces(60, 60, 60), 'a')).rejects.toMatchObject({
      status: 413,
      code: 'TOO_LARGE',
    });
    expect([store.held, files.size]).toEqual([0, 0]);
  });

  it('refuses for a while what all uploads together have no room for', async () => {
    const { folder, files } = folderOf(1000);
    const store = new UploadStore(folder, 300, 1e9, after);
    const first = await store.take(pieces(100, 200), 'a');
    expect([first.bytes, store.held]).toEqual([300, 300]);
    const busy = { status: 503, code: 'BUSY', headers: { 'retry-after': '7' } };
    await expect(store.take(pieces(150, 100), 'b')).rejects.toMatchObject(busy);
    expect(files.size).toBe(1);
    await store.discard(first);
    expect((await store.take(pieces(250), 'b')).bytes).toBe(250);
  });

  it('says the same of a disk that is full', async () => {
    const { folder, files } = folderOf(50);
    const store = new UploadStore(folder, 300, 1e9, after);
    await expect(store.take(pieces(60), 'a')).rejects.toMatchObject({ status: 503, code: 'BUSY' });
    expect([store.held, files.size]).toEqual([0, 0]);
  });

  it('keeps nothing of an upload that breaks off', async () => {
    const { folder, files } = folderOf(1000);
    const store = new UploadStore(folder, 300, 1e9, after);
    await expect(store.take(breaking(), 'a')).rejects.toThrow('gone');
    expect([store.held, files.size]).toEqual([0, 0]);
  });
});
