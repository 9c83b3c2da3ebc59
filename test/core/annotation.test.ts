import { describe, expect, it } from 'vitest';
import { layoutAnnotation } from '../../src/core/annotation.js';
import { labelParts } from '../../src/core/annotation/label.js';
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
  const attributes = { gender: { label, confidence: 0.936 }, age: '(25-32)' as const };
  return { box: { x1, y1, x2, y2 }, confidence: 1, attributes };
}

const backgrounds = (width: number, height: number, faces: readonly Face[]): BoundingBox[] =>
  layoutAnnotation({ width, height }, faces, measure).marks.map(({ label }) => label!.background);

it('words a label in two parts', () => {
  expect(labelParts(face(0, 0, 1, 1).attributes)).toEqual(['Female 94%', '(25-32)']);
});

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
    ['of one pixel', face(999, 799, 1000, 800)],
  ])('keeps frame and label of a face %s inside the picture', (_, one) => {
    const { style, marks } = layoutAnnotation({ width: 1000, height: 800 }, [one], measure);
    const [mark] = marks;
    const { background, lines } = mark!.label!;
    expect(background.x1).toBeGreaterThanOrEqual(0);
    expect(background.y1).toBeGreaterThanOrEqual(0);
    expect(background.x2).toBeLessThanOrEqual(1000);
    expect(background.y2).toBeLessThanOrEqual(800);
    expect(mark!.frame.x1).toBeGreaterThanOrEqual(style.outlineWidth / 2);
    expect(mark!.frame.y2).toBeLessThanOrEqual(800 - style.outlineWidth / 2);
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
    ).marks.map(({ label }) => label!.lines.map(({ text }) => text));
    expect(texts).toEqual([['Female 94% (25-32)'], ['Female 94%', '(25-32)']]);
  });

  it('scales lines and text with the picture', () => {
    const layouts = [1, 2, 4].map((n) =>
      layoutAnnotation(
        { width: 1000 * n, height: 800 * n },
        [face(400 * n, 300 * n, 520 * n, 420 * n)],
        measure,
      ),
    );
    const [one, two, four] = layouts.map(({ style }) => style);
    expect(two!.textScale / one!.textScale).toBeCloseTo(2, 5);
    expect(four!.textScale / one!.textScale).toBeCloseTo(4, 5);
    expect(four!.lineWidth / one!.lineWidth).toBeGreaterThan(3);
  });

  it('shrinks text to a narrow picture, and leaves it out of a tiny one', () => {
    const [narrow] = backgrounds(64, 64, [face(20, 10, 40, 30)]);
    expect(narrow!.x2 - narrow!.x1).toBeLessThanOrEqual(64);
    const tiny = layoutAnnotation({ width: 24, height: 24 }, [face(5, 5, 15, 15)], measure);
    expect(tiny.marks[0]).not.toHaveProperty('label');
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
    const { marks } = layoutAnnotation(
      { width: 500, height: 500 },
      [face(10, 100, 60, 160, 'Male'), face(300, 100, 350, 160, 'Female')],
      measure,
    );
    expect(marks[0]!.colour).not.toEqual(marks[1]!.colour);
  });

  it('draws nothing where there are no faces', () => {
    expect(layoutAnnotation({ width: 10, height: 10 }, [], measure).marks).toEqual([]);
  });
});
