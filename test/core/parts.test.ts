import { describe, expect, it } from 'vitest';
import { isCut, mergeLooks, partLevels, partsOf } from '../../src/core/parts.js';

const SSD = { side: 736, wholeSide: 512 };
const YUNET = { side: 640, wholeSide: 640 };

describe('partLevels', () => {
  it.each([
    ['a small picture, which the whole shows', { width: 600, height: 400 }, SSD, []],
    ['a picture of one part', { width: 720, height: 480 }, SSD, [720]],
    ['a photo', { width: 1920, height: 1080 }, SSD, [736, 1472]],
    ['a portrait-format photo', { width: 3000, height: 4096 }, SSD, [736, 1472, 2944]],
    ['an input as large as a part', { width: 720, height: 720 }, YUNET, []],
    ['a photo for that', { width: 4096, height: 3000 }, YUNET, [1280, 2560, 4096]],
  ])('of %s', (_, size, parts, levels) => {
    expect(partLevels(size, parts)).toEqual(levels);
  });
});

describe('partsOf', () => {
  it.each([
    [300, 200],
    [736, 736],
    [1000, 740],
    [3333, 2222],
  ])('cover all of %d x %d, and neighbours share a quarter of their side', (width, height) => {
    const parts = partsOf({ width, height }, 736);
    for (const [start, end, length] of [
      ['x1', 'x2', width],
      ['y1', 'y2', height],
    ] as const) {
      const spans = [...new Set(parts.map((part) => part[start]))].map((from) => ({
        from,
        to: parts.find((part) => part[start] === from)?.[end] ?? 0,
      }));
      expect(spans[0]?.from).toBe(0);
      expect(spans.at(-1)?.to).toBe(length);
      for (const [index, { to }] of spans.slice(0, -1).entries()) {
        expect(to - (spans[index + 1]?.from ?? 0)).toBeGreaterThanOrEqual(736 / 4 - 1);
      }
    }
  });
});

describe('isCut', () => {
  const picture = { width: 1000, height: 500 };
  const part = { x1: 400, y1: 0, x2: 900, y2: 500 };
  it.each([
    ['in the middle', { x1: 100, y1: 100, x2: 200, y2: 200 }, false],
    ['at the edge of the picture', { x1: 100, y1: 0, x2: 200, y2: 80 }, false],
    ['where the part was cut on the left', { x1: 2, y1: 100, x2: 90, y2: 200 }, true],
    ['where it was cut on the right', { x1: 420, y1: 100, x2: 499, y2: 200 }, true],
  ])('a face %s: %s', (_, box, cut) => {
    expect(isCut(box, part, picture)).toBe(cut);
  });
});

describe('mergeLooks', () => {
  const box = { x1: 100, y1: 100, x2: 200, y2: 200 };
  it('counts a face of two looks once, as the surer look has it', () => {
    const shifted = { x1: 110, y1: 105, x2: 212, y2: 203 };
    expect(
      mergeLooks([
        { box, confidence: 0.6 },
        { box: shifted, confidence: 0.9 },
      ]),
    ).toEqual([{ box: shifted, confidence: 0.9 }]);
  });
  it('drops what lies inside a surer face, and keeps a neighbour', () => {
    const inside = { x1: 120, y1: 120, x2: 150, y2: 150 };
    const neighbour = { x1: 190, y1: 100, x2: 290, y2: 200 };
    const found = [
      { box, confidence: 0.9 },
      { box: inside, confidence: 0.5 },
      { box: neighbour, confidence: 0.7 },
    ];
    expect(mergeLooks(found).map(({ confidence }) => confidence)).toEqual([0.9, 0.7]);
  });
});
