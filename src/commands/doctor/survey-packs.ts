import path from 'node:path';
import { messageOf } from '../../core/thrown.js';
import type { PackFacts, PackFileFacts } from '../../core/doctor/facts.js';
import { FatalError } from '../../errors.js';
import { filesForRun, ownFiles } from '../../packs/manifest.js';
import type { ModelFile, PackSpec } from '../../packs/spec.js';
import { installCommand, packFolder, type Store } from '../../packs/store.js';
import { inspectFile } from '../../packs/inspect-file.js';

/** Hashes every file of every pack: unlike a run, which trusts a file that has not changed since its last check. */
export async function surveyPacks(store: Store): Promise<PackFacts[]> {
  const surveyed = [];
  for (const [name, pack] of Object.entries(store.manifest.packs)) {
    const files = [];
    for (const file of ownFiles(pack))
      files.push(await surveyFile(() => packFolder(store, name, pack), file));
    surveyed.push({
      name,
      origin: pack.origin,
      files,
      detectors: listDetectors(pack),
      remedy: installCommand(store, name, pack),
    });
  }
  return surveyed;
}

async function surveyFile(folder: () => string, { name, bytes, sha256 }: ModelFile): Promise<PackFileFacts> {
  try {
    const check = await inspectFile(path.join(folder(), name), { bytes, sha256 });
    const { state } = check;
    return { name, bytes, sha256, state, ...(state === 'wrong' && { reason: check.reason }) };
  } catch (error) {
    if (error instanceof FatalError) return { name, bytes, sha256, state: 'missing' };
    const reason = `not readable (${messageOf(error)})`;
    return { name, bytes, sha256, state: 'wrong', reason };
  }
}

function listDetectors(pack: PackSpec): PackFacts['detectors'] {
  const { defaultDetector, detectors } = pack;
  return Object.entries(detectors)
    .sort(([a], [b]) => Number(b === defaultDetector) - Number(a === defaultDetector))
    .map(([name, detector]) => ({
      name,
      files: filesForRun(pack, detector).flatMap((file) => (file.from === undefined ? file.name : [])),
    }));
}
