import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CropSpec, Manifest } from '../../src/packs/spec.js';
import { repository } from '../shared.js';
import type { Variant } from './contenders.js';

/** What compact's net was fed before it had landmarks. */
const BOX_CROP: CropSpec = { kind: 'box', padding: 0, fill: 'black-square' };

const BOX_PACK = 'compact-box';

/** Compact as it could be: without its landmarks, and with the flags that cost time. */
export function compactVariants(scratch: string): readonly Variant[] {
  const { schemaVersion, packs } = JSON.parse(
    readFileSync(path.join(repository, 'models/manifest.json'), 'utf8'),
  ) as Manifest;
  const { compact } = packs;
  if (!compact) throw new Error('models/manifest.json has no pack compact');
  const box = {
    ...compact,
    origin: 'pulled',
    files: compact.files.map((file) => ({ ...file, from: 'compact' })),
    estimators: compact.estimators.map((estimator) => ({ ...estimator, crop: BOX_CROP })),
  };
  const manifest = path.join(scratch, 'variants.json');
  writeFileSync(manifest, JSON.stringify({ schemaVersion, packs: { [BOX_PACK]: box } }));
  return [
    { name: BOX_PACK, flags: ['--manifest', manifest, '--pack', BOX_PACK] },
    { name: 'compact --flip', flags: ['--flip'] },
    { name: 'compact with expressions', flags: ['--attributes', 'gender,age,expression'] },
    { name: 'compact --small-faces', flags: ['--small-faces'] },
    { name: 'compact --turned', flags: ['--turned'] },
  ];
}
