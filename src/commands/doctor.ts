import path from 'node:path';
import { DEFAULT_OUTPUT } from '../config.js';
import { doctorExitCode, examine, formatReport } from '../core/doctor-report.js';
import type {
  CodecFacts,
  DoctorFacts,
  FfmpegFacts,
  FolderFacts,
  OnnxRuntimeFacts,
  OpenCvFacts,
  Probed,
} from '../core/doctor/facts.js';
import { FatalError } from '../errors.js';
import type { Store } from '../packs/store.js';
import type { ReportSink } from '../ports.js';
import { surveyPacks } from './doctor/survey-packs.js';

export interface DoctorOptions {
  readonly json: boolean;
  /** Output folder as typed; `facetag-out` when absent. */
  readonly output?: string;
}

/** What `facetag doctor` needs of the outside world. */
export interface DoctorPorts {
  readonly cwd: string;
  readonly system: Pick<DoctorFacts, 'node' | 'platform' | 'machine' | 'fastInt8' | 'lanes' | 'settings'>;
  /** Try native code in a child process, so that a crash is told and not suffered. */
  readonly probeOpenCv: () => Promise<Probed<OpenCvFacts>>;
  readonly probeOnnxRuntime: () => Promise<Probed<OnnxRuntimeFacts>>;
  readonly probePictures: () => Promise<Probed<CodecFacts>>;
  readonly probeFfmpeg: () => Promise<FfmpegFacts>;
  readonly store: Store;
  readonly inspectFolder: (path: string) => Promise<FolderFacts>;
  readonly stdout: ReportSink;
}

/** A user without a home folder has no folder for models either. */
async function inspectModels({ store, inspectFolder }: DoctorPorts): Promise<FolderFacts> {
  try {
    return await inspectFolder(store.modelsDir);
  } catch (error) {
    if (!(error instanceof FatalError)) throw error;
    return { path: 'the folder of models', exists: false, problem: error.message };
  }
}

/** `facetag doctor [--json]`: what was found, and what to do about each fault, on stdout. @returns the exit code. */
export async function doctorCommand(options: DoctorOptions, ports: DoctorPorts): Promise<number> {
  const { store, inspectFolder } = ports;
  const facts: DoctorFacts = {
    ...ports.system,
    opencv: await ports.probeOpenCv(),
    onnxruntime: await ports.probeOnnxRuntime(),
    pictures: await ports.probePictures(),
    ffmpeg: await ports.probeFfmpeg(),
    packs: await surveyPacks(store),
    output: await inspectFolder(path.resolve(ports.cwd, options.output ?? DEFAULT_OUTPUT)),
    models: await inspectModels(ports),
  };
  const report = examine(facts);
  const text = options.json ? JSON.stringify(report, null, 2) : formatReport(report).join('\n');
  await ports.stdout.write(text + '\n');
  return doctorExitCode(report);
}
