import type { RawFlags } from '../../src/cli/options.js';
import { runProgram, type Call } from '../../src/cli/program.js';

/** Reads a command line and notes what it would run, with exit code 7, and print. */
export async function readLine(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const calls: Call[] = [];
  const flags: RawFlags[] = [];
  let printed = '';
  const outcome = await runProgram(argv, {
    version: '1.2.3',
    env,
    flagsRead: (raw) => flags.push(raw),
    run: (call) => {
      calls.push(call);
      return Promise.resolve(7);
    },
    print: (text) => {
      printed += text;
      return Promise.resolve();
    },
  }).catch((error: unknown) => error);
  return { outcome, calls, flags, printed };
}
