import { describe, expect, it } from 'vitest';
import { unknownVariables } from '../../src/cli/environment.js';

describe('unknown variables', () => {
  it.each([
    ['FACETAG_MIN_FACES', ['FACETAG_MIN_FACES is no variable of facetag. Did you mean FACETAG_MIN_FACE?']],
    ['FACETAG_OUPTUT', ['FACETAG_OUPTUT is no variable of facetag. Did you mean FACETAG_OUTPUT?']],
    ['FACETAG_PROGRESS', ['FACETAG_PROGRESS is no variable of facetag. Did you mean FACETAG_NO_PROGRESS?']],
    ['FACETAG_COLOUR', ['FACETAG_COLOUR is no variable of facetag. Did you mean FACETAG_COLOR?']],
    ['FACETAG_WALLPAPER', ['FACETAG_WALLPAPER is no variable of facetag']],
    ['FACETAG_MIRROR', []],
    ['FACETAG_OPENCV_DIR', []],
    ['HOME', []],
  ])('%s', async (name, warnings) => {
    expect(await unknownVariables({ [name]: '1' })).toEqual(warnings);
    expect(await unknownVariables({ [name]: '' })).toEqual([]);
  });
});
