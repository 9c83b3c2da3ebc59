import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { AttributeChoice } from '../config.js';
import { formatBytes } from '../core/format-bytes.js';
import { FatalError } from '../errors.js';
import type { EngineName, LanePack, Precision } from '../types.js';
import { chooseAttributes, requireTold } from './choose-attributes.js';
import { checkFolder } from './installed.js';
import {
  attributeNets,
  builtinDefinitions,
  filesForRun,
  findDetector,
  findPack,
  ownFiles,
} from './manifest.js';
import { resolveNetFiles } from './net-files.js';
import type { DetectorSpec, Manifest, ModelFile, PackSpec } from './spec.js';

/** Where packs are, and how a message should tell the user to get one. */
export interface Store {
  readonly manifest: Manifest;
  /**
   * Absolute path of the folder that holds a folder per pulled pack.
   *
   * @throws {FatalError} USAGE where it would be in a home folder and there is none.
   */
  readonly modelsDir: string;
  /** Absolute path of facetag's own folder: embedded packs and definitions are in its `models`. */
  readonly packageRoot: string;
  /** Flags that a suggested command must repeat, as typed: ` --models /mnt/models`; empty when none is needed. */
  readonly flags?: string;
}

/**
 * Where pulled packs live unless told otherwise: `$XDG_DATA_HOME/facetag/models`, else below `~/.local/share`.
 *
 * @param home asked only where it is needed: a user without a name, as of many a container, has none.
 */
export function defaultModelsDir(
  env: Readonly<Record<string, string | undefined>>,
  home: () => string,
): string {
  const data = env['XDG_DATA_HOME'];
  // The XDG base directory specification: a relative path in this variable is to be ignored.
  const base = data !== undefined && path.isAbsolute(data) ? data : path.join(home(), '.local', 'share');
  return path.join(base, 'facetag', 'models');
}

/** The folder of one pack's files. */
export function packFolder(store: Store, name: string, pack: PackSpec): string {
  return path.join(
    pack.origin === 'embedded' ? path.join(store.packageRoot, 'models') : store.modelsDir,
    name,
  );
}

export interface PackChoice {
  readonly pack: string;
  /** What `--detector` says; the pack's default when absent. */
  readonly detector?: string;
  readonly engine: EngineName;
  /** `fp32` when absent. */
  readonly precision?: Precision;
  /** What `--padding` says; the pack's own when absent. */
  readonly padding?: number;
  /** What `--attributes` says; gender and age when absent. */
  readonly attributes?: readonly AttributeChoice[];
}

/** A pack that is ready to run. */
export interface ResolvedPack {
  readonly lanePack: LanePack;
  /** `sha256:<hex>` over the files' hashes and the nets' parameters. */
  readonly modelsHash: string;
  /** With the choice applied. */
  readonly spec: PackSpec;
  /** The chosen detector: `minConfidence` is the default of `--min-confidence`. */
  readonly detector: DetectorSpec;
}

/**
 * Finds and verifies the files of one run. Reads no model file that has not changed since its last check.
 * @throws {FatalError} USAGE for an unknown pack or detector, or a pack that does not tell what is asked for; MODEL_MISSING with the command that installs it;
 * MODEL_CORRUPT when a file is not what the manifest says.
 */
export async function resolvePack(store: Store, choice: PackChoice): Promise<ResolvedPack> {
  const whole = findPack(store.manifest, choice.pack, '--pack');
  requireTold(store.manifest, choice.pack, choice.attributes);
  const spec = withPadding(chooseAttributes(whole, choice.attributes), choice.padding);
  const detectorName = choice.detector ?? spec.defaultDetector;
  const detector = findDetector(spec, detectorName);
  const { packageRoot } = store;
  const folder = packFolder(store, choice.pack, spec);
  const files = filesForRun(spec, detector);
  await requireFiles(store, choice, spec, folder, files);

  const { engine, precision = 'fp32' } = choice;
  const { nets, made } = await resolveNetFiles(
    [detector.net, ...attributeNets(spec)],
    { engine, precision },
    {
      folder,
      folderOf: (pack) => packFolder(store, pack, findPack(store.manifest, pack)),
      files,
      packageRoot,
      remedy: (command) =>
        command === 'quantize' && spec.origin === 'embedded'
          ? 'facetag setup   (once onnxruntime-node is installed beside facetag)'
          : `facetag models ${command} ${choice.pack}${store.flags ?? ''}`,
    },
  );
  const definitions = builtinDefinitions(spec, detector, packageRoot);
  const hashes = files.map(({ sha256: own, countsAs }) => countsAs ?? own);
  return {
    lanePack: { name: choice.pack, detector: detectorName, nets, spec },
    modelsHash: await hashModels([...hashes, ...made], definitions, spec, detector),
    spec,
    detector,
  };
}

