// @ts-check
/*
 * What facetag runs on, said once for bin/ and src/. Before dist exists only plain Node can be read, so it lives here.
 * No newer syntax than the oldest Node that should get a clear message.
 */

/** `engines` of package.json: the first Node 20 that undici 7 runs on. */
export const OLDEST_NODE = '20.18.1';

/**
 * @param {string} [version] As in `process.versions.node`.
 * @returns {string | undefined} undefined when it will do.
 */
export function complaintAboutNode(version = process.versions.node) {
  const running = version.split('.').map(Number.parseFloat);
  const missing = OLDEST_NODE.split('.')
    .map((part, i) => (running[i] || 0) - Number(part))
    .find((difference) => difference !== 0);
  if (missing === undefined || missing > 0) return undefined;
  return (
    `facetag needs Node ${OLDEST_NODE} or later; this is v${version} (${process.execPath}). ` +
    'Install a current one, for example from https://nodejs.org, and run the same command again.'
  );
}

/**
 * OpenCV 4.5 is the oldest that was tested (Ubuntu 22.04); OpenCV 5 has no Caffe importer.
 * @param {string} version `major.minor.revision`
 */
export function isSupportedOpenCv(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major === 4 && minor >= 5;
}
