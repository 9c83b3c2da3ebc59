import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PictureRecord } from '../../src/core/report.js';
import { repository } from '../shared.js';
import { contents, facetag, temporaryFolder, type Ran } from './cli.js';

const FIXTURES = path.join(repository, 'fixtures/images');
const HEIC = path.join(repository, 'fixtures/formats/astronaut-turned.heic');

let cwd: string;

beforeEach(() => {
  cwd = temporaryFolder();
  cpSync(FIXTURES, path.join(cwd, 'photos'), { recursive: true });
});

const tag = (...flags: string[]): Promise<Ran> => facetag(['photos', '-o', 'out', ...flags], { cwd });
const below = (folder: string): string[] => [...contents(path.join(cwd, 'out', folder)).keys()];
const recordOf = (image: string, output = 'out'): PictureRecord =>
  JSON.parse(readFileSync(path.join(cwd, output, 'json', `${image}.json`), 'utf8')) as PictureRecord;

describe('blurred copies', () => {
  it.each(['--blur', '--pixelate'])('with %s show no face that the detector finds again', async (flag) => {
    cpSync(HEIC, path.join(cwd, 'photos/phone.heic'));
    writeFileSync(path.join(cwd, 'photos/bad.jpg'), 'text');
    expect((await tag(flag)).code).toBe(1);
    // One for each picture that could be read, with faces or without.
    expect(below('blurred')).toEqual(['astronaut.png', 'camera.png', 'home.jpg', 'phone.heic.jpg']);
    expect(recordOf('phone.heic').faces).toHaveLength(1);
    expect((await facetag(['out/blurred', '-o', 'again'], { cwd })).code).toBe(0);
    for (const image of below('blurred')) expect(recordOf(image, 'again').faces).toEqual([]);
  });

  it('are upright, at the original size and without metadata', async () => {
    const landscape = await sharp(path.join(FIXTURES, 'astronaut.png')).resize(300, 200).png().toBuffer();
    const photo = sharp(landscape).rotate(270);
    rmSync(path.join(cwd, 'photos'), { recursive: true });
    mkdirSync(path.join(cwd, 'photos'));
    const exif = { IFD0: { Artist: 'somebody' }, IFD3: { GPSLatitudeRef: 'N' } };
    await photo.withMetadata({ orientation: 6 }).withExif(exif).jpeg().toFile(path.join(cwd, 'photos/a.jpg'));
    expect((await tag('--blur')).code).toBe(0);
    const {
      width,
      height,
      orientation,
      exif: left,
    } = await sharp(path.join(cwd, 'out/blurred/a.jpg')).metadata();
    expect([recordOf('a.jpg').orientation, recordOf('a.jpg').width]).toEqual([6, 300]);
    expect({ width, height, orientation, left }).toEqual({
      width: 300,
      height: 200,
      orientation: undefined,
      left: undefined,
    });
  });

  it('hide only the faces that --blur-where names, and all of them once it is left out', async () => {
    expect((await tag('--blur', '--blur-where', "gender == 'Female'")).code).toBe(0);
    const [some, first] = [contents(path.join(cwd, 'out/blurred')), recordOf('camera.png').faces];
    expect(first).toMatchObject([{ gender: 'Male' }]);
    await facetag(['out/blurred', '-o', 'again'], { cwd });
    expect(recordOf('astronaut.png', 'again').faces).toEqual([]);
    expect(recordOf('camera.png', 'again').faces).toHaveLength(1);

    expect((await tag('-n', '--blur')).stdout).toMatch(/^(redraw\t.*\n){3}$/);
    const all = await tag('--blur');
    expect(all.stderr).toContain('Removed 3 files in blurred, drawn in another way');
    expect(all.stderr).toContain('3 redrawn');
    const whole = contents(path.join(cwd, 'out/blurred'));
    expect(whole.get('astronaut.png')).toEqual(some.get('astronaut.png'));
    expect(whole.get('camera.png')).not.toEqual(some.get('camera.png'));
    expect((await tag('--blur')).stderr).toContain('3 unchanged');
  });

  it('of another style are removed even where a run is about other pictures', async () => {
    await tag('--blur');
    await facetag(['photos/camera.png', '-o', 'out', '--pixelate'], { cwd });
    expect(below('blurred')).toEqual(['camera.png']);
  });

  it('need a rule that can be read', async () => {
    const ran = await tag('--blur', '--blur-where', 'gendr == "Female"');
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('Expected an expression for --blur-where');
  });
});

