import { spawn } from 'node:child_process';
import path from 'node:path';
import { packageRoot } from './open-store.js';

/** `facetag setup`: the set-up script is plain Node, since it must run before anything is installed. */
export async function runSetup(): Promise<number> {
  const script = path.join(packageRoot, 'bin', 'setup.js');
  const child = spawn(process.execPath, [script], { stdio: 'inherit' });
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      resolve(code ?? 2);
    });
  });
}
