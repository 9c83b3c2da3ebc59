import { describe, expect, it } from 'vitest';
import { readHeifIndex } from '../../../src/core/picture-format/heif-index.js';
import {
  findHeicDamage,
  findIsoMediaTruncation,
  heifWithoutDecoder,
  isAv1,
} from '../../../src/core/picture-format/iso-media.js';
import { isoBox, zeroTail } from '../../pictures/bytes.js';
import { heicGrid, heifFile, hevcItem, TURNED_HEIC } from '../../pictures/heif.js';
import { encoded } from '../../pictures/made-picture.js';

const tile = hevcItem();
const auxC = (kind: string): Buffer => isoBox('auxC', Buffer.from(`\0\0\0\0${kind}\0`));
const ALPHA = auxC('urn:mpeg:mpegB:cicp:systems:auxiliary:alpha');
const DEPTH = auxC('urn:mpeg:mpegB:cicp:systems:auxiliary:depth');

describe('readHeifIndex', () => {
  it('names the main item and where its data is', () => {
    const index = readHeifIndex(TURNED_HEIC);
    expect([index?.primary, [...(index?.items.values() ?? [])].map(({ type }) => type)]).toEqual([
      1,
      ['hvc1', 'Exif'],
    ]);
    expect(index?.shown).toHaveLength(1);
    expect(index?.shown[0]?.properties.get('ispe')?.readUInt32BE(4)).toBe(384);
  });

  it('follows a grid to its tiles', () => {
    expect(readHeifIndex(heicGrid(3, 2))?.shown.map(({ type }) => type)).toEqual([
      'grid',
      ...Array<string>(6).fill('hvc1'),
    ]);
  });

  it('counts transparency among what is shown, and not depth', () => {
    const config = tile.properties ?? [];
    const index = readHeifIndex(
      heifFile([
        tile,
        { ...tile, auxiliaryOf: 1, properties: [...config, ALPHA] },
        { ...tile, auxiliaryOf: 1, properties: [...config, DEPTH] },
      ]),
    );
    expect(index?.shown).toEqual([index?.items.get(1), index?.items.get(2)]);
  });

  it('gives nothing of an index that is cut, wherever that is', () => {
    const end = TURNED_HEIC.indexOf('mdat', 0, 'latin1') - 4;
    for (let at = 0; at < end; at += 1)
      expect(() => readHeifIndex(TURNED_HEIC.subarray(0, at))).not.toThrow();
  });
});

describe('heifWithoutDecoder', () => {
  it.each([
    ['unci', /uncompressed \(unci\)/],
    ['jpeg', /JPEG images/],
    ['j2k1', /JPEG 2000/],
    ['avc1', /H\.264/],
    ['vvc1', /H\.266/],
    ['what', /HEVC and AV1/],
  ])('names %s, alone and as tiles', (type, name) => {
    const item = { ...tile, type };
    expect(heifWithoutDecoder(heifFile([item]))).toMatch(name);
    expect(heifWithoutDecoder(heifFile([{ type: 'grid', data: Buffer.alloc(8), parts: [2] }, item]))).toMatch(
      name,
    );
    // As a thumbnail or a preview it is in nobody's way.
    expect(heifWithoutDecoder(heifFile([tile, item]))).toBeUndefined();
  });

  it.each([
    ['hvc1', 'HEIC'],
    ['av01', 'AVIF'],
  ])('names a sequence of %s', (codec, name) => {
    const track = isoBox('moov', isoBox('trak', isoBox('stsd', isoBox(codec, Buffer.alloc(20)))));
    const ftyp = isoBox('ftyp', Buffer.from('msf1\0\0\0\0msf1iso8'));
    const media = [ftyp, track, isoBox('mdat', Buffer.alloc(50, 7))];
    expect(heifWithoutDecoder(Buffer.concat(media))).toBe(`${name} sequences without a still picture`);
    const still = Buffer.concat([heifFile([tile]).subarray(0, -8), track]);
    expect(heifWithoutDecoder(still)).toBeUndefined();
  });

  it('says nothing of what can be decoded, and of damage', async () => {
    expect(heifWithoutDecoder(TURNED_HEIC)).toBeUndefined();
    expect(heifWithoutDecoder(heicGrid(2, 2))).toBeUndefined();
    const avif = await encoded((image) => image.resize(32).avif({ effort: 0 }));
    expect([heifWithoutDecoder(avif), isAv1(avif), isAv1(TURNED_HEIC)]).toEqual([undefined, true, false]);
    expect(heifWithoutDecoder(TURNED_HEIC.subarray(0, 300))).toBeUndefined();
  });
});

