import { describe, expect, it } from 'vitest';
import { layoutAnnotation } from '../../src/core/annotation.js';
import { area, intersection } from '../../src/core/box.js';
import type { TextSize } from '../../src/ports.js';
import type { BoundingBox, Face, Gender } from '../../src/types.js';

/** A font whose letters are all equally wide. */
const measure = (line: string, scale: number): TextSize => ({
  width: line.length * 20 * scale,
  height: 22 * scale,
  baseline: 9 * scale,
});

function face(x1: number, y1: number, x2: number, y2: number, label: Gender = 'Female'): Face {
  const attributes = { gender: label, genderConfidence: 0.936, age: '(25-32)' as const };
  return { box: { x1, y1, x2, y2 }, confidence: 1, attributes };
}

const backgrounds = (width: number, height: number, faces: readonly Face[]): BoundingBox[] =>
  layoutAnnotation({ width, height }, faces, measure).map(({ label }) => label!.background);

describe('layoutAnnotation', () => {
  it.each([
    ['in the middle', face(400, 300, 520, 420)],
    ['at the left edge', face(0, 300, 100, 420)],
    ['at the right edge', face(900, 300, 1000, 420)],
    ['at the top edge', face(400, 0, 500, 120)],
    ['at the bottom edge', face(400, 680, 500, 800)],
    ['in a corner', face(0, 0, 60, 60)],
    ['in the far corner', face(940, 740, 1000, 800)],
    ['over the whole picture', face(0, 0, 1000, 800)],
  ])('keeps frame and label of a face %s inside the picture', (_, one) => {
    const [mark] = layoutAnnotation({ width: 1000, height: 800 }, [one], measure);
    const { background, lines, style } = mark!.label!;
    expect(background.x1).toBeGreaterThanOrEqual(0);
    expect(background.y1).toBeGreaterThanOrEqual(0);
    expect(background.x2).toBeLessThanOrEqual(1000);
    expect(background.y2).toBeLessThanOrEqual(800);
    expect(mark!.frame.x1).toBeGreaterThanOrEqual(mark!.style.outlineWidth / 2);
    expect(mark!.frame.y2).toBeLessThanOrEqual(800 - mark!.style.outlineWidth / 2);
    for (const { text, origin } of lines) {
      const { width } = measure(text, style.textScale);
      expect(origin.x).toBeGreaterThanOrEqual(background.x1 + style.padding);
      expect(origin.x + width).toBeLessThanOrEqual(background.x2 - style.padding + 1);
      expect(origin.y - style.capHeight).toBeGreaterThanOrEqual(background.y1);
      expect(origin.y).toBeLessThan(background.y2);
    }
  });

  it('puts the label above the face where there is room, else below', () => {
    const [above] = backgrounds(1000, 800, [face(400, 300, 520, 420)]);
    expect(above!.y2).toBeLessThanOrEqual(300);
    expect(above!.y2).toBeGreaterThan(290);
    const [below] = backgrounds(1000, 800, [face(400, 5, 520, 420)]);
    expect(below!.y1).toBeGreaterThanOrEqual(420);
  });

  it('writes one line over a wide face, two over a narrow one', () => {
    const texts = layoutAnnotation(
      { width: 1000, height: 800 },
      [face(50, 100, 450, 600), face(700, 100, 760, 180)],
      measure,
    ).map(({ label }) => label!.lines.map(({ text }) => text));
    expect(texts).toEqual([['Female 94 %, (25-32)'], ['Female 94 %', '(25-32)']]);
  });

  it('scales lines and text with the picture', () => {
    const layouts = [1, 2, 4].map((n) =>
      layoutAnnotation(
        { width: 1000 * n, height: 800 * n },
        [face(400 * n, 300 * n, 520 * n, 420 * n)],
        measure,
      ),
    );
    const [one, two, four] = layouts.map(([mark]) => mark!.style);
    expect(two!.textScale / one!.textScale).toBeCloseTo(2, 5);
    expect(four!.textScale / one!.textScale).toBeCloseTo(4, 5);
    expect(four!.lineWidth / one!.lineWidth).toBeGreaterThan(3);
  });

  it('scales with each face, in a crowd and beside a large one', () => {
    const picture = { width: 3840, height: 2160 };
    const [large, small] = layoutAnnotation(
      picture,
      [face(2000, 300, 2900, 1400), face(600, 600, 665, 680)],
      measure,
    );
    expect(small!.label!.style.capHeight).toBeLessThan(11);
    expect(small!.style.lineWidth).toBeLessThanOrEqual(4);
    expect(area(small!.label!.background)).toBeLessThan(65 * 80);
    expect(large!.label!.style.capHeight).toBeGreaterThan(60);
  });

  it('leaves text out of a picture too small for it, and of a face of one pixel', () => {
    const noLabel = (width: number, height: number, one: Face): void => {
      const [mark] = layoutAnnotation({ width, height }, [one], measure);
      expect(mark).not.toHaveProperty('label');
      expect(mark!.frame.x2).toBeLessThanOrEqual(width);
    };
    noLabel(64, 64, face(13, 10, 38, 40));
    noLabel(24, 24, face(5, 5, 15, 15));
    noLabel(1000, 800, face(999, 799, 1000, 800));
  });

  it('covers no other face and no other label, however dense the crowd: there it leaves text out', () => {
    const picture = { width: 3840, height: 2160 };
    const side = 65;
    const crowd = Array.from({ length: 600 }, (_, i) => {
      const [x, y] = [20 + (i % 30) * (side + 5), 60 + Math.floor(i / 30) * (side + (i % 7) * 5)];
      return face(x, y, x + side, y + side);
    });
    const marks = layoutAnnotation(picture, crowd, measure);
    const labels = marks.flatMap(({ label }) => label?.background ?? []);
    expect(labels.length).toBeGreaterThan(20);
    expect(labels.length).toBeLessThan(crowd.length);
    const covers = (label: BoundingBox, box: BoundingBox): number => area(intersection(label, box));
    const onLabels = labels.flatMap((label, at) =>
      labels.slice(at + 1).filter((other) => covers(label, other) > 0),
    );
    expect(onLabels).toEqual([]);
    const onFaces = marks.flatMap(({ label }, at) =>
      crowd.filter(({ box }, other) => label && other !== at && covers(label.background, box) > 0),
    );
    expect(onFaces).toEqual([]);
    const own = marks.map(({ label }, at) => (label ? covers(label.background, crowd[at]!.box) : 0));
    expect(Math.max(...own)).toBeLessThan((side * side) / 2);
  });

  it('keeps the labels of a row of faces off each other and off the faces', () => {
    const row = Array.from({ length: 7 }, (_, i) =>
      face(100 + i * 125, 300 + (i % 2) * 40, 200 + i * 125, 420 + (i % 2) * 40),
    );
    const labels = backgrounds(1100, 800, row);
    labels.forEach((label, index) => {
      for (const other of labels.slice(index + 1)) expect(area(intersection(label, other))).toBe(0);
      for (const { box } of row) expect(area(intersection(label, box))).toBe(0);
    });
  });

  it('tells genders apart by colour', () => {
    const marks = layoutAnnotation(
      { width: 500, height: 500 },
      [face(10, 100, 60, 160, 'Male'), face(300, 100, 350, 160, 'Female')],
      measure,
    );
    expect(marks[0]!.colour).not.toEqual(marks[1]!.colour);
  });

  it('draws nothing where there are no faces', () => {
    expect(layoutAnnotation({ width: 10, height: 10 }, [], measure)).toEqual([]);
  });
});
