import { headStart } from './head-start.js';

/** Entry. Its one import is small: the rest is loaded while the first lane starts. */
const argv = process.argv.slice(2);
const ahead = headStart(argv, process.env);
const { runCommandLine } = await import('./command-line.js');

// Never process.exit otherwise: it would cut off what a pipe on stdout has not taken yet.
process.exitCode = await runCommandLine(argv, ahead);
