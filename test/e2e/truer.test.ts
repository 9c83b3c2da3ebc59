import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { PictureRecord } from '../../src/core/report.js';
import { FIXTURES } from '../pictures/made-picture.js';
import { repository } from '../shared.js';
import { facetag, temporaryFolder } from './cli.js';

const astronaut = path.join(FIXTURES, 'astronaut.png');

/** The one record of a run over one picture. */
async function tag(file: string, ...flags: string[]): Promise<PictureRecord> {
  const { code, stdout, stderr } = await facetag([file, '--jsonl', ...flags]);
  expect([code, stderr.includes('error')]).toEqual([0, false]);
  return JSON.parse(stdout) as PictureRecord;
}

function save(picture: Buffer): string {
  const file = path.join(temporaryFolder(), 'a.png');
  writeFileSync(file, picture);
  return file;
}

describe('--turned', () => {
  it('reads the faces of a picture that lies on its side, boxes as seen, and says so', async () => {
    const upright = await tag(astronaut);
    const [face] = upright.faces;
    const turned = await tag(save(await sharp(astronaut).rotate(270).png().toBuffer()), '--turned');
    expect(turned.warnings).toEqual([expect.stringContaining('by 90 degrees clockwise')]);
    expect(turned.faces).toHaveLength(1);
    const { bbox, gender, age } = turned.faces[0] ?? {};
    expect({ gender, age }).toEqual({ gender: face?.gender, age: face?.age });
    const [x = 0, y = 0, w = 0, h = 0] = face?.bbox ?? [];
    const expected = [y, upright.width - x - w, h, w];
    for (const [index, value] of expected.entries()) {
      expect(Math.abs((bbox?.[index] ?? NaN) - value)).toBeLessThanOrEqual(2);
    }
  });

  it('changes nothing of a picture that stands upright', async () => {
    const { run: plainRun, ...plain } = await tag(astronaut);
    const { run, ...record } = await tag(astronaut, '--turned');
    expect(record).toEqual(plain);
    expect(run.settings).not.toBe(plainRun.settings);
  });
});

describe('--small-faces', () => {
  it('finds the faces of a crowd that one look cannot see, each once and with its gender', async () => {
    const [face] = (await tag(astronaut)).faces;
    // Ten times the same woman with a face of 60 pixels in a picture of 3,000.
    const scale = 60 / (face?.bbox[3] ?? 1);
    const input = await sharp(astronaut)
      .resize(Math.round(512 * scale))
      .toBuffer();
    const places = Array.from({ length: 10 }, (_, index) => ({
      input,
      left: 40 + (index % 5) * 560,
      top: 60 + Math.floor(index / 5) * 700,
    }));
    const crowd = sharp({ create: { width: 3000, height: 1600, channels: 3, background: '#787d76' } });
    const file = save(await crowd.composite(places).png().toBuffer());
    expect((await tag(file)).faces.length).toBeLessThan(5);
    const { faces, scale: used } = await tag(file, '--small-faces');
    expect(used).toBe(1);
    // More looks also find more of what is no face: the detector is unsure of those.
    const sure = faces.filter(({ confidence }) => confidence > 0.9);
    expect(sure).toHaveLength(10);
    expect(sure.filter(({ gender }) => gender === 'Female')).toHaveLength(10);
  });
});

describe('--flip', () => {
  it('keeps the faces and moves what is said of them a little', async () => {
    const [plain, flipped] = [(await tag(astronaut)).faces[0], (await tag(astronaut, '--flip')).faces[0]];
    expect(flipped?.bbox).toEqual(plain?.bbox);
    expect(flipped?.gender).toBe(plain?.gender);
    expect(flipped?.ageYears).not.toBe(plain?.ageYears);
    expect(Math.abs((flipped?.ageYears ?? 0) - (plain?.ageYears ?? 99))).toBeLessThan(8);
  });
});

describe('quality', () => {
  it('tells faces that are too small to say anything of, which a rule leaves out', async () => {
    const tiny = sharp(await sharp(astronaut).resize(90).toBuffer());
    const file = save(await tiny.resize(512).png().toBuffer());
    const sharpFace = (await tag(astronaut)).faces[0];
    const { stdout } = await facetag([file, '--jsonl', '--where', 'any(quality >= 0.25)']);
    expect(stdout).toBe('');
    expect(sharpFace?.quality).toBeGreaterThan(0.35);
  });
});

describe("a pack of a manifest of one's own", () => {
  it('can take files from the embedded pack, and then needs none of its own', async () => {
    const { packs } = JSON.parse(readFileSync(path.join(repository, 'models/manifest.json'), 'utf8')) as {
      packs: { compact: { files: object[] } };
    };
    const files = packs.compact.files.map((file) => ({ ...file, from: 'compact' }));
    const file = path.join(temporaryFolder(), 'manifest.json');
    const mine = { ...packs.compact, origin: 'pulled', files };
    writeFileSync(file, JSON.stringify({ schemaVersion: 2, packs: { mine } }));
    const { run, ...record } = await tag(astronaut, '--manifest', file, '--pack', 'mine');
    const { run: compactRun, ...compact } = await tag(astronaut);
    expect(record).toEqual(compact);
    expect([run.pack, compactRun.pack]).toEqual(['mine', 'compact']);
  });
});
