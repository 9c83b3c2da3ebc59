// @ts-check
/*
 * What runs out of what tsc wrote: one file with a few chunks for each process instead of a hundred modules, which take a
 * tenth of the time to the first record; and the code of pages, for browsers. Packages stay outside.
 */
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const RUN = 'dist/run';

/** Each is bundled alone: what two processes share, cut out of both, would be dozens of small chunks again. */
const PROGRAMS = {
  main: 'dist/cli/main.js',
  'system-probe': 'dist/adapters/system-probe.js',
  'convert-compact': 'dist/convert/convert-compact.js',
  'quantise-compact': 'dist/convert/quantise-compact.js',
};

/** Lanes are one CommonJS file each, which starts 30 ms sooner than modules: that is time to the first record. */
const LANES = {
  lane: 'dist/lanes/lane.js',
  'preview-lane': 'dist/lanes/preview-lane.js',
};

/**
 * What every run of `tag` opens. A module goes into the chunk of all parts that import it, and with twenty commands that
 * made sixty chunks for `tag`: where each of those parts has all of these, they are one.
 */
const OPENED_TOGETHER = ['dist/cli/command-line.js', 'dist/cli/tag.js'].map((file) => path.resolve(file));

const COMMON = /** @type {const} */ ({
  outdir: RUN,
  bundle: true,
  platform: 'node',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});

rmSync(RUN, { recursive: true, force: true });
for (const [name, entry] of Object.entries(PROGRAMS)) {
  const options = /** @type {const} */ ({
    ...COMMON,
    entryPoints: { [name]: entry },
    splitting: true,
    format: 'esm',
    chunkNames: '[name]-[hash]',
  });
  const plugins = name === 'main' ? [importing(OPENED_TOGETHER, await loadedOnDemand(options))] : [];
  await build({ ...options, plugins });
}
await build({
  ...COMMON,
  entryPoints: LANES,
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
});

/**
 * @param {import('esbuild').BuildOptions} options
 * @returns {Promise<ReadonlySet<string>>} What is imported dynamically.
 */
async function loadedOnDemand(options) {
  const { metafile } = await build({ ...options, write: false, metafile: true });
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  const dynamic = imports.filter(({ kind, external }) => kind === 'dynamic-import' && !external);
  return new Set(dynamic.map((each) => path.resolve(each.path)));
}

/**
 * @param {readonly string[]} files
 * @param {ReadonlySet<string>} importers
 * @returns {import('esbuild').Plugin} Has each of `importers` import `files` too.
 */
function importing(files, importers) {
  const lines = files.map((file) => `import ${JSON.stringify(file)};`).join('\n');
  return {
    name: 'importing',
    setup({ onLoad }) {
      onLoad({ filter: /\.js$/ }, ({ path: file }) =>
        importers.has(file) ? { contents: `${readFileSync(file, 'utf8')}\n${lines}` } : undefined,
      );
    },
  };
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