describe('findIsoMediaTruncation', () => {
  it('looks where the index says that the data is', () => {
    const heic = heifFile([tile]);
    expect(findIsoMediaTruncation(heic, 'HEIC')).toBeUndefined();
    expect(findIsoMediaTruncation(heic.subarray(0, -1), 'HEIC')).toMatch(/holds \d+ of \d+ bytes/);
    for (const share of [0.4, 0.7, 0.95])
      expect(findIsoMediaTruncation(zeroTail(heic, share), 'HEIC')).toMatch(/zero bytes/);
  });

  it('finds an AVIF whose end was never written', async () => {
    const avif = await encoded((image) => image.resize(64).avif({ effort: 0 }));
    expect(findIsoMediaTruncation(avif, 'AVIF')).toBeUndefined();
    expect(findIsoMediaTruncation(zeroTail(avif, 0.8), 'AVIF')).toMatch(/zero bytes/);
  });

  it('takes padding behind the data for what it is', () => {
    const padded = [TURNED_HEIC, isoBox('free', Buffer.alloc(9000))];
    expect(findIsoMediaTruncation(Buffer.concat(padded), 'HEIC')).toBeUndefined();
  });
});

describe('findHeicDamage', () => {
  it('finds zeros wherever they are in the picture', () => {
    const [start, end] = [TURNED_HEIC.indexOf('mdat', 0, 'latin1') + 4, TURNED_HEIC.length - 184];
    for (let at = start; at + 64 <= end; at += 64) {
      expect(findHeicDamage(Buffer.from(TURNED_HEIC).fill(0, at, at + 64)), `at ${at}`).toMatch(/zero bytes/);
    }
    const parameters = TURNED_HEIC.indexOf('hvcC', 0, 'latin1') + 4 + 32;
    expect(findHeicDamage(Buffer.from(TURNED_HEIC).fill(0, parameters, parameters + 8))).toMatch(
      /zero bytes/,
    );
  });

  it('finds them in a tile, and in the transparency', () => {
    const bad = { ...tile, data: Buffer.from(tile.data).fill(0, 2000, 2064) };
    const grid = { type: 'grid', data: Buffer.alloc(8, 1), parts: [2, 3] };
    expect(findHeicDamage(heifFile([grid, tile, bad]))).toMatch(/zero bytes/);
    const alpha = { ...bad, auxiliaryOf: 1, properties: [...(tile.properties ?? []), ALPHA] };
    expect(findHeicDamage(heifFile([tile, alpha]))).toMatch(/zero bytes/);
  });

  it('passes sound data, tiles that share theirs, and damage of what is not shown', () => {
    expect(findHeicDamage(TURNED_HEIC)).toBeUndefined();
    expect(findHeicDamage(heicGrid(9, 9))).toBeUndefined();
    const bad = { ...tile, data: Buffer.from(tile.data).fill(0, 2000, 2064) };
    expect(findHeicDamage(heifFile([tile, bad]))).toBeUndefined();
    // What a start code leaves behind a unit.
    const ended = Buffer.concat([tile.data, Buffer.alloc(3)]);
    ended.writeUInt32BE(tile.data.length - 4 + 3);
    expect(findHeicDamage(heifFile([{ ...tile, data: ended }]))).toBeUndefined();
  });
});
