import { describe, expect, it } from 'vitest';
import {
  addRoot,
  covers,
  formatMemory,
  parseMemory,
  pathOf,
  rootOf,
  sameRoots,
  withRoot,
  type Roots,
} from '../../src/core/roots.js';

const base: Roots = { base: '/home/photos' };
const two: Roots = { ...base, others: new Map([['iphone', '/mnt/iphone']]) };

it.each([
  [base, 'a.jpg', '/home/photos/a.jpg', ''],
  [base, 'iphone/a.jpg', '/home/photos/iphone/a.jpg', ''],
  [two, 'a.jpg', '/home/photos/a.jpg', ''],
  [two, 'iphone/b/a.jpg', '/mnt/iphone/b/a.jpg', 'iphone'],
  [two, 'iphone', '/home/photos/iphone', ''],
  [two, 'iphone2/a.jpg', '/home/photos/iphone2/a.jpg', ''],
])('with %j the name %j stands for %j', (roots, image, file, root) => {
  expect(pathOf(roots, image)).toBe(file);
  expect(rootOf(roots, image)).toBe(root);
});

describe('roots', () => {
  it('cover what lies in one of them', () => {
    expect(covers(two, '/mnt/iphone/2024')).toBe(true);
    expect(covers(two, '/home/photos')).toBe(true);
    expect(covers(two, '/mnt')).toBe(false);
    expect(covers(base, '/mnt/iphone')).toBe(false);
  });

  it('join under their own name, or one with a number where it is taken', () => {
    const free = (): boolean => false;
    expect(addRoot(base, '/mnt/iphone', free)).toEqual(two);
    expect([...(addRoot(two, '/usb/iphone', free).others ?? [])].at(-1)).toEqual(['iphone-2', '/usb/iphone']);
    const joined = addRoot(two, '/usb/iphone', (name) => name === 'iphone-2');
    expect([...(joined.others ?? [])].at(-1)).toEqual(['iphone-3', '/usb/iphone']);
    expect([...(addRoot(base, '/', free).others ?? [])]).toEqual([['root', '/']]);
  });

  it('can be put in another place', () => {
    expect(withRoot(two, '', '/home/fotos')).toEqual({ ...two, base: '/home/fotos' });
    expect(pathOf(withRoot(two, 'iphone', '/mnt/phone'), 'iphone/a.jpg')).toBe('/mnt/phone/a.jpg');
  });

  it('are the same in whatever order they joined', () => {
    const [a, b] = [['a', '/a'] as const, ['b', '/b'] as const];
    expect(sameRoots({ ...base, others: new Map([a, b]) }, { ...base, others: new Map([b, a]) })).toBe(true);
    expect(sameRoots(base, two)).toBe(false);
  });

  it('are remembered relative to the output folder, a single one as ever', () => {
    expect(formatMemory(base, '/home/out')).toBe('{\n  "schemaVersion": 1,\n  "base": "../photos"\n}\n');
    expect(parseMemory(formatMemory(two, '/home/out'), '/home/out')).toEqual(two);
  });

  it.each(['', '[]', '{"schemaVersion":1}', '{"schemaVersion":1,"base":".","others":{}}'])(
    'are not read from %j',
    (text) => {
      expect(parseMemory(text, '/home/out')).toBeUndefined();
    },
  );

  it.each(['..', '.', '', 'a/b', 'a\0'])('are not called %j', (name) => {
    const memory = { schemaVersion: 1, base: '.', others: { [name]: '/x' } };
    expect(parseMemory(JSON.stringify(memory), '/home/out')).toBeUndefined();
  });
});
