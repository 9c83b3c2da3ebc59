import type { NetSpec } from '../packs/spec.js';
import type { BlobSpec } from '../ports.js';

/** The input blob that a net of the manifest wants. */
export function netBlobSpec({ width, height, scale, mean, channelOrder }: NetSpec): BlobSpec {
  return { width, height, scale, mean, bgr: channelOrder === 'bgr' };
}

/** True when two nets take the very same blob, which then needs to be made only once. */
export function sameBlob(a: NetSpec, b: NetSpec): boolean {
  return JSON.stringify(netBlobSpec(a)) === JSON.stringify(netBlobSpec(b));
}
