// @ts-check
/*
 * Starts the built CLI, or says in one line why it cannot. In its static imports and itself no newer syntax than the
 * oldest Node that should get a clear message: an old one fails at the first line of dist that it cannot read.
 */
import { existsSync } from 'node:fs';
import { complaintAboutNode } from './setup/versions.js';

const cli = new URL('../dist/run/main.js', import.meta.url);

/** @returns {Promise<string | undefined>} What keeps the CLI from starting. */
async function complaint() {
  const aboutNode = complaintAboutNode();
  if (aboutNode !== undefined || existsSync(cli)) return aboutNode;
  const { isCheckout, root } = await import('./setup/layout.js');
  return isCheckout()
    ? `facetag is not built yet. Run \`npm start\` in ${root}`
    : `facetag was packed before it was built: ${root} has no dist. Run \`npm run pack\` in the checkout and install that tarball.`;
}

/**
 * Node's own exit code, 1, would say that some pictures failed. As in src/core/exit-code.ts: 75 may pass, 2 will not.
 * @param {unknown} error What kept the program from being loaded.
 */
function refuse(error) {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const isOutOfFiles = code === 'EMFILE' || code === 'ENFILE';
  console.error(isOutOfFiles ? 'Cannot start: too many files are open: raise the limit (ulimit -n)' : error);
  process.exitCode = isOutOfFiles ? 75 : 2;
}

complaint()
  .then((reason) => {
    if (reason === undefined) return import(cli.href);
    console.error(reason);
    process.exitCode = 2;
  })
  .catch(refuse);
