import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import type { EngineName } from '../../src/types.js';
import { repository } from '../shared.js';
import type { ClassicModels } from './classic.js';
import { commandIn, releaseOf, type SecondRoot } from './second-root.js';

/** A program that tags a list of pictures and prints one JSON line for each. */
export interface Contender {
  readonly name: string;
  readonly pack: PackName;
  /** True for what a user would run instead: ratios are taken against it. */
  readonly peer: boolean;
  /** Pictures that it works on at a time. */
  readonly jobs: number;
  /** @param list file with one path a line. */
  readonly command: (list: string) => readonly string[];
  /** Set for facetag itself. */
  readonly configuration?: Configuration;
}

export type PackName = 'compact' | 'accurate' | 'classic';

export interface Configuration {
  readonly pack: PackName;
  readonly engine: EngineName;
  /** Absent in 32-bit floats. */
  readonly precision?: 'int8';
  /** Where the classic models are. */
  readonly models?: ClassicModels;
  /** What makes it another than the pack as it comes. */
  readonly variant?: Variant;
}

/** The pack with something changed, to say what that costs. */
export interface Variant {
  readonly name: string;
  readonly flags: readonly string[];
}

/** The built program. */
export const facetagBin = path.join(repository, 'bin/facetag.js');

/** Debian's own Python: the one that python3-opencv belongs to. */
export const debianPython = '/usr/bin/python3';

/** What the programs need to run. */
export interface Outfit {
  /** Node, as `copyNode` made it. */
  readonly node: string;
  readonly models: ClassicModels;
  /** Folder in which face-api is installed. */
  readonly faceApi: string;
  /** Whether reference.py can run. */
  readonly reference: boolean;
  /** Variants of compact; none unless they were asked for. */
  readonly variants: readonly Variant[];
  readonly root: SecondRoot | undefined;
}

/** Every configuration, each peer before those it is compared with. */
export function contenders(outfit: Outfit): readonly Contender[] {
  const { node, models, faceApi, reference: hasReference, variants, root } = outfit;
  return [
    faceApiWasm(node, faceApi),
    ...configurations(node, { pack: 'compact' }),
    ...(root === undefined ? [] : [1, 2].map((jobs) => facetagIn(root, jobs))),
    ...inInt8(node, { pack: 'compact' }, path.join(repository, 'models/compact')),
    ...variants.flatMap((variant) => configurations(node, { pack: 'compact', variant })),
    ...configurations(node, { pack: 'accurate' }),
    ...(hasReference ? [reference(models)] : []),
    ...configurations(node, { pack: 'classic', models }),
    ...inInt8(node, { pack: 'classic', models }, path.join(models.folder, 'classic')),
  ];
}

/**
 * A Node of the contenders' own: pages of a program that others run too, the bench among them, would count to the
 * measured tree in part only.
 */
export function copyNode(scratch: string): string {
  const copy = path.join(scratch, 'node');
  if (!existsSync(copy)) copyFileSync(process.execPath, copy);
  return copy;
}

function configurations(node: string, pack: Omit<Configuration, 'engine'>): Contender[] {
  return (['opencv', 'onnxruntime'] as const).flatMap((engine) =>
    [1, 2].map((jobs) => facetag(node, { ...pack, engine }, jobs)),
  );
}

/** Where there are int8 forms: those of compact come with set-up, others from `models quantize`, which takes minutes. */
function inInt8(node: string, pack: Omit<Configuration, 'engine'>, folder: string): Contender[] {
  if (!existsSync(path.join(folder, 'quantized.json'))) return [];
  const configuration = { ...pack, engine: 'onnxruntime', precision: 'int8' } as const;
  return [1, 2].map((jobs) => facetag(node, configuration, jobs));
}

function facetag(node: string, configuration: Configuration, jobs: number): Contender {
  const { pack, engine, precision, models, variant } = configuration;
  const where = models ? ['--manifest', models.manifest, '--models', models.folder] : [];
  return {
    name: `facetag ${variant?.name ?? pack} ${engine}${precision ? ` ${precision}` : ''} -j ${jobs}`,
    pack,
    peer: false,
    jobs,
    configuration,
    command: (list) => [
      ...[node, facetagBin, '--jsonl', '--no-progress', '--files-from', list],
      ...['--pack', pack, '--engine', engine, '-j', String(jobs), ...where, ...(variant?.flags ?? [])],
      ...(precision ? ['--precision', precision] : []),
    ],
  };
}

/** compact in a second root, with the OpenCV that is there. */
function facetagIn(root: SecondRoot, jobs: number): Contender {
  const flags = ['--jsonl', '--no-progress', '--pack', 'compact', '-j', String(jobs)];
  return {
    name: `facetag compact opencv -j ${jobs} in ${releaseOf(root)}`,
    pack: 'compact',
    peer: false,
    jobs,
    command: (list) => commandIn(root, list, [...flags, '--files-from', list]),
  };
}

function reference({ reference: files }: ClassicModels): Contender {
  const script = path.join(import.meta.dirname, 'reference.py');
  return {
    name: 'reference.py',
    pack: 'classic',
    peer: true,
    jobs: 1,
    command: (list) => [debianPython, script, ...files, '--files-from', list],
  };
}

function faceApiWasm(node: string, folder: string): Contender {
  const script = path.join(import.meta.dirname, 'face-api-wasm.js');
  return {
    name: 'face-api-wasm',
    pack: 'compact',
    peer: true,
    jobs: 1,
    command: (list) => [node, script, folder, list],
  };
}

/** Why reference.py cannot run here; undefined when it can. The bench installs no system package unasked. */
export function whyNoReference(): string | undefined {
  const { status } = spawnSync(debianPython, ['-c', 'import cv2'], { stdio: 'ignore' });
  if (status === 0) return undefined;
  return 'reference.py needs cv2: sudo apt-get install -y --no-install-recommends python3-opencv';
}
