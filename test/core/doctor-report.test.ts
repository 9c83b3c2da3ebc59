import { describe, expect, it } from 'vitest';
import { doctorExitCode, examine, formatReport } from '../../src/core/doctor-report.js';
import type { DoctorFacts, PackFacts } from '../../src/core/doctor/facts.js';

const format = (name: string, writes = true, reads = true) => ({ format: name, reads, writes });

const file = (name: string, state: 'ok' | 'missing' | 'wrong') => ({
  name,
  bytes: 5_000_000,
  sha256: name.repeat(64).slice(0, 64),
  state,
  ...(state === 'wrong' && { reason: 'an HTML page' }),
});

function pack(states: Record<string, 'ok' | 'missing' | 'wrong'>, origin: PackFacts['origin']): PackFacts {
  return {
    name: 'p',
    origin,
    files: Object.entries(states).map(([name, state]) => file(name, state)),
    detectors: [
      { name: 'first', files: ['d1', 'net'] },
      { name: 'second', files: ['d2', 'net'] },
    ],
    remedy: 'facetag models pull p',
  };
}

const healthy: DoctorFacts = {
  node: '20.18.1',
  platform: 'linux x64',
  opencv: { state: 'works', value: { version: '4.6.0' } },
  onnxruntime: { state: 'works', value: { installed: true, version: '1.30.0' } },
  pictures: { state: 'works', value: { version: 'sharp 0.35.5', formats: [format('jpeg'), format('png')] } },
  ffmpeg: { installed: true, version: '5.1.6' },
  packs: [pack({ d1: 'ok', d2: 'ok', net: 'ok' }, 'pulled')],
  machine: { cores: 4, cpuQuota: 1.5, memoryBytes: 16e9 },
  lanes: { lanes: 2, limitedBy: 'cpu quota' },
  output: { path: '/out', exists: true, freeBytes: 12e9 },
  models: { path: '/models', exists: false, freeBytes: 12e9 },
  settings: [],
};

it('finds nothing wrong with a healthy machine', () => {
  const report = examine(healthy);
  expect(report.status).toBe('ok');
  expect(doctorExitCode(report)).toBe(0);
  expect(formatReport(report)).toEqual([
    'ok     node         20.18.1 on linux x64',
    'ok     opencv       4.6.0, loaded and tried in a child process',
    'ok     onnxruntime  1.30.0, loaded and tried in a child process',
    'ok     pictures     sharp 0.35.5: reads jpeg png',
    'ok     ffmpeg       5.1.6, for facetag video',
    'ok     pack p       15.0 MB in 3 files with the right sha256; detectors: first second',
    'ok     cpu          4 cores, of which the control group grants 1.5; 2 lanes by default, limited by cpu quota',
    'ok     memory       16.0 GB may be used',
    'ok     output       /out can be written, 12.0 GB free',
    'ok     models       /models can be made, 12.0 GB free',
  ]);
});

const pictures = (...formats: ReturnType<typeof format>[]): Partial<DoctorFacts> => ({
  pictures: { state: 'works', value: { version: 'sharp 1', formats } },
});

