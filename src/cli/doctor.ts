import { probeFfmpeg } from '../adapters/ffmpeg.js';
import { isFastInInt8, readMachineLimits } from '../adapters/limits.js';
import { openStandardOutput } from '../adapters/standard-output.js';
import { inspectFolder, probe } from '../adapters/system.js';
import { openStore } from './open-store.js';
import { doctorCommand } from '../commands/doctor.js';
import type { CodecFacts, OnnxRuntimeFacts, OpenCvFacts } from '../core/doctor/facts.js';
import { FOOTPRINT } from '../core/lane-count.js';
import { decideLanes } from '../core/lane-count.js';
import type { FlagsOf } from './flags.js';
import type { RunContext } from './handlers.js';
import { settingsOf } from './settings.js';

/** Composition root of `facetag doctor`. @returns the exit code. */
export async function runDoctor(
  flags: FlagsOf<'doctor'>,
  _: readonly string[],
  { sources }: RunContext,
): Promise<number> {
  const { json, output } = flags;
  const machine = readMachineLimits();
  const fastInt8 = isFastInInt8();
  return await doctorCommand(
    { json, ...(output !== undefined && { output }) },
    {
      cwd: process.cwd(),
      system: {
        node: process.versions.node,
        platform: `${process.platform} ${process.arch}`,
        machine,
        ...(fastInt8 !== undefined && { fastInt8 }),
        lanes: decideLanes(machine, FOOTPRINT),
        settings: settingsOf(sources),
      },
      probeOpenCv: () => probe<OpenCvFacts>('opencv'),
      probeOnnxRuntime: () => probe<OnnxRuntimeFacts>('onnxruntime'),
      probePictures: () => probe<CodecFacts>('pictures'),
      probeFfmpeg,
      store: await openStore(flags),
      inspectFolder,
      stdout: openStandardOutput(),
    },
  );
}
