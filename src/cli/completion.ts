import { openStandardOutput } from '../adapters/standard-output.js';
import type { FlagsOf } from './flags.js';
import { oneOf } from './flag-readers.js';
import { openStore } from './open-store.js';
import { bashCompletion } from './shells/bash.js';
import { fishCompletion } from './shells/fish.js';
import { describeLine, type CommandLine } from './shells/line.js';
import { zshCompletion } from './shells/zsh.js';

const SCRIPTS: Readonly<Record<string, (line: CommandLine) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};
const SHELLS = Object.keys(SCRIPTS);

/**
 * `facetag completion <shell>`: prints the shell's script, packs of a manifest of the user's included.
 *
 * @returns the exit code.
 * @throws {FatalError} USAGE for another shell.
 */
export async function runCompletion(
  { manifest }: FlagsOf<'completion'>,
  [shell = '']: readonly string[],
): Promise<number> {
  const script = SCRIPTS[oneOf(SHELLS)(shell, 'the shell')];
  const { packs } = (await openStore({ models: undefined, manifest })).manifest;
  const detectors = Object.values(packs).flatMap((pack) => Object.keys(pack.detectors));
  const line = describeLine({
    packs: Object.keys(packs),
    detectors: [...new Set(detectors)],
    shells: SHELLS,
  });
  await openStandardOutput().write(script?.(line) ?? '');
  return 0;
}
