import path from 'node:path';
import { readCsvRows } from '../adapters/csv-rows.js';
import { outputFolders } from '../adapters/output-folder.js';
import { openStandardOutput } from '../adapters/standard-output.js';
import { evalCommand } from '../commands/eval.js';
import { usageError } from '../errors.js';
import { readGate } from '../evaluation/gates.js';
import { environmentName, type FlagsOf } from './flags.js';
import type { RunContext } from './handlers.js';

/** Composition root of `facetag eval`. @returns the exit code. */
export async function runEval(
  flags: FlagsOf<'eval'>,
  [folder = '']: readonly string[],
  { log }: RunContext,
): Promise<number> {
  const { labels, json, markdown, by, iou, match, minGroup, min, max } = flags;
  if (labels === undefined) {
    throw usageError('a CSV file of labels', `--labels or ${environmentName('labels')}`, 'nothing');
  }
  if (json && markdown) throw usageError('one of --json and --markdown', 'the output', 'both');
  return await evalCommand(
    {
      folder: path.resolve(folder),
      labels,
      form: json ? 'json' : markdown ? 'markdown' : 'text',
      evaluation: { iou, match, by, minGroup },
      gates: [...min.map((text) => readGate(text, 'min')), ...max.map((text) => readGate(text, 'max'))],
    },
    { outputs: outputFolders, log, readRows: readCsvRows, stdout: openStandardOutput() },
  );
}
