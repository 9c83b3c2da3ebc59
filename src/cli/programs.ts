/** Entries of the processes that facetag starts, as `bundle.js` writes them: in a package there is nothing else. */
export const LANE = new URL('../run/lane.js', import.meta.url);
export const PREVIEW_LANE = new URL('../run/preview-lane.js', import.meta.url);
