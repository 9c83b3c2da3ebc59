import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { FatalError, usageError } from '../errors.js';
import type { DetectorSpec, Manifest, ModelFile, NetSpec, PackSpec } from './spec.js';

/** Prefix of a definition that ships with facetag: the rest is a path below its `models` folder. */
const BUILTIN = 'builtin:';

export interface ManifestSources {
  /** Absolute path of facetag's own folder, which holds `models/manifest.json`. */
  readonly packageRoot: string;
  /** A manifest of the user's (`--manifest`); its packs replace shipped ones of the same name. */
  readonly userManifest?: string;
}

/**
 * The packs that ship with facetag, with those of the user's manifest added.
 *
 * A user's manifest is always validated. The shipped one is validated by the tests instead: the schema library costs
 * 40 ms at import, which every `facetag photo.jpg` would pay for a file that cannot have changed since its release.
 * @throws {FatalError} USAGE for a user's manifest that is unreadable or not in the schema; INTERNAL for the shipped one.
 */
export async function loadManifest(sources: ManifestSources): Promise<Manifest> {
  const shipped = await readShipped(sources.packageRoot);
  if (sources.userManifest === undefined) return shipped;
  const added = await readUserManifest(sources.userManifest);
  return { ...shipped, packs: { ...shipped.packs, ...added.packs } };
}

async function readShipped(packageRoot: string): Promise<Manifest> {
  const file = path.join(packageRoot, 'models', 'manifest.json');
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Manifest;
  } catch (cause) {
    throw new FatalError('INTERNAL', `${file} cannot be read. Install facetag again.`, { cause });
  }
}

async function readUserManifest(file: string): Promise<Manifest> {
  const text = await readRegularFile(file);
  if (text === undefined) throw usageError('a readable, regular file', '--manifest', file);
  const { parseManifest } = await import('./validate-manifest.js');
  return parseManifest(text, file, 'user');
}

/** Undefined where there is none. A pipe is refused: whoever opens one waits, maybe for ever, for its other end. */
async function readRegularFile(file: string): Promise<string | undefined> {
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return (await handle.stat()).isFile() ? await handle.readFile('utf8') : undefined;
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}

/**
 * @param subject what named the pack: an argument of `facetag models`, or a flag.
 * @throws {FatalError} USAGE when there is no such pack.
 */
export function findPack(manifest: Manifest, name: string, subject = 'the pack'): PackSpec {
  return entryOf(manifest.packs, name, subject);
}

/**
 * @param name what `--detector` says; the pack's default when absent.
 * @throws {FatalError} USAGE when the pack has no such detector.
 */
export function findDetector(pack: PackSpec, name: string = pack.defaultDetector): DetectorSpec {
  return entryOf(pack.detectors, name, '--detector');
}

/** An entry of the table's own: every object has a `constructor`. */
function entryOf<T>(table: Readonly<Record<string, T>>, name: string, subject: string): T {
  const entry = Object.hasOwn(table, name) ? table[name] : undefined;
  if (entry === undefined) throw usageError(`one of ${Object.keys(table).join(', ')}`, subject, name);
  return entry;
}

/** The nets that turn faces into attributes, in the order in which they run. */
export function attributeNets(pack: PackSpec): NetSpec[] {
  return pack.estimators.flatMap(({ nets, crop }): NetSpec[] => [
    ...('landmarks' in crop ? [crop.landmarks] : []),
    ...Object.values(nets),
  ]);
}

/** The files that a run with this detector reads, in the manifest's order. Definitions that ship are not among them. */
export function filesForRun(pack: PackSpec, detector: DetectorSpec): ModelFile[] {
  const wanted = new Set<string>();
  for (const net of [detector.net, ...attributeNets(pack)]) {
    wanted.add(net.weights);
    if (net.definition !== undefined) wanted.add(net.definition);
  }
  return pack.files.filter((file) => wanted.has(file.name));
}

/** The files that are installed with the pack: others belong to the embedded pack that they come from. */
export function ownFiles(pack: PackSpec): ModelFile[] {
  return pack.files.filter(({ from }) => from === undefined);
}

/** Absolute paths of the shipped definitions among the nets of a run. */
export function builtinDefinitions(pack: PackSpec, detector: DetectorSpec, packageRoot: string): string[] {
  const found = new Set<string>();
  for (const { definition } of [detector.net, ...attributeNets(pack)]) {
    if (definition?.startsWith(BUILTIN)) found.add(definitionPath(definition, '', packageRoot));
  }
  return [...found];
}

/** Absolute path of a definition as the manifest names it: shipped ones start with `builtin:`, others are files of the pack. */
export function definitionPath(definition: string, folder: string, packageRoot: string): string {
  return definition.startsWith(BUILTIN)
    ? path.join(packageRoot, 'models', definition.slice(BUILTIN.length))
    : path.join(folder, definition);
}
