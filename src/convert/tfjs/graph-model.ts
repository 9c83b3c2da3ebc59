import { z } from 'zod';
import { decodeWeights, weightsManifestSchema } from './decode-weights.js';
import type { TfjsWeights } from './decode-weights.js';

/** A TFJS graph model: `model.json` holds the graph, which is not needed here, and the table of the data file. */
const graphModelSchema = z.object({
  format: z.literal('graph-model'),
  weightsManifest: weightsManifestSchema,
});

/**
 * The constants of a TFJS graph model by the names of their nodes.
 * @param json the model file.
 * @param bin its one data file.
 * @throws {Error} saying what is wrong with either.
 */
export function readGraphModel(json: string, bin: Uint8Array): TfjsWeights {
  const { weightsManifest } = graphModelSchema.parse(JSON.parse(json));
  return decodeWeights(bin, weightsManifest[0].weights);
}
