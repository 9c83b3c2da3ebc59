import { describe, expect, it } from 'vitest';
import { parseStoreAddress } from '../../src/core/store-address.js';
import type { ObjectStore } from '../../src/ports.js';
import { StoredPictures, type StoredPicturesPorts } from '../../src/sources/stored-pictures.js';

/** Nothing of it is read. */
function picturesIn(keys: readonly string[]): StoredPictures {
  async function* list(): ReturnType<ObjectStore['list']> {
    yield await Promise.resolve(keys.map((key) => ({ key, bytes: 1, mtimeMs: 1 })));
  }
  return new StoredPictures('photos', 100, { store: { list } } as unknown as StoredPicturesPorts);
}

describe('pictures of a bucket', () => {
  it('are counted where no record can have their name', async () => {
    const pictures = picturesIn(['a.jpg', 'nul\0.jpg', 'nul\0/b.jpg', 'nul\0.txt']);
    await pictures.addAll('');
    expect([...pictures.names]).toEqual(['a.jpg']);
    expect(pictures.unnameable).toBe(2);
    expect(parseStoreAddress('s3://photos/nul\0.jpg')).toBeUndefined();
  });

  it('are gone only where what was listed would have had them', async () => {
    const pictures = picturesIn(['2024/a.jpg']);
    await pictures.addAll('2024/');
    expect(['2024/a.jpg', '2024/b.jpg', '2025/a.jpg'].map((key) => pictures.isGone(key))).toEqual([
      false,
      true,
      false,
    ]);
  });
});
