import path from 'node:path';
import { outputFolders } from '../adapters/output-folder.js';
import { mergeCommand } from '../commands/merge.js';
import { usageError } from '../errors.js';
import { environmentName, type FlagsOf } from './flags.js';
import type { RunContext } from './handlers.js';

/** Composition root of `facetag merge`. @returns the exit code. */
export async function runMerge(
  { output, format, records, csvNames, allowPartial }: FlagsOf<'merge'>,
  folders: readonly string[],
  { log }: RunContext,
): Promise<number> {
  if (output === undefined) {
    throw usageError('the folder to write', `--output or ${environmentName('output')}`, 'nothing');
  }
  return await mergeCommand(
    {
      folders: folders.map((folder) => path.resolve(folder)),
      output: path.resolve(output),
      formats: format,
      records,
      csvNames,
      allowPartial,
    },
    { outputs: outputFolders, log },
  );
}
