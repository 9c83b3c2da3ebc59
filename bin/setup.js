#!/usr/bin/env node
// @ts-check
/**
 * Set-up and the commands behind `npm start`, `npm test` and `npm run bench`. Plain Node without dependencies, because
 * it runs before node_modules exists; no newer syntax in this file than the oldest Node that should get a clear message.
 *
 *   node bin/setup.js                  set up whatever is missing
 *   node bin/setup.js start [args]     then tag fixtures/images, or run facetag with the arguments
 *   node bin/setup.js test [args]      then `npm run qa`
 *   node bin/setup.js bench [args]     then test/bench/bench.js
 */
const OLDEST_NODE = [20, 18, 1];

const running = process.versions.node.split('.').map(Number);
const difference = OLDEST_NODE.map((part, i) => (running[i] || 0) - part).find((d) => d !== 0) || 0;

if (difference < 0) {
  console.error(
    `facetag needs Node ${OLDEST_NODE.join('.')} or later; this is ${process.version} (${process.execPath}).\n` +
      'Install a current Node from https://nodejs.org (Debian 12 and Ubuntu 22.04 bring older ones) and run the same command again.',
  );
  process.exitCode = 2;
} else {
  import('./setup/main.js').then(({ main }) => main(process.argv.slice(2)));
}