describe('one thing found', () => {
  it.each<[string, Partial<DoctorFacts>, 'ok' | 'warn' | 'fault', string, RegExp?]>([
    [
      'opencv',
      { opencv: { state: 'refused', message: 'It is not built. Run `npm start`.' } },
      'fault',
      'cannot be used',
      /^It is not built\. Run `npm start`\.$/,
    ],
    [
      'opencv',
      { opencv: { state: 'crashed', message: 'was killed by SIGILL' } },
      'fault',
      'the process that tried it was killed by SIGILL',
      /npm start.*facetag setup/,
    ],
    [
      'onnxruntime',
      { onnxruntime: { state: 'works', value: { installed: false } } },
      'ok',
      'not installed; to use --engine onnxruntime, run: npm install onnxruntime-node (with -g where facetag is global)',
    ],
    [
      'onnxruntime',
      { onnxruntime: { state: 'crashed', message: 'failed: Error: GLIBC_2.99' } },
      'warn',
      'the process that tried it failed: Error: GLIBC_2.99',
      /npm install onnxruntime-node/,
    ],
    [
      'pictures',
      { pictures: { state: 'crashed', message: 'failed: Error: no sharp' } },
      'fault',
      'the process that tried it failed: Error: no sharp',
      /npm start/,
    ],
    [
      'pictures',
      pictures(format('jpeg'), format('avif', false, false)),
      'fault',
      'sharp 1: reads jpeg, not avif, cannot write avif',
      /sharp/,
    ],
    [
      'pictures',
      pictures(format('jpeg'), format('gif', false)),
      'warn',
      'sharp 1: reads jpeg gif, cannot write gif',
      /sharp/,
    ],
    [
      'cpu',
      { machine: { cores: 8, memoryBytes: 16e9 } },
      'ok',
      '8 cores; 2 lanes by default, limited by cpu quota',
    ],
    [
      'memory',
      { machine: { cores: 8, memoryBytes: 400e6 } },
      'warn',
      '400 MB may be used',
      /512 MB or more, or keep to --pack compact -j 1/,
    ],
    [
      'output',
      { output: { path: '/out', exists: true, problem: 'EROFS', freeBytes: 1e9 } },
      'fault',
      '/out cannot be written: EROFS',
      /-o/,
    ],
    [
      'output',
      { output: { path: '/a/out', exists: false, problem: 'EACCES' } },
      'fault',
      '/a/out cannot be made: EACCES',
      /-o/,
    ],
    [
      'output',
      { output: { path: '/out', exists: true, freeBytes: 3e6 } },
      'warn',
      '/out can be written, 3.0 MB free',
      /Free some space/,
    ],
    ['output', { output: { path: '/out', exists: true } }, 'ok', '/out can be written'],
    [
      'models',
      { models: { path: '/models', exists: true, problem: 'EACCES' } },
      'warn',
      '/models cannot be written: EACCES',
      /--models/,
    ],
  ])('%s with %o: %s', (name, facts, status, found, remedy) => {
    const report = examine({ ...healthy, ...facts });
    const check = report.checks.find((candidate) => candidate.check === name);
    expect(check).toMatchObject({ status, found });
    if (remedy) expect(check?.remedy).toMatch(remedy);
    else expect(check?.remedy).toBeUndefined();
    expect(report.status).toBe(status);
    expect(doctorExitCode(report)).toBe(status === 'fault' ? 2 : 0);
  });
});

describe('a pack', () => {
  it.each([
    [
      'pulled',
      { d1: 'ok', d2: 'missing', net: 'ok' },
      'ok',
      '10.0 MB in 2 files with the right sha256; detectors: first',
    ],
    [
      'pulled',
      { d1: 'missing', d2: 'ok', net: 'ok' },
      'ok',
      '10.0 MB in 2 files with the right sha256; detectors: second',
    ],
    [
      'pulled',
      { d1: 'missing', d2: 'missing', net: 'missing' },
      'ok',
      'not installed; to use it, run: facetag models pull p',
    ],
    ['pulled', { d1: 'missing', d2: 'missing', net: 'ok' }, 'warn', 'lacks d1'],
    ['pulled', { d1: 'ok', d2: 'ok', net: 'missing' }, 'warn', 'lacks net'],
    ['pulled', { d1: 'ok', d2: 'wrong', net: 'ok' }, 'fault', 'd2 is an HTML page'],
    ['embedded', { d1: 'missing', d2: 'missing', net: 'missing' }, 'fault', 'lacks d1, net'],
  ] as const)('%s with %o: %s', (origin, states, status, found) => {
    const report = examine({ ...healthy, packs: [pack(states, origin)] });
    const check = report.checks.find((candidate) => candidate.check === 'pack p');
    expect(check).toMatchObject({ status, found });
    expect(check?.remedy).toBe(status === 'ok' ? undefined : 'Run: facetag models pull p');
    expect(check?.details).toHaveLength(3);
  });
});

it('finds nothing wrong with a machine without ffmpeg, and says what it is for', () => {
  const report = examine({ ...healthy, ffmpeg: { installed: false, reason: 'not installed' } });
  expect(report.status).toBe('ok');
  expect(formatReport(report)).toContain(
    'ok     ffmpeg       not installed; to use facetag video, run: apt-get install ffmpeg',
  );
});

it('puts the remedy below its check and lets nothing out of its line', () => {
  const [, second, third, fourth] = formatReport(
    examine({ ...healthy, opencv: { state: 'refused', message: 'broken\u001b[31m\nRun this' } }),
  );
  expect(second).toBe('fault  opencv       cannot be used');
  expect(third).toBe('       → broken\\x1b[31m');
  expect(fourth).toBe('       → Run this');
});

it('says where each setting comes from, and which one is refused', () => {
  const settings = [
    { name: 'minFace', value: '40', from: 'FACETAG_MIN_FACE' },
    { name: 'timeout', value: 'soon', from: '/w/facetag.config.json', problem: 'Expected seconds' },
  ];
  const report = examine({ ...healthy, settings });
  expect(formatReport(report).slice(-3)).toEqual([
    'ok     setting minFace  "40" from FACETAG_MIN_FACE',
    'fault  setting timeout  Expected seconds',
    '       → Correct it: /w/facetag.config.json',
  ]);
  expect(doctorExitCode(report)).toBe(2);
});
