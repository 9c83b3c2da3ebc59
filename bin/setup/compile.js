// @ts-check
import { rmSync } from 'node:fs';
import path from 'node:path';
import { requirePackage } from './layout.js';
import { npmCommand, runLogged } from './process.js';
import { hashFiles, isStamped, listFiles, readStamp, writeStamp } from './stamp.js';

/** What is bundled, not compiled file by file: the programs, out of what tsc wrote, and the code of pages, for browsers. */
const PROGRAMS = 'run/';
const CLIENTS = ['report/client', 'serve/client'];
const PAGES = ['report/client.js', 'serve/client/client.js'];

/**
 * TypeScript to `dist`. The stamp holds the contents of both sides, so that edits, deletions and builds by hand are seen.
 * @param {string} root
 * @returns {import('./steps.js').Step}
 */
export function compile(root) {
  const stamp = path.join(root, 'node_modules/.cache/facetag/compile.json');
  const dist = path.join(root, 'dist');
  const sources = () => listFiles(path.join(root, 'src'), '.ts');
  const pages = () => ['.css', '.html'].flatMap((ending) => listFiles(path.join(root, 'src'), ending));
  const state = () => ({
    inputs: hashFiles([
      ...['bundle.js', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'].map(
        (name) => path.join(root, name),
      ),
      ...[...sources(), ...pages()].map((name) => path.join(root, 'src', name)),
    ]),
    outputs: hashFiles(
      ['.js', '.css', '.html']
        .flatMap((ending) => listFiles(dist, ending))
        .map((name) => path.join(dist, name)),
    ),
  });
  /** tsc leaves modules whose source is gone, and does not write again those that were changed behind its back. */
  const removeLeftovers = () => {
    const compiled = sources().filter((name) => !CLIENTS.some((client) => name.startsWith(`${client}/`)));
    const wanted = new Set([...compiled.map((name) => name.replace(/\.ts$/, '.js')), ...PAGES]);
    const isLeft = (/** @type {string} */ name) => !name.startsWith(PROGRAMS) && !wanted.has(name);
    for (const name of listFiles(dist, '.js').filter(isLeft)) rmSync(path.join(dist, name));
    const made = /** @type {{ outputs?: string } | undefined} */ (readStamp(stamp));
    if (made?.outputs !== state().outputs) rmSync(path.join(dist, '.tsbuildinfo'), { force: true });
  };
  return {
    isDone: () => isStamped(stamp, state()),
    describe: () => 'compiling the TypeScript',
    async run(lock) {
      const tsc = path.join(requirePackage('typescript').folder, 'bin/tsc');
      removeLeftovers();
      await runLogged([process.execPath, tsc, '-p', 'tsconfig.build.json'], {
        cwd: root,
        lock,
        failure: { code: 'COMPILE_FAILED', what: 'Compiling the TypeScript' },
      });
      await runLogged([...npmCommand(), 'run', 'bundle'], {
        cwd: root,
        lock,
        failure: { code: 'COMPILE_FAILED', what: 'Bundling the programs and pages' },
      });
      writeStamp(stamp, state());
    },
  };
}
