import path from 'node:path';
import { copyWhole } from '../adapters/files.js';
import { openLedger } from '../adapters/ledger.js';
import { outputFolders } from '../adapters/output-folder.js';
import { mergeCommand } from '../commands/merge.js';
import { formats } from './flag-readers.js';
import type { MergeFlags } from './program.js';
import type { EventLog } from '../ports.js';

/** Composition root of `facetag merge`. @returns the exit code. */
export async function runMerge(
  folders: readonly string[],
  flags: MergeFlags,
  log: EventLog,
): Promise<number> {
  return await mergeCommand(
    {
      folders: folders.map((folder) => path.resolve(folder)),
      output: path.resolve(flags.output),
      formats: formats(flags.format ?? 'csv', '--format'),
    },
    { outputs: outputFolders, openLedger, copyFile: copyWhole, log },
  );
}
