import path from 'node:path';
import { exportFolders } from '../adapters/export-folder.js';
import { kindAt } from '../adapters/files.js';
import { outputFolders } from '../adapters/output-folder.js';
import { Stop } from '../batch/stop-switch.js';
import { exportCommand } from '../commands/export.js';
import { EXPORT_KINDS, type ExportFlags } from '../config.js';
import { usageError } from '../errors.js';
import { environmentName, FLAGS, type FlagsOf } from './flags.js';
import type { RunContext } from './handlers.js';
import { withSignals } from './signals.js';

/** Composition root of `facetag export`. @returns the exit code. */
export async function runExport(
  { to, output, where, imagePrefix, yoloClasses, split, beside }: FlagsOf<'export'>,
  [folder = '']: readonly string[],
  { log }: RunContext,
): Promise<number> {
  if (to === undefined) {
    throw usageError(`one of ${EXPORT_KINDS.join(', ')}`, `--to or ${environmentName('to')}`, 'nothing');
  }
  const flags: ExportFlags = { imagePrefix, yoloClasses, split, beside };
  const names = Object.keys(flags) as (keyof ExportFlags)[];
  const options = {
    folder: path.resolve(folder),
    to,
    output: output === undefined ? undefined : path.resolve(output),
    where,
    flags,
    given: names.filter((name) => flags[name] !== FLAGS[name].fallback),
  };
  const stop = new Stop();
  return await withSignals(stop, () =>
    exportCommand(options, { outputs: outputFolders, exports: exportFolders, kindAt, log, stop }),
  );
}
