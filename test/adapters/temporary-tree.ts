import { OpenFolder } from '../../src/adapters/open-folder.js';
import { OutputTree } from '../../src/adapters/output-tree.js';
import { onTestFinished } from 'vitest';

/** The tree of an output folder that is there already; closed after the test. */
export function treeAt(output: string, anchor = true): OutputTree {
  const tree = new OutputTree(OpenFolder.at(output, anchor));
  onTestFinished(() => {
    tree.close();
  });
  return tree;
}
