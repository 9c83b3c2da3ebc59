/** Entries of the processes that facetag starts, as `bundle.js` writes them: in a package there is nothing else. */
export const LANE = new URL('../run/lane.cjs', import.meta.url);
export const PREVIEW_LANE = new URL('../run/preview-lane.cjs', import.meta.url);
