import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { repository } from '../shared.js';

/** Version of an installed package; undefined where it is absent. */
export function installedVersion(name: string): string | undefined {
  const file = path.join(repository, 'node_modules', name, 'package.json');
  if (!existsSync(file)) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** face-api with the tfjs that it was built against. */
export const FACE_API = '1.7.15';
export const TFJS = '4.22.0';

/**
 * Installs face-api into a folder of its own, unless it is there, with the decoder that facetag uses.
 * @returns the folder.
 */
export function installFaceApi(scratch: string): string {
  const folder = path.join(scratch, 'face-api');
  if (existsSync(path.join(folder, 'node_modules/@tensorflow/tfjs-backend-wasm'))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  const packages = [
    `@vladmandic/face-api@${FACE_API}`,
    `@tensorflow/tfjs@${TFJS}`,
    `@tensorflow/tfjs-backend-wasm@${TFJS}`,
    `sharp@${installedVersion('sharp') ?? 'latest'}`,
  ];
  const { status, stderr } = spawnSync(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', ...packages],
    { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] },
  );
  if (status !== 0) throw new Error(`npm could not install ${packages.join(' ')}: ${stderr.slice(-500)}`);
  return folder;
}
