import path from 'node:path';
import type { GlobInput } from './glob-input.js';
import type { PathKind } from '../core/path-kind.js';

/** What the user named, by kind and in the order given. All paths are absolute; links are not resolved. */
export interface Inputs {
  readonly folders: string[];
  /** Names of files by the folder they are in: a million whole paths would take twice the memory. */
  readonly files: Map<string, string[]>;
  /** Of a list: names of what is not there, by the folder that they should be in. */
  readonly absent: Map<string, string[]>;
  readonly globs: GlobInput[];
  /** FIFOs, sockets and devices. */
  readonly notFiles: string[];
  readonly unreadable: { readonly path: string; readonly message: string }[];
}

/** Puts an existing path with its kind. */
export function sortIn(location: string, kind: Exclude<PathKind, 'absent'>, found: Inputs): void {
  if (typeof kind === 'object') found.unreadable.push({ path: location, message: kind.reason });
  else if (kind === 'folder') found.folders.push(location);
  else if (kind === 'special') found.notFiles.push(location);
  else namesIn(path.dirname(location), found.files).push(path.basename(location));
}

/** The names of one folder, to add to. */
export function namesIn(folder: string, byFolder: Map<string, string[]>): string[] {
  const known = byFolder.get(folder);
  if (known !== undefined) return known;
  const names: string[] = [];
  byFolder.set(folder, names);
  return names;
}
