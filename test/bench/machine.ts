import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { repository } from '../shared.js';
import { debianPython } from './contenders.js';
import { FACE_API, installedVersion, TFJS } from './peers.js';

/** What the figures depend on: neither names nor paths of this machine. */
export interface Machine {
  /** Day of the run, ISO 8601. */
  readonly date: string;
  readonly cpu: string;
  /** Its widest vector extensions, which decide how fast nets run: absent in results from before they were asked for. */
  readonly vectors?: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  /** Load average over a minute when the bench began: figures of a busy machine are worth little. */
  readonly load: number;
  readonly versions: Readonly<Record<string, string>>;
}

export function describeMachine(): Machine {
  const { version } = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8')) as {
    version: string;
  };
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown processor',
    vectors: vectorExtensions(),
    cores: os.availableParallelism(),
    memoryGb: Math.round(os.totalmem() / 1e9),
    system: `${distribution()}, Linux ${os.release().split('-')[0] ?? ''}`,
    load: os.loadavg()[0] ?? NaN,
    versions: {
      facetag: version,
      Node: process.versions.node,
      OpenCV: askPython('import cv2; print(cv2.__version__)'),
      opencv4nodejs: installedVersion('@u4/opencv4nodejs') ?? 'absent',
      sharp: installedVersion('sharp') ?? 'absent',
      'onnxruntime-node': installedVersion('onnxruntime-node') ?? 'absent',
      Python: askPython('import platform; print(platform.python_version())'),
      'face-api': `${FACE_API} on tfjs ${TFJS}`,
    },
  };
}

function vectorExtensions(): string {
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' ') ?? [];
  const found = Object.entries(EXTENSIONS).flatMap(([flag, name]) => (flags.includes(flag) ? [name] : []));
  return found.length === 0 ? 'none known' : found.join(', ');
}

/** By their names in /proc/cpuinfo. */
const EXTENSIONS = { avx2: 'AVX2', avx512f: 'AVX-512', avx512_vnni: 'VNNI', avx_vnni: 'AVX-VNNI' };

function distribution(): string {
  try {
    return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? os.type();
  } catch {
    return os.type();
  }
}

function askPython(script: string): string {
  const { stdout, status } = spawnSync(debianPython, ['-c', script], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : 'unknown';
}
