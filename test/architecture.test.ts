import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import config from '../eslint.config.js';

/** The layering rules alone: without type information they lint a line in a millisecond. */
const LAYERING = /^no-restricted-(imports|syntax|globals)$/;

const rules = config.flatMap(({ files, ignores, rules = {} }) => {
  const kept = Object.entries(rules).filter(([name]) => LAYERING.test(name));
  return files === undefined || kept.length === 0
    ? []
    : [{ files, ...(ignores && { ignores }), rules: Object.fromEntries(kept) }];
});

/** The rules that a line breaks. */
function lint(file: string, code: string): (string | null)[] {
  const everything = { files: ['**/*.ts'] };
  const found = new Linter().verify(code, [everything, ...rules] as Linter.Config[], { filename: file });
  return found.map(({ ruleId }) => ruleId);
}

describe('the layering rules', () => {
  it.each([
    ['src/core/box.ts', "import fs from 'node:fs';"],
    ['src/core/box.ts', "import { readFile } from 'fs/promises';"],
    ['src/core/box.ts', "await import('node:child_process');"],
    ['src/core/box.ts', "import sharp from 'sharp';"],
    ['src/core/box.ts', "import { openLedger } from '../adapters/ledger.js';"],
    ['src/core/doctor/facts.ts', "import { detectFaces } from '../../stages/detect.js';"],
    ['src/core/box.ts', "import { findPack } from '../packs/manifest.js';"],
    ['src/core/box.ts', 'process.env.HOME;'],
    ['src/core/box.ts', 'globalThis.process;'],
    ['src/core/box.ts', 'Date.now();'],
    ['src/core/box.ts', 'new Date();'],
    ['src/core/box.ts', 'Math.random();'],
    ['src/core/box.ts', 'setTimeout(() => 1, 1);'],
    ['src/stages/detect.ts', "import { fileWriter } from '../adapters/files.js';"],
    ['src/stages/detect.ts', "await import('../adapters/files.js');"],
    ['src/stages/discover/walk.ts', "import { processImage } from '../../process-image.js';"],
    ['src/stages/detect.ts', "import { env } from 'node:process';"],
    ['src/packs/build.ts', "import { request } from 'undici';"],
    ['src/packs/compact/anchors.ts', "import { detectFaces } from '../../stages/detect.js';"],
    ['src/process-image.ts', "import { createLanePool } from './lanes/pool.js';"],
    ['src/lanes/pool.ts', "import { runBatch } from '../run-batch.js';"],
    ['src/lanes/pool.ts', "import { readMemory } from '../adapters/memory.js';"],
    ['src/run-batch.ts', "import { tagCommand } from './commands/tag.js';"],
    ['src/commands/tag.ts', "import { runTag } from '../cli-tag.js';"],
    ['src/commands/tag.ts', 'process.cwd();'],
    ['src/adapters/files.ts', "import { tagCommand } from '../commands/tag.js';"],
    ['src/options.ts', "import { fileWriter } from './adapters/files.js';"],
    ['src/flags.ts', "await import('./commands/tag.js');"],
  ])('%s refuses %s', (file, code) => {
    expect(lint(file, code)).toEqual([expect.stringMatching(LAYERING)]);
  });

  it.each([
    ['src/cli-tag.ts', "import { fileWriter } from './adapters/files.js'; process.cwd();"],
    ['src/lanes/lane.ts', "import { fileWriter } from '../adapters/files.js'; process.cwd();"],
    ['src/adapters/files.ts', "import fs from 'node:fs'; process.pid;"],
    ['src/commands/tag.ts', "await import('./dry-run.js');"],
    ['src/core/box.ts', "import path from 'node:path'; new Date(0);"],
  ])('%s may say %s', (file, code) => {
    expect(lint(file, code)).toEqual([]);
  });
});
