import { filesForRun, ownFiles } from './manifest.js';
import type { ModelFile, PackSpec } from './spec.js';
import { packFolder } from './store.js';
import type { Store } from './store.js';
import { ifWritable } from './if-writable.js';
import { inspectFile } from './inspect-file.js';
import type { FileCheck } from './inspect-file.js';
import { checkFolder, checkedFile, recordInstalled } from './installed.js';
import path from 'node:path';

export interface CheckedModel {
  readonly file: ModelFile;
  readonly check: FileCheck;
}

/** What is there of a pack, leaving aside the files of an embedded pack that it uses too. */
export interface PackSurvey {
  readonly name: string;
  readonly pack: PackSpec;
  readonly folder: string;
  readonly files: readonly CheckedModel[];
}

/** Trusts the record of earlier checks where the file has not changed since. */
export async function surveyPack(store: Store, name: string, pack: PackSpec): Promise<PackSurvey> {
  const folder = packFolder(store, name, pack);
  return { name, pack, folder, files: await checkFolder(folder, ownFiles(pack)) };
}

/** Reads and hashes every file that is there, whatever the record says, and renews the record. */
export async function verifyPack(
  store: Store,
  name: string,
  pack: PackSpec,
  signal?: AbortSignal,
): Promise<PackSurvey> {
  const folder = packFolder(store, name, pack);
  const files: CheckedModel[] = [];
  for (const file of ownFiles(pack)) {
    const check = await inspectFile(path.join(folder, file.name), file, signal);
    if (check.state === 'ok') {
      const checked = { [file.name]: checkedFile(file, check.stats) };
      await ifWritable(() => recordInstalled(folder, checked));
    }
    files.push({ file, check });
  }
  return { name, pack, folder, files };
}

/** Detectors whose files are all there and right, with the attribute nets that every run needs. */
export function usableDetectors(survey: PackSurvey): string[] {
  return Object.entries(lackingByDetector(survey))
    .filter(([, lacking]) => lacking.length === 0)
    .map(([name]) => name);
}

/** For each detector, the files that a run with it needs and that are not there, or wrong. */
export function lackingByDetector({ pack, files }: PackSurvey): Record<string, string[]> {
  const right = new Set(files.filter(({ check }) => check.state === 'ok').map(({ file }) => file.name));
  return Object.fromEntries(
    Object.entries(pack.detectors).map(([name, detector]) => [
      name,
      filesForRun(pack, detector).flatMap((file) =>
        file.from !== undefined || right.has(file.name) ? [] : [file.name],
      ),
    ]),
  );
}
