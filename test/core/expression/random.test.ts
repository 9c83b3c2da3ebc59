import { describe, expect, it } from 'vitest';
import { compileExpression } from '../../../src/core/expression.js';
import type { PictureFacts } from '../../../src/core/expression.js';
import { FatalError } from '../../../src/errors.js';
import { randomExpression, randomFrom, randomRecord, randomText } from './random.js';

describe('whatever is typed', () => {
  it('is a condition or a usage error, and never throws on a record', () => {
    const random = randomFrom(20_240_601);
    let compiled = 0;
    for (let i = 0; i < 20_000; i++) {
      const holds = attempt(randomText(random));
      if (!holds) continue;
      compiled++;
      expect(typeof holds(randomRecord(random))).toBe('boolean');
    }
    expect(compiled).toBeGreaterThan(50);
  });

  it('that is well formed compiles, means the opposite of its negation', () => {
    const random = randomFrom(7);
    for (let i = 0; i < 3000; i++) {
      const source = randomExpression(random);
      const record = randomRecord(random);
      const holds = compileExpression(source, '--where')(record);
      expect(compileExpression(`!(${source})`, '--where')(record)).toBe(!holds);
      expect(compileExpression(`(${source}) && true || false`, '--where')(record)).toBe(holds);
    }
  });

  it('leaves the record as it was', () => {
    const random = randomFrom(3);
    for (let i = 0; i < 200; i++) {
      const record = randomRecord(random);
      const before = structuredClone(record);
      compileExpression(randomExpression(random), '--where')(record);
      expect(record).toEqual(before);
    }
  });
});

/** The compiled expression; undefined when it is a usage error; anything else is thrown on. */
function attempt(source: string): ((record: PictureFacts) => boolean) | undefined {
  try {
    return compileExpression(source, '--where');
  } catch (error) {
    expect(error, source).toBeInstanceOf(FatalError);
    expect((error as FatalError).code).toBe('USAGE');
    return undefined;
  }
}
