import path from 'node:path';
import { FatalError, usageError } from '../errors.js';
import { filesForRun, findDetector, findPack, ownFiles } from './manifest.js';
import { packFolder } from './store.js';
import type { Store } from './store.js';
import type { ModelFile, PackSpec } from './spec.js';
import { discardPart, downloadFile } from './download.js';
import { isDiskFull } from '../core/system-fault.js';
import { hasCode } from '../core/thrown.js';
import { explainDiskFault } from './disk-fault.js';
import { checkFolder, checkedFile, recordInstalled } from './installed.js';
import type { FolderLock, HttpClient, LockOwner, PullProgress } from './ports.js';
import { makeFolders } from './make-folders.js';

export interface PullOptions {
  /** Only the files of this detector beside the attribute nets; all files of the pack when absent. */
  readonly detector?: string;
  /** Base URL that is tried first: `<mirror>/<file name>`. */
  readonly mirror?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PullProgress) => void;
  readonly onWait?: (owner: LockOwner) => void;
}

export interface PullPorts {
  readonly http: HttpClient;
  readonly lock: FolderLock;
  /** Of this process; undefined where users have no number. */
  readonly uid: number | undefined;
}

export interface PullResult {
  readonly folder: string;
  readonly downloaded: readonly ModelFile[];
  readonly present: readonly ModelFile[];
}

/**
 * Installs a pack's files; those that are there and right are left alone. A second pull of the same pack, from any
 * process, waits for the first and then finds the files installed.
 * @throws {FatalError} USAGE, DOWNLOAD_FAILED, OUTPUT_UNUSABLE; the signal's reason, with what has arrived kept for next time.
 */
export async function pullPack(
  store: Store,
  name: string,
  ports: PullPorts,
  options: PullOptions = {},
): Promise<PullResult> {
  const pack = findPack(store.manifest, name);
  if (pack.origin === 'embedded') {
    throw usageError('a pack that is pulled', 'models pull', name);
  }
  const files = filesToPull(pack, options.detector);
  const mirror = options.mirror === undefined ? undefined : mirrorBase(options.mirror);
  const folder = packFolder(store, name, pack);
  try {
    makeFolders(folder);
    return await ports.lock.hold(
      path.join(folder, '.lock'),
      () => pullFiles(folder, files, ports, { ...options, ...(mirror === undefined ? {} : { mirror }) }),
      options,
    );
  } catch (error) {
    throw await explainDiskFault(error, folder);
  }
}

function filesToPull(pack: PackSpec, detector: string | undefined): readonly ModelFile[] {
  if (detector === undefined) return ownFiles(pack);
  return filesForRun(pack, findDetector(pack, detector)).filter(({ from }) => from === undefined);
}

async function pullFiles(
  folder: string,
  files: readonly ModelFile[],
  ports: PullPorts,
  options: PullOptions,
): Promise<PullResult> {
  const present: ModelFile[] = [];
  const downloaded: ModelFile[] = [];
  const failures: FatalError[] = [];
  for (const { file, check } of await checkFolder(folder, files)) {
    if (check.state === 'ok') {
      await discardPart(file, folder);
      present.push(file);
      continue;
    }
    try {
      await pullFile(folder, file, ports, options);
      downloaded.push(file);
    } catch (error) {
      // One dead link must not keep the other files away.
      if (!(error instanceof FatalError) || error.code !== 'DOWNLOAD_FAILED') throw error;
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new FatalError('DOWNLOAD_FAILED', failedMessage(failures, folder));
  return { folder, downloaded, present };
}

async function pullFile(
  folder: string,
  file: ModelFile,
  { http, uid }: PullPorts,
  options: PullOptions,
): Promise<void> {
  const mirrored = options.mirror === undefined ? [] : [`${options.mirror}${encodeURIComponent(file.name)}`];
  try {
    const stats = await downloadFile(file, [...mirrored, ...file.urls], { folder, http, uid, ...options });
    await recordInstalled(folder, { [file.name]: checkedFile(file, stats) });
  } catch (error) {
    // A full disk is no place for a partial file that cannot grow.
    if (isDiskFull(error) || hasCode(error, 'EFBIG')) await discardPart(file, folder);
    throw error;
  }
}

/** @throws {FatalError} USAGE unless it is an http(s) URL. Ends in a slash. */
function mirrorBase(mirror: string): string {
  if (!URL.canParse(mirror) || !/^https?:$/.test(new URL(mirror).protocol)) {
    throw usageError('an http(s) URL', '--mirror', mirror);
  }
  return mirror.endsWith('/') ? mirror : `${mirror}/`;
}

function failedMessage(failures: readonly FatalError[], folder: string): string {
  const advice =
    'Behind a firewall: set HTTPS_PROXY, name a copy of your own with --mirror <url>, or fetch the files by hand and ' +
    'run: facetag models import';
  return `${failures.map(({ message }) => message).join('\n')}\n${advice}\nWhat was installed in ${folder} has not changed.`;
}
