import { formatBytes } from '../format-bytes.js';
import { NOT_FASTER } from '../int8-speed.js';
import type { DoctorFacts, FolderFacts, PackFacts, Probed, SettingFacts } from './facts.js';

/** One line of the report. */
export interface Check {
  /** `node`, `opencv`, `onnxruntime`, `pictures`, `ffmpeg`, `pack <name>`, `cpu`, `memory`, `output`, `models`, `setting <name>`. */
  readonly check: string;
  /** `warn`: it works, but not for everything. */
  readonly status: 'ok' | 'warn' | 'fault';
  readonly found: string;
  /** What to do about it: always there with a fault. */
  readonly remedy?: string;
  /** The figures behind `found`, for programs. */
  readonly details?: unknown;
}

const REBUILD = 'Run `npm start` in the checkout, or `facetag setup` after a global install';

/** In facetag's own folder; where it is global, so must this be. */
const INSTALL_ONNXRUNTIME = 'npm install onnxruntime-node (with -g where facetag is global)';

/** Room for the parent and one lane of the larger pack (260 MB), with a large picture in hand. */
const COMFORTABLE_MEMORY = 512e6;

/** A run over a few hundred pictures, and hardly more. */
const LITTLE_SPACE = 100e6;

/** Never a fault: under a Node that is too old the program does not start (bin/launch.js). */
export function checkNode({ node, platform }: DoctorFacts): Check {
  return { check: 'node', status: 'ok', found: `${node} on ${platform}` };
}

export function checkOpenCv({ opencv }: DoctorFacts): Check {
  if (opencv.state !== 'works') return unusable('opencv', opencv);
  return {
    check: 'opencv',
    status: 'ok',
    found: `${opencv.value.version}, loaded and tried in a child process`,
  };
}

export function checkOnnxRuntime({ onnxruntime }: DoctorFacts): Check {
  const check = 'onnxruntime';
  if (onnxruntime.state !== 'works') {
    const { found } = unusable(check, onnxruntime);
    return {
      check,
      status: 'warn',
      found,
      remedy: `Run: ${INSTALL_ONNXRUNTIME}, or leave out --engine onnxruntime`,
    };
  }
  const { value } = onnxruntime;
  const found = value.installed
    ? `${value.version}, loaded and tried in a child process`
    : `not installed; to use --engine onnxruntime, run: ${INSTALL_ONNXRUNTIME}`;
  return { check, status: 'ok', found };
}

export function checkPictures({ pictures }: DoctorFacts): Check {
  if (pictures.state !== 'works') return unusable('pictures', pictures);
  const { version, formats } = pictures.value;
  const names = (kind: 'reads' | 'writes', able: boolean): string =>
    formats
      .filter((format) => format[kind] === able)
      .map(({ format }) => format)
      .join(' ');
  const [unread, unwritten] = [names('reads', false), names('writes', false)];
  const found = [
    `${version}: reads ${names('reads', true)}`,
    ...(unread ? [`not ${unread}`] : []),
    ...(unwritten ? [`cannot write ${unwritten}`] : []),
  ].join(', ');
  if (!unread && !unwritten) return { check: 'pictures', status: 'ok', found, details: formats };
  const remedy = `${REBUILD}: the prebuilt sharp knows them all`;
  return { check: 'pictures', status: unread ? 'fault' : 'warn', found, remedy, details: formats };
}

export function checkFfmpeg({ ffmpeg }: DoctorFacts): Check {
  const found = ffmpeg.installed
    ? `${ffmpeg.version}, for facetag video`
    : `${ffmpeg.reason}; to use facetag video, run: apt-get install ffmpeg`;
  return { check: 'ffmpeg', status: 'ok', found };
}

function unusable(check: string, probed: Exclude<Probed<unknown>, { state: 'works' }>): Check {
  return probed.state === 'refused'
    ? { check, status: 'fault', found: 'cannot be used', remedy: probed.message }
    : { check, status: 'fault', found: `the process that tried it ${probed.message}`, remedy: REBUILD };
}

