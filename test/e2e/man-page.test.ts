import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { npmCommand } from '../../bin/setup/process.js';
import { repository } from '../shared.js';
import { hermetic, temporaryFolder } from './cli.js';

/** Runs npm without network. */
function npm(cwd: string, ...words: string[]): void {
  const [command = '', ...args] = npmCommand();
  const options = { cwd, env: hermetic({ npm_config_offline: 'true' }), encoding: 'utf8' } as const;
  const { status, stderr } = spawnSync(command, [...args, ...words], options);
  expect({ status, stderr }).toMatchObject({ status: 0 });
}

it('a global install links the man page', () => {
  const folder = temporaryFolder();
  const { name, version, bin, man } = JSON.parse(
    readFileSync(path.join(repository, 'package.json'), 'utf8'),
  ) as Record<string, unknown>;
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name, version, bin, man }));
  for (const part of ['bin', 'man'])
    cpSync(path.join(repository, part), path.join(folder, part), { recursive: true });
  npm(folder, 'pack', '--silent');
  const prefix = path.join(folder, 'prefix');
  npm(folder, 'install', '--global', '--prefix', prefix, path.join(folder, `facetag-${String(version)}.tgz`));
  const page = path.join(prefix, 'share/man/man1/facetag.1');
  expect(existsSync(page)).toBe(true);
  expect(realpathSync(page)).toBe(path.join(realpathSync(prefix), 'lib/node_modules/facetag/man/facetag.1'));
});
