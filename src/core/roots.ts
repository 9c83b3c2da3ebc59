import path from 'node:path';
import { isWithin } from './base-folder.js';
import { unescapeText } from './escaped-text.js';
import { addressOf, isStoreAddress } from './store-address.js';

/*
 * The folders that an output folder has pictures of, and what that makes of the pictures' names. The base folder is
 * settled by the first run and its pictures keep their names for ever; a folder outside it that a later run brings gets
 * a name of its own, which stands before those of its pictures. So nothing is renamed or moved when a folder joins, and
 * the names depend on no state but `facetag.json`: shards agree.
 */
export interface Roots {
  /** Absolute and normalised; pictures below it are named by their path below it. Or the address of a bucket: `s3://photos`. */
  readonly base: string;
  /** Further folders by the first segment of their pictures' names: `iphone` for `iphone/a.jpg`. */
  readonly others?: ReadonlyMap<string, string> | undefined;
}

/** The file that a picture's name stands for; the address of an object in a store. */
export function pathOf({ base, others }: Roots, image: string): string {
  if (isStoreAddress(base)) return addressOf(base, image);
  const root = nameOfRoot(others, image);
  return root === undefined
    ? path.join(base, unescapeText(image))
    : path.join(root.folder, unescapeText(image.slice(root.name.length)));
}

/** Whether a picture's name starts with that of one of `others`. */
function nameOfRoot(
  others: Roots['others'],
  image: string,
): { readonly name: string; readonly folder: string } | undefined {
  if (others === undefined) return undefined;
  const name = image.slice(0, Math.max(0, image.indexOf('/')));
  const folder = others.get(name);
  return folder === undefined ? undefined : { name, folder };
}

/** The name under which a root is remembered that a picture belongs to; empty for the base folder. */
export function rootOf({ others }: Roots, image: string): string {
  return nameOfRoot(others, image)?.name ?? '';
}

/** Every root by its name, the base folder's being empty. */
export function entriesOf({ base, others }: Roots): [name: string, folder: string][] {
  return [['', base], ...(others ?? [])];
}

/** Whether the folder of a root is there no more, as where its disk is not mounted; a link to it may be left. */
export function isRootGone(folder: string, kindAt: (path: string) => unknown): boolean {
  return kindAt(`${folder}/.`) === 'absent';
}

/** Whether a folder is one of the roots or lies in one. */
export function covers(roots: Roots, folder: string): boolean {
  return entriesOf(roots).some(([, root]) => isWithin(root, folder));
}

/** The same roots with one of them, by its name, in another place. */
export function withRoot(roots: Roots, name: string, folder: string): Roots {
  if (name === '') return { ...roots, base: folder };
  return { ...roots, others: new Map([...(roots.others ?? []), [name, folder]]) };
}

/**
 * The roots and one more, under its own name or, where that is taken, one with a number: `iphone-2`.
 * @param isTaken whether pictures of the base folder have, or had, names that start so.
 */
export function addRoot(roots: Roots, folder: string, isTaken: (name: string) => boolean): Roots {
  const own = path.basename(folder) || 'root';
  let name = own;
  for (let n = 2; roots.others?.has(name) === true || isTaken(name); n += 1) name = `${own}-${n}`;
  return withRoot(roots, name, folder);
}

export function sameRoots(a: Roots, b: Roots): boolean {
  const [left, right] = [a, b].map((roots) => JSON.stringify(entriesOf(roots).sort()));
  return left === right;
}

/** Text of `<output>/facetag.json`: folders relative to the output folder's own path, so that all can be moved together. */
export function formatMemory(roots: Roots, output: string): string {
  const relative = (folder: string): string =>
    isStoreAddress(folder) ? folder : path.relative(output, folder) || '.';
  const memory = {
    schemaVersion: 1,
    base: relative(roots.base),
    ...(roots.others && {
      others: Object.fromEntries([...roots.others].sort().map(([name, folder]) => [name, relative(folder)])),
    }),
  };
  return JSON.stringify(memory, null, 2) + '\n';
}

/** Reads it back; undefined when it is not what facetag writes there. */
export function parseMemory(text: string, output: string): Roots | undefined {
  const { schemaVersion, base, others } = parseObject(text);
  if (schemaVersion !== 1 || typeof base !== 'string') return undefined;
  if (isStoreAddress(base)) return { base };
  if (others === undefined) return { base: path.resolve(output, base) };
  const entries = typeof others === 'object' && others !== null ? Object.entries(others) : [];
  const folders = entries.flatMap(([name, folder]: [string, unknown]): [string, string][] =>
    isSegment(name) && typeof folder === 'string' ? [[name, path.resolve(output, folder)]] : [],
  );
  if (entries.length === 0 || folders.length < entries.length) return undefined;
  return { base: path.resolve(output, base), others: new Map(folders) };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

const isSegment = (name: string): boolean => !/^\.{0,2}$|[/\0]/.test(name);
