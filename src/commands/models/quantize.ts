import { createHash } from 'node:crypto';
import path from 'node:path';
import { faceApiFolder } from '../../convert/face-api-package.js';
import { quantisePack, type QuantisePorts } from '../../convert/quantize/quantise-pack.js';
import { atMost, VARIANTS, type Sample } from '../../convert/quantize/samples.js';
import { countOf } from '../../core/count-of.js';
import { exitCodeFor } from '../../core/exit-code.js';
import { pathOf } from '../../core/roots.js';
import { discoverImages } from '../../discover/discover.js';
import { usageError } from '../../errors.js';
import type { PictureFiles } from '../../ports.js';
import type { ModelsContext } from '../models.js';

export interface QuantizeOptions {
  readonly pack: string;
  readonly detector?: string;
  /** A folder of pictures, or a file with a list of them, as typed. */
  readonly calibrate?: string;
}

export interface QuantizePorts extends Omit<QuantisePorts, 'tell'> {
  readonly cwd: string;
  readonly files: Pick<PictureFiles, 'sha256'>;
  readonly isFolder: (path: string) => boolean;
  readonly readPathList: (source: string, separator: '\n') => Promise<string[]>;
}

/** More pictures take longer and tell no more. */
const MOST_PICTURES = 400;

/** With fewer pictures each is looked at in several ways. */
const MANY_PICTURES = 60;

/** Of the pictures that the compact pack's weights come with: people in groups and alone. */
const OWN_PICTURES = /^sample\d\.jpg$/;

/**
 * `models quantize <pack> [--detector <name>] [--calibrate <folder|list>]`: writes int8 forms of a pack's nets, or says
 * which of them would change the pack's answers.
 *
 * @returns the exit code: 1 where a detector was left out.
 * @throws {FatalError} as `quantisePack`; USAGE for pictures that are not there.
 */
export async function quantizeModels(
  { store, tell, signal }: ModelsContext,
  { pack, detector, calibrate }: QuantizeOptions,
  ports: QuantizePorts,
): Promise<number> {
  const { base, names, isOwn } = await findPictures(calibrate, ports);
  const few = names.length < MANY_PICTURES;
  const samples = names.flatMap((name) =>
    (few ? VARIANTS : VARIANTS.slice(0, 1)).map((variant): Sample => ({
      name,
      path: pathOf({ base }, name),
      variant,
    })),
  );
  const whose = isOwn ? ' of the package face-api' : '';
  const ways = few ? `, each in ${VARIANTS.length} ways (${VARIANTS.join(', ')})` : '';
  tell(
    `Measuring with ${countOf(names.length, 'picture')}${whose}${ways}: half to choose scales, half to judge`,
  );
  if (isOwn) tell('Those are few: --calibrate with a hundred or more pictures of your own tells more');
  const options = { ...(detector !== undefined && { detector }), ...(signal && { signal }) };
  const digest = await digestOf(base, names, ports);
  const leftOut = await quantisePack(store, pack, samples, digest, { ...ports, tell }, options);
  return exitCodeFor({ failed: leftOut.length });
}

interface Found {
  /** Absolute. */
  readonly base: string;
  readonly names: readonly string[];
  /** Nobody named any. */
  readonly isOwn: boolean;
}

async function findPictures(calibrate: string | undefined, ports: QuantizePorts): Promise<Found> {
  const typed = calibrate ?? path.join(faceApiFolder(), 'demo');
  const place = path.resolve(ports.cwd, typed);
  const named = ports.isFolder(place)
    ? { inputs: [place] }
    : { inputs: [], listed: await ports.readPathList(place, '\n') };
  const found = await discoverImages({
    ...named,
    cwd: ports.cwd,
    ignore: [],
    hidden: false,
    followSymlinks: false,
    exclude: [],
  });
  const all = found.relativePaths.filter((name) => calibrate !== undefined || OWN_PICTURES.test(name));
  if (all.length === 0) throw usageError('a folder of pictures, or a list of them,', '--calibrate', typed);
  return { base: found.base, names: atMost(all, MOST_PICTURES), isOwn: calibrate === undefined };
}

/** Of the names and the bytes. */
async function digestOf(base: string, names: readonly string[], { files }: QuantizePorts): Promise<string> {
  const digest = createHash('sha256');
  for (const name of names) {
    // What cannot be read is left out later: its name counts.
    const bytes = await files.sha256(pathOf({ base }, name)).catch(() => '');
    digest.update(`${name}\0${bytes}\n`);
  }
  return digest.digest('hex');
}
