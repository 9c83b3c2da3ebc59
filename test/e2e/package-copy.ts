import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { repository } from '../shared.js';
import { temporaryFolder } from './cli.js';

interface CopyOptions {
  readonly withoutAddon?: boolean;
  /** An optional package that is not installed: its folder in node_modules, such as `@aws-sdk`. */
  readonly without?: string;
  /** Where the package goes; a temporary folder when absent. */
  readonly folder?: string;
}

/** The package as it is installed, in a folder of its own where a test may break it. @returns that folder. */
export function copyPackage({
  withoutAddon = false,
  without,
  folder = temporaryFolder(),
}: CopyOptions = {}): string {
  for (const part of ['bin', 'dist/run', 'dist/report', 'models', 'package.json']) {
    cpSync(path.join(repository, part), path.join(folder, part), { recursive: true });
  }
  const modules = path.join(repository, 'node_modules');
  mkdirSync(path.join(folder, 'node_modules'), { recursive: true });
  for (const name of readdirSync(modules)) {
    if ((withoutAddon && name === '@u4') || name === without) continue;
    symlinkSync(path.join(modules, name), path.join(folder, 'node_modules', name));
  }
  if (withoutAddon) {
    const binding = path.join('node_modules', '@u4', 'opencv4nodejs');
    for (const part of ['package.json', 'cjs']) {
      cpSync(path.join(repository, binding, part), path.join(folder, binding, part), { recursive: true });
    }
  }
  return folder;
}
