const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * FNV-1a (32 bits) over the UTF-8 bytes, then the final mix of MurmurHash3 so that similar names spread evenly over any
 * number of shards. A pinned function of the name alone: machines with different Node versions agree.
 */
function hashOf(name: string): number {
  let hash = FNV_OFFSET;
  for (const byte of Buffer.from(name, 'utf8')) hash = Math.imul(hash ^ byte, FNV_PRIME);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * True when a picture belongs to shard `index` of `count`. Every picture is in exactly one shard, and stays there when
 * pictures are added or removed.
 * @param relativePath path below the base folder, `/` separators.
 * @param index 1..count.
 */
export function inShard(relativePath: string, index: number, count: number): boolean {
  return hashOf(relativePath) % count === index - 1;
}

/**
 * A picture's own place in 0..1, evenly spread and the same for ever: those below 0.2 are a fifth of any set.
 * @param relativePath path below the base folder, `/` separators.
 */
export function placeInSplit(relativePath: string): number {
  return hashOf(relativePath) / 2 ** 32;
}