export function checkPack(pack: PackFacts): Check {
  const { files, name, origin } = pack;
  const check = `pack ${name}`;
  const remedy = `Run: ${pack.remedy}`;
  const wrong = files.filter(({ state }) => state === 'wrong');
  if (wrong.length > 0) {
    const found = wrong.map((file) => `${file.name} is ${file.reason ?? 'not what it should be'}`).join('; ');
    return { check, status: 'fault', found, remedy, details: files };
  }
  const there = files.filter(({ state }) => state === 'ok');
  const present = new Set(there.map((file) => file.name));
  const usable = pack.detectors.filter((detector) => detector.files.every((file) => present.has(file)));
  if (usable.length > 0) {
    const count = there.length === 1 ? '1 file' : `${there.length} files`;
    const detectors = usable.map((detector) => detector.name).join(' ');
    const found = `${formatBytes(sum(there))} in ${count} with the right sha256; detectors: ${detectors}`;
    return { check, status: 'ok', found, details: files };
  }
  if (origin === 'pulled' && there.length === 0) {
    return { check, status: 'ok', found: `not installed; to use it, run: ${pack.remedy}`, details: files };
  }
  const needed = new Set(pack.detectors[0]?.files);
  const missing = files.filter((file) => file.state === 'missing' && needed.has(file.name));
  const found = `lacks ${missing.map((file) => file.name).join(', ')}`;
  return { check, status: origin === 'embedded' ? 'fault' : 'warn', found, remedy, details: files };
}

const sum = (files: readonly { readonly bytes: number }[]): number =>
  files.reduce((bytes, file) => bytes + file.bytes, 0);

export function checkCpu({ machine, lanes, fastInt8 }: DoctorFacts): Check {
  const quota =
    machine.cpuQuota === undefined ? '' : `, of which the control group grants ${machine.cpuQuota}`;
  const found = `${machine.cores} cores${quota}; ${lanes.lanes} lanes by default, limited by ${lanes.limitedBy}${int8Text(fastInt8)}`;
  const { cores, cpuQuota } = machine;
  const details = { cores, cpuQuota, lanes: lanes.lanes, ...(fastInt8 !== undefined && { fastInt8 }) };
  return { check: 'cpu', status: 'ok', found, details };
}

function int8Text(fast: boolean | undefined): string {
  if (fast === undefined) return '';
  return fast ? '; fast in int8' : `; ${NOT_FASTER}`;
}

export function checkMemory({ machine }: DoctorFacts): Check {
  const details = { memoryBytes: machine.memoryBytes };
  const found = `${formatBytes(machine.memoryBytes)} may be used`;
  if (machine.memoryBytes >= COMFORTABLE_MEMORY) return { check: 'memory', status: 'ok', found, details };
  const remedy = `Allow ${formatBytes(COMFORTABLE_MEMORY)} or more, or keep to --pack compact -j 1`;
  return { check: 'memory', status: 'warn', found, remedy, details };
}

export function checkOutput({ output }: DoctorFacts): Check {
  return checkFolder('output', output, 'fault', 'Make it yours (chown), or choose another folder with -o');
}

/** Pulled packs can be read from a folder that only somebody else may change. */
export function checkModels({ models }: DoctorFacts): Check {
  return checkFolder('models', models, 'warn', 'To pull packs, choose another folder with --models');
}

function checkFolder(check: string, folder: FolderFacts, bad: 'warn' | 'fault', remedy: string): Check {
  const { path, exists, problem, freeBytes } = folder;
  const free = freeBytes === undefined ? '' : `, ${formatBytes(freeBytes)} free`;
  if (problem !== undefined) {
    const what = exists ? 'cannot be written' : 'cannot be made';
    return { check, status: bad, found: `${path} ${what}: ${problem}`, remedy, details: folder };
  }
  const found = `${path} ${exists ? 'can be written' : 'can be made'}${free}`;
  if (freeBytes === undefined || freeBytes >= LITTLE_SPACE) {
    return { check, status: 'ok', found, details: folder };
  }
  return { check, status: 'warn', found, remedy: 'Free some space on that disk', details: folder };
}

/** Where a value comes from that is not the default. */
export function checkSetting({ name, value, from, problem }: SettingFacts): Check {
  const check = `setting ${name}`;
  const details = { value, from };
  if (problem !== undefined) {
    return { check, status: 'fault', found: problem, remedy: `Correct it: ${from}`, details };
  }
  return { check, status: 'ok', found: `${JSON.stringify(value)} from ${from}`, details };
}
