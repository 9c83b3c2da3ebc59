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
 *   node bin/setup.js build            npm packages and dist alone: what `npm pack` needs
 */
import { complaintAboutNode } from './setup/versions.js';

const complaint = complaintAboutNode();

if (complaint !== undefined) {
  console.error(complaint);
  process.exitCode = 2;
} else {
  import('./setup/main.js').then(({ main }) => main(process.argv.slice(2)));
}