/** The pack with the crops that `--padding` asks for. */
function withPadding(spec: PackSpec, padding: number | undefined): PackSpec {
  if (padding === undefined) return spec;
  const padded = spec.estimators.map((each) => ({ ...each, crop: { ...each.crop, padding } }));
  return { ...spec, estimators: padded };
}

async function requireFiles(
  store: Store,
  choice: PackChoice,
  spec: PackSpec,
  folder: string,
  needed: readonly ModelFile[],
): Promise<void> {
  for (const from of new Set(needed.flatMap((file) => file.from ?? []))) {
    const owner = findPack(store.manifest, from);
    const shared = owner.files.filter(({ name }) =>
      needed.some((file) => file.from === from && file.name === name),
    );
    await requireFiles(store, { ...choice, pack: from }, owner, packFolder(store, from, owner), shared);
  }
  const own = needed.filter(({ from }) => from === undefined);
  const results = await checkFolder(folder, own);
  const remedy = installCommand(store, choice.pack, spec, choice.detector);
  for (const { file, check } of results) {
    if (check.state === 'wrong') {
      const found = `${path.join(folder, file.name)} is not the file that pack "${choice.pack}" needs: it is ${check.reason}.`;
      throw new FatalError('MODEL_CORRUPT', `${found}\nReplace it with: ${remedy}`);
    }
  }
  const missing = results.filter(({ check }) => check.state === 'missing').map(({ file }) => file.name);
  if (missing.length === 0) return;
  const what =
    missing.length === own.length
      ? `Pack "${choice.pack}" is not installed in ${folder}.`
      : `Pack "${choice.pack}" lacks ${missing.join(', ')} in ${folder}.`;
  const size =
    spec.origin === 'pulled' ? await sizeOfPull(folder, choice.detector ? own : ownFiles(spec)) : '';
  const ready = await readyDetectors(spec, folder);
  const instead = ready.length === 0 ? '' : `\nOr run with what is there: --detector ${ready.join(' or ')}`;
  throw new FatalError('MODEL_MISSING', `${what}\nInstall it with: ${remedy}${size}${instead}`);
}

/** Detectors of a pulled pack whose own files are all there. */
async function readyDetectors(spec: PackSpec, folder: string): Promise<string[]> {
  if (spec.origin === 'embedded') return [];
  const ready = [];
  for (const [name, detector] of Object.entries(spec.detectors)) {
    const own = filesForRun(spec, detector).filter(({ from }) => from === undefined);
    const results = await checkFolder(folder, own);
    if (results.every(({ check }) => check.state === 'ok')) ready.push(name);
  }
  return ready;
}

/** How much the suggested command would download. */
async function sizeOfPull(folder: string, files: readonly ModelFile[]): Promise<string> {
  const results = await checkFolder(folder, files);
  const bytes = results.reduce((sum, { file, check }) => sum + (check.state === 'ok' ? 0 : file.bytes), 0);
  return `   (${formatBytes(bytes)})`;
}

/** The command that installs or repairs a pack. */
export function installCommand(store: Store, name: string, spec: PackSpec, detector?: string): string {
  if (spec.origin === 'embedded') return 'facetag setup';
  const only = detector === undefined ? '' : ` --detector ${detector}`;
  return `facetag models pull ${name}${only}${store.flags ?? ''}`;
}

/**
 * What identifies a pack in the skip key: a record is only as good as the files and numbers that made it, so the nets'
 * parameters count beside the bytes (a manifest of one's own may pair the same weights with another mean).
 *
 * @param files their sha256, or those that they count as.
 */
async function hashModels(
  files: readonly string[],
  definitions: readonly string[],
  spec: PackSpec,
  detector: DetectorSpec,
): Promise<string> {
  const hashes = [...files];
  for (const definition of definitions) hashes.push(sha256(await readFile(definition)));
  // Settings of the run (`--padding` among them) and what cannot change a result are left out.
  const parameters = {
    detector: { ...detector, minConfidence: undefined },
    estimators: spec.estimators.map((each) => ({ ...each, crop: undefined, batch: undefined })),
    combine: spec.combine,
    calibration: spec.calibration,
  };
  return `sha256:${sha256([...hashes.sort(), sha256(JSON.stringify(parameters))].join('\n'))}`;
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
