import { homedir } from 'node:os';
import path from 'node:path';
import { readMachineLimits } from './adapters/limits.js';
import { openStandardOutput } from './adapters/standard-output.js';
import { inspectFolder, probe } from './adapters/system.js';
import { doctorCommand } from './commands/doctor.js';
import { FOOTPRINT } from './core/footprint.js';
import { decideLanes } from './core/lane-count.js';
import { loadManifest } from './packs/manifest.js';
import { defaultModelsDir } from './packs/store.js';

interface DoctorFlags {
  readonly json?: true;
  readonly output?: string;
  readonly models?: string;
}

/** Composition root of `facetag doctor`. @returns the exit code. */
export async function runDoctor(
  { json, output = process.env['FACETAG_OUTPUT'], models = process.env['FACETAG_MODELS'] }: DoctorFlags,
  packageRoot: string,
): Promise<number> {
  const cwd = process.cwd();
  const machine = readMachineLimits();
  return await doctorCommand(
    { json: json === true, ...(output !== undefined && { output }) },
    {
      cwd,
      system: {
        node: process.versions.node,
        platform: `${process.platform} ${process.arch}`,
        machine,
        lanes: decideLanes(machine, FOOTPRINT),
      },
      probeOpenCv: () => probe('opencv'),
      probePictures: () => probe('pictures'),
      store: {
        manifest: await loadManifest({ packageRoot }),
        modelsDir:
          models === undefined ? defaultModelsDir(process.env, homedir()) : path.resolve(cwd, models),
        packageRoot,
        flags: models === undefined ? '' : ` --models ${models}`,
      },
      inspectFolder,
      stdout: openStandardOutput(),
    },
  );
}
