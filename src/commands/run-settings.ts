import { createHash } from 'node:crypto';
import type { NetFlags } from '../config.js';
import { SCHEMA_VERSION } from '../core/report.js';
import { usageError } from '../errors.js';
import { resolvePack, type Store } from '../packs/store.js';
import { FOOTPRINT } from '../core/lane-count.js';
import type { LaneConfig, RunKey } from '../types.js';

/** Longer side of the raster that a picture is looked at in, in pixels: 720p, as the write-up has it. */
const DEFAULT_MAX_DIM = 720;

/** The same where parts of it are looked at: a crowd photo of a phone in full, 50 MB at most. */
const PARTS_MAX_DIM = 4096;

/** What the lanes are told, and the key under which their results may be skipped later. */
export interface RunSettings {
  readonly lane: LaneConfig;
  readonly run: RunKey;
}

/**
 * Finds the pack and settles every number that a result depends on.
 *
 * @throws {FatalError} USAGE, MODEL_MISSING or MODEL_CORRUPT.
 */
export async function resolveRunSettings(config: NetFlags, store: Store): Promise<RunSettings> {
  requireEngineFor(config);
  const { lanePack, modelsHash, spec, detector } = await resolvePack(store, {
    pack: config.pack,
    engine: config.engine,
    precision: config.precision,
    attributes: config.attributes,
    ...(config.detector !== undefined && { detector: config.detector }),
    ...(config.padding !== undefined && { padding: config.padding }),
  });
  const settings = {
    minConfidence: config.minConfidence ?? detector.minConfidence,
    minFace: config.minFace,
    maxDim: config.maxDim ?? (config.smallFaces ? PARTS_MAX_DIM : DEFAULT_MAX_DIM),
  };
  const { smallFaces, turned, flip } = config;
  const int8 = config.precision === 'int8' && ({ precision: 'int8' } as const);
  const crops = spec.estimators.map(({ crop }) => crop);
  const { engine, maxPixels, maxBytes, thorough } = config;
  const maxMemory = config.maxLaneMemory * 1e6 - FOOTPRINT.laneBytes;
  // Limits of size are not part of the key: they decide whether a picture is done, never what is found in it, and
  // TOO_LARGE is tried again anyway.
  const key = JSON.stringify({
    schemaVersion: SCHEMA_VERSION,
    detector: lanePack.detector,
    ...settings,
    crops,
    // Only when asked for, so that records made before the flag was there keep their key.
    ...(thorough && { thorough }),
    ...(smallFaces && { smallFaces }),
    ...(turned && { turned }),
    ...(flip && { flip }),
    ...int8,
  });
  return {
    lane: {
      pack: lanePack,
      engine,
      maxPixels,
      thorough,
      maxBytes,
      maxMemory,
      smallFaces,
      turned,
      flip,
      ...settings,
    },
    run: {
      pack: lanePack.name,
      models: modelsHash,
      settings: `sha256:${createHash('sha256').update(key).digest('hex')}`,
      engine,
      ...int8,
    },
  };
}

/** @throws {FatalError} USAGE: OpenCV has no fast int8 kernels, and older ones read no such nets. */
function requireEngineFor({ engine, precision }: NetFlags): void {
  if (precision === 'int8' && engine !== 'onnxruntime') {
    throw usageError('--engine onnxruntime (OpenCV is not faster in int8)', '--precision int8', engine);
  }
}
