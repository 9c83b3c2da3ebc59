import { createRequire } from 'node:module';
import path from 'node:path';
import { FatalError } from '../errors.js';

/**
 * Absolute path of the package that holds the compact pack's weights, and pictures of its own.
 * @throws {FatalError} MODEL_CORRUPT when it is not installed.
 */
export function faceApiFolder(): string {
  try {
    return path.dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json'));
  } catch (cause) {
    throw new FatalError(
      'MODEL_CORRUPT',
      '@vladmandic/face-api, which holds the compact pack, is not installed.',
      { cause },
    );
  }
}
