import { RECORDS } from '../core/output-paths.js';
import type { OutputTree } from './output-tree.js';

/** What facetag 0.1.0 wrote before it got its name, in the folder of that name: left behind by a killed run. */
const OLD_TEMPORARY = /^\.facetag-\d+-\d+\.tmp$/;

/** Only safe while the output folder is locked. Looks through all of it, so only after a run that was killed. */
export async function sweepOldTemporaries(tree: OutputTree): Promise<void> {
  for (const folder of [RECORDS, 'annotated']) {
    for await (const files of tree.filesBelow(folder)) {
      for (const file of files) removeIfOld(tree, `${folder}/${file}`);
    }
  }
  for (const entry of tree.root.list()) removeIfOld(tree, entry.name);
}

function removeIfOld(tree: OutputTree, file: string): void {
  if (OLD_TEMPORARY.test(file.slice(file.lastIndexOf('/') + 1))) tree.remove(file);
}
