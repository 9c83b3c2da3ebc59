import path from 'node:path';
import { outputFolders } from '../adapters/output-folder.js';
import { Stop } from '../batch/stop-switch.js';
import { mergeCommand } from '../commands/merge.js';
import { exitCodeFor } from '../core/exit-code.js';
import { usageError } from '../errors.js';
import { environmentName, type FlagsOf } from './flags.js';
import type { RunContext } from './handlers.js';
import { withSignals } from './signals.js';

/** Composition root of `facetag merge`. @returns the exit code. */
export async function runMerge(
  { output, format, records, csvNames, allowPartial, of, missing }: FlagsOf<'merge'>,
  folders: readonly string[],
  { log }: RunContext,
): Promise<number> {
  const sources = folders.map((folder) => path.resolve(folder));
  if (missing !== undefined) {
    const { openStandardOutput } = await import('../adapters/standard-output.js');
    const { printMissing } = await import('../commands/merge/missing.js');
    const ports = { outputs: outputFolders, log, stdout: openStandardOutput() };
    await printMissing({ folders: sources, of, form: missing }, ports);
    return exitCodeFor({});
  }
  if (output === undefined) {
    throw usageError('the folder to write', `--output or ${environmentName('output')}`, 'nothing');
  }
  const options = {
    folders: sources,
    output: path.resolve(output),
    formats: format,
    records,
    csvNames,
    allowPartial,
    of,
  };
  const stop = new Stop();
  return await withSignals(stop, () => mergeCommand(options, { outputs: outputFolders, log, stop }));
}
