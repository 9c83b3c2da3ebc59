import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { facetag, temporaryFolder } from './cli.js';
import { copyPackage } from './package-copy.js';

/** The package of the object stores, laid where npm would install it: it only says that it was found. */
function layStandIn(modules: string): void {
  const folder = path.join(modules, '@aws-sdk/client-s3');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{"main":"index.js"}');
  writeFileSync(path.join(folder, 'index.js'), 'throw new Error("the stand-in is loaded");');
}

it('the SDK is found where the message has it installed: facetag is global', async () => {
  const prefix = temporaryFolder();
  const modules = path.join(prefix, 'lib/node_modules');
  const folder = copyPackage({ folder: path.join(modules, 'facetag'), without: '@aws-sdk' });
  const run = () => facetag(['s3://photos'], { command: path.join(folder, 'bin/facetag.js'), cwd: prefix });
  const missing = await run();
  expect(missing.stderr).toContain(`npm install -g --prefix ${prefix} @aws-sdk/client-s3`);
  expect(missing.code).toBe(2);
  layStandIn(modules);
  expect((await run()).stderr).toContain('the stand-in is loaded');
});
