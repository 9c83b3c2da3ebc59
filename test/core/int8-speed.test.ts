import { describe, expect, it } from 'vitest';
import { isFastInInt8 } from '../../src/core/int8-speed.js';

describe('whether a processor is fast in int8', () => {
  it.each([
    ['processor\t: 0\nflags\t\t: fpu sse avx2 avx512_vnni\n', true],
    ['flags\t\t: fpu sse avx2 avx_vnni\n', true],
    ['flags\t\t: fpu amx_int8\n', true],
    ['flags\t\t: fpu sse avx2 avx512f\n', false],
    ['Features\t: fp asimd asimddp\n', true],
    ['Features\t: fp asimd\n', false],
    ['processor\t: 0\n', undefined],
    [undefined, undefined],
  ])('%j', (cpuinfo, fast) => {
    expect(isFastInInt8(cpuinfo)).toBe(fast);
  });
});
