import type { PictureFacts } from '../../../src/core/expression.js';

/** Seeded random choices, so that a failure can be repeated. */
export interface Random {
  /** 0..1. */
  next(): number;
  /** 0..n-1. */
  below(n: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
}

/** Mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return { next, below, pick: (items) => items[below(items.length)] ?? items[0] };
}

const PIECES: readonly [string, ...string[]] = [
  ...['faces', 'males', 'minAge', 'width', 'status', 'code', 'gender', 'age', 'ageYears', 'w', 'any', 'all'],
  ...['count', 'true', 'false', 'null', 'this', 'constructor', '__proto__', 'toString', 'new', '=>', '${'],
  ...['(', ')', '(', ')', '[', ']', '{', '}', '.', ',', ';', '?', ':', '`', '"', "'", '\\', '"Male"', '"ok"'],
  ...['||', '&&', '!', '==', '!=', '<', '<=', '>', '>=', '+', '-', '*', '/', '%', '=', '&', '|', '**', '??'],
  ...['0', '1', '25', '.5', '1e3', '9e999', ' ', ' ', '\n', '\0', '\u00a0', 'é', '😀', '\ud800', '\u202e'],
] as [string, ...string[]];

/** Pieces of the language and of others, in any order. */
export function randomText(random: Random): string {
  return Array.from({ length: 1 + random.below(9) }, () => random.pick(PIECES)).join(random.pick(['', ' ']));
}

/** A well-formed condition. */
export function randomExpression(random: Random, inFace = false, depth = 3): string {
  const condition = (): string => randomExpression(random, inFace, depth - 1);
  const number = (): string => randomNumber(random, inFace, depth - 1);
  const inside = (): string => randomExpression(random, true, depth - 1);
  if (depth <= 0) return random.pick(['true', 'false', 'faces > 1', 'status == "ok"', "code != 'TIMEOUT'"]);
  return random.pick([
    () => `${number()} ${random.pick(['==', '!=', '<', '<=', '>', '>='])} ${number()}`,
    () => `(${condition()}) ${random.pick(['||', '&&', '==', '!='])} (${condition()})`,
    () => `!(${condition()})`,
    () => (inFace ? 'gender == "female"' : `${random.pick(['any', 'all'])}(${inside()})`),
    () => (inFace ? 'age != "(0-2)"' : `count(${inside()}) > ${number()}`),
  ])();
}

function randomNumber(random: Random, inFace: boolean, depth: number): string {
  if (depth > 0 && random.next() < 0.4) {
    const [left, right] = [randomNumber(random, inFace, depth - 1), randomNumber(random, inFace, depth - 1)];
    return `(${left} ${random.pick(['+', '-', '*', '/', '%'])} -${right})`;
  }
  const face = random.pick(['ageYears', 'ageConfidence', 'genderConfidence', 'x', 'y', 'w', 'h', 'minAge']);
  const picture = random.pick([
    'faces',
    'males',
    'minAge',
    'maxAge',
    'confidence',
    'width',
    'height',
    '18',
    '0',
  ]);
  return inFace && random.next() < 0.5 ? face : picture;
}

export function randomRecord(random: Random): PictureFacts {
  if (random.next() < 0.2) {
    const error = { stage: 'decode', code: 'CORRUPT', message: '' } as const;
    return { status: 'failed', width: 0, height: 0, faces: [], error };
  }
  const faces = Array.from({ length: random.below(4) }, () => ({
    bbox: [random.below(900), random.below(900), 1 + random.below(99), 1 + random.below(99)] as const,
    confidence: random.next(),
    gender: random.pick(['Male', 'Female'] as const),
    genderConfidence: random.next(),
    age: random.pick(['(0-2)', '(15-20)', '(60-100)'] as const),
    ...(random.next() < 0.5 && { ageYears: random.below(100) }),
    ...(random.next() < 0.5 && { ageConfidence: random.next() }),
  }));
  return { status: 'ok', width: 1 + random.below(4000), height: 1 + random.below(4000), faces };
}
