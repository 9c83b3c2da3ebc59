import path from 'node:path';
import { FatalError } from '../errors.js';
import { attributeNets, findPack } from '../packs/manifest.js';
import { installCommand } from '../packs/store.js';
import type { Store } from '../packs/store.js';
import { importPack } from '../packs/import.js';
import type { FolderLock, LockOwner, PullProgress } from '../packs/ports.js';
import { pullPack } from '../packs/pull.js';
import type { PullPorts, PullResult } from '../packs/pull.js';
import { lackingByDetector, surveyPack, usableDetectors, verifyPack } from '../packs/survey.js';
import type { PackSurvey } from '../packs/survey.js';
import { describePacks, describeVerified, packsAsJson } from './models/describe.js';
import { formatBytes } from '../core/format-bytes.js';

/** What every sub-command of `facetag models` works on. Each resolves to the exit code. */
export interface ModelsContext {
  readonly store: Store;
  /** Writes machine data or a listing to stdout. */
  readonly write: (text: string) => Promise<void>;
  /** Tells a person one line on stderr. */
  readonly tell: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** `models list [--json]` */
export async function listModels(
  context: ModelsContext,
  options: { readonly json: boolean },
): Promise<number> {
  const surveys = await surveyAll(context.store, surveyPack);
  const { modelsDir } = context.store;
  await context.write(
    options.json
      ? `${JSON.stringify(packsAsJson(modelsDir, surveys), null, 2)}\n`
      : describePacks(modelsDir, surveys),
  );
  return 0;
}

/** `models path`: where pulled packs live. */
export async function modelsPath(context: ModelsContext): Promise<number> {
  await context.write(`${context.store.modelsDir}\n`);
  return 0;
}

export interface PullModelsOptions {
  readonly packs: readonly string[];
  readonly detector?: string;
  readonly mirror?: string;
  readonly onProgress?: (progress: PullProgress) => void;
}

/**
 * `models pull <pack>… [--detector <name>] [--mirror <base-url>]`
 * @throws {FatalError} DOWNLOAD_FAILED, OUTPUT_UNUSABLE, USAGE; the signal's reason when interrupted.
 */
export async function pullModels(
  context: ModelsContext,
  options: PullModelsOptions,
  ports: PullPorts,
): Promise<number> {
  const { store, signal, tell } = context;
  const onWait = ({ pid, host }: LockOwner): void => {
    tell(`Waiting for process ${pid} on ${host}, which is installing the same pack`);
  };
  const { detector, mirror, onProgress } = options;
  const choices = {
    onWait,
    ...(detector === undefined ? {} : { detector }),
    ...(mirror === undefined ? {} : { mirror }),
    ...(onProgress ? { onProgress } : {}),
    ...(signal ? { signal } : {}),
  };
  for (const name of new Set(options.packs)) {
    tell(describePull(name, await pullPack(store, name, ports, choices)));
    await makeRunnable(context, name, ports.lock);
  }
  return 0;
}

/** Nets in a format that no engine reads are converted where they are installed. */
async function makeRunnable(
  { store, signal, tell }: ModelsContext,
  name: string,
  lock: FolderLock,
): Promise<void> {
  const pack = findPack(store.manifest, name);
  if (!attributeNets(pack).some(({ format }) => format === 'tfjs')) return;
  const { convertPack } = await import('../convert/convert-pack.js');
  const nets = await convertPack(store, name, lock, { only: 'unreadable', ...(signal && { signal }) });
  for (const net of nets.filter(({ converted }) => converted))
    tell(`${net.weights}: converted to ${net.name}`);
}

function describePull(name: string, { folder, downloaded, present }: PullResult): string {
  if (downloaded.length === 0) return `Pack ${name} is installed in ${folder}: nothing to do`;
  const size = formatBytes(downloaded.reduce((sum, { bytes }) => sum + bytes, 0));
  const kept = present.length > 0 ? `, ${present.length} already there` : '';
  return `Pack ${name} is installed in ${folder}: ${downloaded.length} files downloaded (${size})${kept}`;
}

/**
 * `models verify [pack]`: hashes the files of one pack, or of every pack of which something is installed.
 * @throws {FatalError} MODEL_CORRUPT, or MODEL_MISSING for a named pack that is not installed.
 */
export async function verifyModels(
  context: ModelsContext,
  options: { readonly pack?: string },
): Promise<number> {
  const { store, signal, tell } = context;
  const names = options.pack === undefined ? Object.keys(store.manifest.packs) : [options.pack];
  const corrupt: string[] = [];
  for (const name of names) {
    const pack = findPack(store.manifest, name);
    const survey = await verifyPack(store, name, pack, signal);
    if (usableDetectors(survey).length === 0 && options.pack !== undefined && !hasWrong(survey)) {
      const remedy = installCommand(store, name, pack);
      throw new FatalError(
        'MODEL_MISSING',
        `Pack "${name}" is not installed in ${survey.folder}.\nInstall it with: ${remedy}`,
      );
    }
    if (options.pack === undefined && survey.files.every(({ check }) => check.state === 'missing')) continue;
    tell(describeVerified(survey));
    if (hasWrong(survey))
      corrupt.push(`Replace what is wrong in "${name}" with: ${installCommand(store, name, pack)}`);
  }
  if (corrupt.length > 0) throw new FatalError('MODEL_CORRUPT', corrupt.join('\n'));
  return 0;
}

function hasWrong({ files }: PackSurvey): boolean {
  return files.some(({ check }) => check.state === 'wrong');
}

/**
 * `models import <pack> <dir>`: installs files that are already on disk.
 * @throws {FatalError} USAGE; MODEL_CORRUPT when a file is not what the manifest says; MODEL_MISSING when the pack
 * cannot run with what is now installed; OUTPUT_UNUSABLE.
 */
export async function importModels(
  context: ModelsContext,
  options: { readonly pack: string; readonly from: string },
  ports: { readonly lock: FolderLock },
): Promise<number> {
  const { store, signal, tell } = context;
  const { pack: name, from } = options;
  const results = await importPack(store, name, path.resolve(from), ports.lock, signal);
  const wrong: string[] = [];
  for (const { file, check } of results) {
    if (check.state === 'ok') tell(`${file.name}: installed`);
    if (check.state === 'wrong')
      wrong.push(`${path.join(from, file.name)} was not installed: it is ${check.reason}`);
  }
  if (wrong.length > 0) throw new FatalError('MODEL_CORRUPT', wrong.join('\n'));
  const survey = await surveyPack(store, name, findPack(store.manifest, name));
  const usable = usableDetectors(survey);
  if (usable.length === 0) throw new FatalError('MODEL_MISSING', describeLacking(survey));
  await makeRunnable(context, name, ports.lock);
  const { defaultDetector } = survey.pack;
  if (!usable.includes(defaultDetector)) {
    const lacking = lackingByDetector(survey)[defaultDetector] ?? [];
    tell(
      `Its default detector, ${defaultDetector}, lacks ${lacking.join(', ')}: runs must name another detector`,
    );
  }
  tell(`Pack ${name} is ready with ${usable.map((detector) => `--detector ${detector}`).join(' or ')}`);
  return 0;
}

/** What a pack lacks, and how much less is enough for each of its detectors. */
function describeLacking(survey: PackSurvey): string {
  const lacking = survey.files.filter(({ check }) => check.state !== 'ok').map(({ file }) => file.name);
  const enough = Object.entries(lackingByDetector(survey))
    .filter(([, files]) => files.length < lacking.length)
    .map(([detector, files]) => `--detector ${detector} needs only ${files.join(', ')}`);
  return [`Pack "${survey.name}" still lacks ${lacking.join(', ')}`, ...enough].join('\n');
}

/**
 * `models convert <pack> [--detector <name>]`: writes the pack's nets as ONNX for `--engine onnxruntime`.
 * @throws {FatalError} USAGE, MODEL_MISSING, MODEL_CORRUPT, OUTPUT_UNUSABLE.
 */
export async function convertModels(
  context: ModelsContext,
  options: { readonly pack: string; readonly detector?: string },
  ports: { readonly lock: FolderLock },
): Promise<number> {
  const { store, signal, tell } = context;
  // The schema library of protobuf is for those who convert.
  const { convertPack } = await import('../convert/convert-pack.js');
  const choices = {
    ...(options.detector === undefined ? {} : { detector: options.detector }),
    ...(signal ? { signal } : {}),
  };
  const nets = await convertPack(store, options.pack, ports.lock, choices);
  for (const { name, weights, converted } of nets) {
    tell(converted ? `${weights}: converted to ${name}` : `${name}: up to date`);
  }
  if (nets.length === 0) tell(`Pack ${options.pack} is ONNX already`);
  return 0;
}

async function surveyAll(
  store: Store,
  survey: (store: Store, name: string, pack: PackSurvey['pack']) => Promise<PackSurvey>,
): Promise<PackSurvey[]> {
  const surveys = [];
  for (const [name, pack] of Object.entries(store.manifest.packs))
    surveys.push(await survey(store, name, pack));
  return surveys;
}
