import { expect, it } from 'vitest';
import { usesColour } from '../../src/core/colour.js';

it.each([
  ['auto', true, {}, true],
  ['auto', false, {}, false],
  ['auto', true, { TERM: 'dumb' }, false],
  ['auto', true, { NO_COLOR: '1' }, false],
  ['auto', true, { NO_COLOR: '' }, true],
  ['auto', false, { FORCE_COLOR: '1' }, true],
  ['auto', false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ['auto', true, { FORCE_COLOR: '0' }, false],
  ['auto', true, { FORCE_COLOR: '' }, true],
  ['always', false, { NO_COLOR: '1' }, true],
  ['never', true, { FORCE_COLOR: '1' }, false],
] as const)('--color %s, terminal %s, %o: %s', (choice, terminal, env, coloured) => {
  expect(usesColour({ choice, terminal, env })).toBe(coloured);
});