describe('crops', () => {
  it('have the number that the face has in the record', async () => {
    expect((await tag('--crops', '--crop-padding', '0')).code).toBe(0);
    expect(below('crops')).toEqual(['astronaut.png/0.jpg', 'camera.png/0.jpg']);
    const [, , width, height] = recordOf('astronaut.png').faces[0]?.bbox ?? [];
    const crop = await sharp(path.join(cwd, 'out/crops/astronaut.png/0.jpg')).metadata();
    expect([crop.width, crop.height]).toEqual([width, height]);
  });

  it('are drawn again in another size, and those of faces that are gone go', async () => {
    await tag('--crops');
    const folder = path.join(cwd, 'out/crops/astronaut.png');
    for (const surplus of ['1.jpg', '7.jpg']) cpSync(path.join(folder, '0.jpg'), path.join(folder, surplus));
    writeFileSync(path.join(folder, 'notes.txt'), 'mine');
    expect((await tag('--crops')).stderr).toContain('1 redrawn');
    expect(readdirSync(folder).sort()).toEqual(['0.jpg', 'notes.txt']);

    rmSync(path.join(folder, 'notes.txt'));
    expect((await tag('--crops', '--crop-size', '64')).stderr).toContain('2 redrawn');
    const { width, height } = await sharp(path.join(folder, '0.jpg')).metadata();
    expect(Math.max(width, height)).toBe(64);

    // A picture that has no face any more has no crop, whatever is asked for.
    cpSync(path.join(FIXTURES, 'home.jpg'), path.join(cwd, 'photos/astronaut.png'));
    await tag();
    expect(readdirSync(path.join(cwd, 'out/crops'))).toEqual(['camera.png']);
  });
});

describe('all kinds of copies', () => {
  it('are what each alone would be, are merged, and are pruned with their picture', async () => {
    const kinds = ['--annotate', '--blur', '--crops'];
    expect((await tag(...kinds)).code).toBe(0);
    const together = contents(path.join(cwd, 'out'));
    for (const flag of kinds) await facetag(['photos', '-o', 'alone', flag], { cwd });
    expect(contents(path.join(cwd, 'alone'))).toEqual(together);

    for (const share of ['1/2', '2/2']) {
      const output = `share-${share[0] ?? ''}`;
      await facetag(['photos', '-o', output, '--shard', share, ...kinds, '--allow-empty'], { cwd });
    }
    expect((await facetag(['merge', 'share-1', 'share-2', '-o', 'merged'], { cwd })).code).toBe(0);
    expect(contents(path.join(cwd, 'merged'))).toEqual(together);
    await facetag(['photos', '-o', 'share-2', '--shard', '2/2', '--pixelate', '--allow-empty'], { cwd });
    const mixed = await facetag(['merge', 'share-1', 'share-2', '-o', 'mixed'], { cwd });
    expect(mixed.code).toBe(2);
    expect(mixed.stderr).toContain('copies in blurred drawn in one way (blur)');

    rmSync(path.join(cwd, 'photos/astronaut.png'));
    expect((await tag('--prune')).stderr).toContain('1 pruned');
    expect(below('.').filter((file) => file.includes('astronaut'))).toEqual([]);
    expect(readdirSync(path.join(cwd, 'out/crops'))).toEqual(['camera.png']);
  });

  it('leave what a run writes without them as it is', async () => {
    await tag();
    expect(below('.')).not.toContain('copies.json');
    const record = recordOf('astronaut.png');
    await tag('--blur', '--crops');
    expect(recordOf('astronaut.png')).toEqual(record);
  });
});
