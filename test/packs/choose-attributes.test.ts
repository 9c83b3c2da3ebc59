import { describe, expect, it } from 'vitest';
import { ATTRIBUTE_CHOICES } from '../../src/config.js';
import { chooseAttributes, requireTold } from '../../src/packs/choose-attributes.js';
import { filesForRun, findDetector, loadManifest } from '../../src/packs/manifest.js';
import { repository } from '../shared.js';

const manifest = await loadManifest({ packageRoot: repository });
const packs = Object.entries(manifest.packs);

/** What a run of a pack reads. */
const filesOf = (pack: (typeof packs)[number][1]): string[] =>
  filesForRun(pack, findDetector(pack)).map(({ name }) => name);

describe('what a run is asked to tell of a face', () => {
  it.each(packs)('leaves the net for expressions of %s alone unless it is among that', (_, pack) => {
    const usual = chooseAttributes(pack);
    expect(filesOf(usual)).not.toContain('face-expression.onnx');
    expect(usual.estimators.map(({ family }) => family)).not.toContain('face-expression');
    const all = chooseAttributes(pack, ATTRIBUTE_CHOICES);
    expect(all).toBe(pack);
    expect(filesOf(all)).toEqual(expect.arrayContaining([...filesOf(usual), 'face-expression.onnx']));
  });

  it('is refused for a pack that does not tell it, and others are named', () => {
    const { compact } = manifest.packs;
    const mine = chooseAttributes(compact!);
    const both = { ...manifest, packs: { ...manifest.packs, mine } };
    expect(() => {
      requireTold(both, 'mine', ATTRIBUTE_CHOICES);
    }).toThrow(
      'Expected a pack that tells expression (compact, accurate, classic) for --pack, received "mine"',
    );
    for (const name of ['compact', 'accurate', 'classic']) requireTold(both, name, ATTRIBUTE_CHOICES);
    requireTold(both, 'mine');
  });
});
