// @ts-check
/*
 * What runs out of what tsc wrote: one file with a few chunks for each process instead of a hundred modules, which take a
 * tenth of the time to the first record; and the code of pages, for browsers. Packages stay outside.
 */
import { rmSync } from 'node:fs';
import { build } from 'esbuild';

const RUN = 'dist/run';

/** Each is bundled alone: what two processes share, cut out of both, would be dozens of small chunks again. */
const PROGRAMS = {
  main: 'dist/cli/main.js',
  lane: 'dist/lanes/lane.js',
  'preview-lane': 'dist/lanes/preview-lane.js',
  'system-probe': 'dist/adapters/system-probe.js',
  'convert-compact': 'dist/convert/convert-compact.js',
};

rmSync(RUN, { recursive: true, force: true });
for (const [name, entry] of Object.entries(PROGRAMS)) {
  await build({
    entryPoints: { [name]: entry },
    outdir: RUN,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    chunkNames: '[name]-[hash]',
    logLevel: 'warning',
  });
}
/** Of pages: sources, and where they go. */
const PAGES = [
  { outdir: 'dist/report', entryPoints: ['src/report/client/client.ts', 'src/report/client/client.css'] },
  {
    outdir: 'dist/serve/client',
    entryPoints: ['client.ts', 'client.css', 'index.html'].map((name) => `src/serve/client/${name}`),
    format: /** @type {const} */ ('esm'),
    loader: { '.html': /** @type {const} */ ('copy') },
  },
];
for (const page of PAGES) {
  await build({ ...page, bundle: true, minify: true, target: 'es2022', logLevel: 'warning' });
}
