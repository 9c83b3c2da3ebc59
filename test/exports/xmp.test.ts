import { describe, expect, it } from 'vitest';
import { face, okRecord } from '../records.js';
import { exported } from './exported.js';
import { PICTURES } from './pictures.js';
import { fileOf, hasTool, runTool } from './tools.js';

const hasExiftool = hasTool('exiftool', '-ver');
const hasExiv2 = hasTool('exiv2', '--version');

/** Seen at (.2, .3) of 640 x 480, a fifth wide and two fifths high. */
const record = okRecord('a.jpg', [face({ box: { x1: 64, y1: 48, x2: 192, y2: 240 } })]);

const turned = (orientation: number) => ({ ...record, orientation });

interface Regions {
  readonly Subject: readonly string[];
  readonly RegionInfo: {
    readonly AppliedToDimensions: unknown;
    readonly RegionList: readonly Readonly<Record<string, unknown>>[];
  };
}

function readByExiftool(sidecar: string): Regions {
  const [read] = JSON.parse(
    runTool('exiftool', '-struct', '-j', '-XMP:all', fileOf('a.xmp', sidecar)),
  ) as Regions[];
  return read!;
}

const area = (X: number, Y: number, W: number, H: number) => ({ X, Y, W, H, Unit: 'normalized' });

describe.skipIf(!hasExiftool)('xmp, read by exiftool (skipped where it is not installed)', () => {
  it('has a region for each face, described and never named, and its labels as keywords', async () => {
    const [pictures] = [PICTURES.filter(({ image }) => image === 'a.jpg')];
    const read = readByExiftool((await exported('xmp', pictures)).text('a.jpg.xmp'));
    expect(read.Subject).toEqual(['gender Male', 'gender Female', 'age 0-2', 'age 25-32']);
    expect(read.RegionInfo).toEqual({
      AppliedToDimensions: { W: 640, H: 480, Unit: 'pixel' },
      RegionList: [
        { Type: 'Face', Description: 'Female 80 %, 27 years', Area: area(0.2, 0.3, 0.2, 0.4) },
        { Type: 'Face', Description: 'Male 99 %, (0-2)', Area: area(0.75, 0.75, 0.5, 0.5) },
      ],
    });
  });

  it.each([
    [1, area(0.2, 0.3, 0.2, 0.4), 640, 480],
    [3, area(0.8, 0.7, 0.2, 0.4), 640, 480],
    [6, area(0.3, 0.8, 0.4, 0.2), 480, 640],
    [8, area(0.7, 0.2, 0.4, 0.2), 480, 640],
  ])('is about the stored pixels of orientation %i', async (orientation, expected, W, H) => {
    const read = readByExiftool((await exported('xmp', [turned(orientation)])).text('a.jpg.xmp'));
    expect(read.RegionInfo.RegionList[0]).toMatchObject({ Area: expected });
    expect(read.RegionInfo.AppliedToDimensions).toEqual({ W, H, Unit: 'pixel' });
  });
});

describe.skipIf(!hasExiv2)('xmp, read by exiv2 (skipped where it is not installed)', () => {
  it('has the same region', async () => {
    const sidecar = fileOf('a.xmp', (await exported('xmp', [turned(6)])).text('a.jpg.xmp'));
    const rows = runTool('exiv2', '-PXkt', sidecar).split('\n');
    const read = new Map(rows.map((row) => [row.slice(0, row.search(/\s/)), row.replace(/^\S+\s+/, '')]));
    expect(read.get('Xmp.dc.subject')).toBe('gender Female, age 25-32');
    const region = 'Xmp.mwg-rs.Regions/mwg-rs:RegionList[1]';
    expect(read.get(`${region}/mwg-rs:Type`)).toBe('Face');
    expect(read.get(`${region}/mwg-rs:Description`)).toBe('Female 80 %, 27 years');
    expect(Number(read.get(`${region}/mwg-rs:Area/stArea:y`))).toBe(0.8);
    expect(Number(read.get('Xmp.mwg-rs.Regions/mwg-rs:AppliedToDimensions/stDim:w'))).toBe(480);
    expect([...read.keys()].filter((key) => key.endsWith(':Name'))).toEqual([]);
  });
});

describe('xmp', () => {
  it('writes nothing for a picture without faces', async () => {
    const { files } = await exported('xmp', PICTURES);
    expect([...files.keys()].sort()).toEqual([expect.stringMatching(/^2024\/.*\.jpg\.xmp$/), 'a.jpg.xmp']);
  });
});
