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
    ['src/core/doctor/facts.ts', "import { processImage } from '../../picture/process-image.js';"],
    ['src/core/box.ts', "import { findPack } from '../packs/manifest.js';"],
    ['src/core/box.ts', 'process.env.HOME;'],
    ['src/core/box.ts', 'globalThis.process;'],
    ['src/core/box.ts', 'Date.now();'],
    ['src/core/box.ts', 'new Date();'],
    ['src/core/box.ts', 'Math.random();'],
    ['src/core/box.ts', 'setTimeout(() => 1, 1);'],
    ['src/core/box.ts', "import { buildPack } from '../nets/build.js';"],
    ['src/nets/res10.ts', "import { pictureFiles } from '../adapters/files.js';"],
    ['src/nets/res10.ts', "await import('../adapters/files.js');"],
    ['src/nets/res10.ts', "import { env } from 'node:process';"],
    ['src/nets/build.ts', "await import('../packs/manifest.js');"],
    ['src/nets/anchors.ts', "import { processImage } from '../picture/process-image.js';"],
    ['src/nets/ssd-decode.ts', "import { netPriors } from '../convert/caffe/priors.js';"],
    ['src/discover/walk.ts', "import { processImage } from '../picture/process-image.js';"],
    ['src/sources/room.ts', "import { archives } from '../adapters/archives.js';"],
    ['src/sources/room.ts', "import { runBatch } from '../batch/run-batch.js';"],
    ['src/sources/room.ts', "import yauzl from 'yauzl';"],
    ['src/sources/room.ts', "await import('@aws-sdk/client-s3');"],
    ['src/batch/run-batch.ts', "import { Room } from '../sources/room.js';"],
    ['src/discover/walk.ts', "import { Room } from '../sources/room.js';"],
    ['src/adapters/archives.ts', "import { Room } from '../sources/room.js';"],
    ['src/core/box.ts', "import { Room } from '../sources/room.js';"],
    ['src/adapters/files.ts', 'await handle.read(SHARED_HEAD, 0, 9, 0);'],
    ['src/results/with-results.ts', "import { outputFolders } from '../adapters/output-folder.js';"],
    ['src/results/with-results.ts', "import { writeOutputs } from '../batch/write-tables.js';"],
    ['src/core/box.ts', "import { readRecords } from '../results/read-records.js';"],
    ['src/evaluation/matching.ts', "import fs from 'node:fs';"],
    ['src/evaluation/matching.ts', "import { readCsvRows } from '../adapters/csv-rows.js';"],
    ['src/evaluation/document/table.ts', "import { withResults } from '../../results/with-results.js';"],
    ['src/evaluation/bootstrap.ts', 'Math.random();'],
    ['src/core/box.ts', "import { shareOf } from '../evaluation/intervals.js';"],
    ['src/exports/coco.ts', "import { exportFolders } from '../adapters/export-folder.js';"],
    ['src/exports/coco.ts', "await import('../commands/export.js');"],
    ['src/results/with-results.ts', "import { EXPORTS } from '../exports/registry.js';"],
    ['src/report/page.ts', "import { readFileSync } from '../adapters/files.js';"],
    ['src/report/write-report.ts', "import { createLanePool } from '../lanes/pool.js';"],
    ['src/report/client/grid.ts', "import { createHash } from 'node:crypto';"],
    ['src/report/client/grid.ts', "import { formatPage } from '../page.js';"],
    ['src/batch/run-batch.ts', "await import('../report/write-report.js');"],
    ['src/batch/run-batch.ts', "await import('../serve/app.js');"],
    ['src/serve/app.ts', "import { uploadFolders } from '../adapters/upload-folder.js';"],
    ['src/serve/app.ts', "import { resolveRunSettings } from '../commands/run-settings.js';"],
    ['src/serve/app.ts', "import { formatPage } from '../report/page.js';"],
    ['src/serve/app.ts', 'process.memoryUsage();'],
    ['src/report/page.ts', "import { createApp } from '../serve/app.js';"],
    ['src/serve/client/card.ts', "import { isLoopback } from '../guard.js';"],
    ['src/serve/client/card.ts', "import { Grid } from '../../report/client/grid.js';"],
    ['src/adapters/upload-folder.ts', "import { UploadStore } from '../serve/upload-store.js';"],
    ['src/adapters/report-folder.ts', "import { GENERATOR } from '../report/page.js';"],
    ['src/video/process-video.ts', "import { ffmpeg } from '../adapters/ffmpeg.js';"],
    ['src/video/process-video.ts', "import fs from 'node:fs';"],
    ['src/video/read-frames.ts', "import { createLanePool } from '../lanes/pool.js';"],
    ['src/video/tracker.ts', 'Math.random();'],
    ['src/batch/run-batch.ts', "await import('../video/process-video.js');"],
    ['src/adapters/ffmpeg.ts', "import { seconds } from '../video/seconds.js';"],
    ['src/packs/pull.ts', "import { request } from 'undici';"],
    ['src/packs/pull.ts', "await import('../convert/convert-pack.js');"],
    ['src/convert/caffe/weights.ts', "import { processImage } from '../../picture/process-image.js';"],
    ['src/picture/process-image.ts', "import { createLanePool } from '../lanes/pool.js';"],
    ['src/picture/process-image.ts', "import { resolvePack } from '../packs/store.js';"],
    ['src/lanes/pool.ts', "import { runBatch } from '../batch/run-batch.js';"],
    ['src/lanes/pool.ts', "import { readMemory } from '../adapters/memory.js';"],
    ['src/batch/run-batch.ts', "import { tagCommand } from '../commands/tag.js';"],
    ['src/commands/tag.ts', "import { runTag } from '../cli/tag.js';"],
    ['src/commands/tag.ts', "await import('../convert/convert-pack.js');"],
    ['src/commands/tag.ts', 'process.cwd();'],
    ['src/adapters/files.ts', "import { tagCommand } from '../commands/tag.js';"],
    ['src/config.ts', "import { pictureFiles } from './adapters/files.js';"],
    ['src/types.ts', "await import('./commands/tag.js');"],
  ])('%s refuses %s', (file, code) => {
    expect(lint(file, code)).toEqual([expect.stringMatching(LAYERING)]);
  });

  it.each([
    ['src/cli/tag.ts', "import { pictureFiles } from '../adapters/files.js'; process.cwd();"],
    ['src/lanes/lane.ts', "import { pictureFiles } from '../adapters/files.js'; process.cwd();"],
    ['src/adapters/files.ts', "import fs from 'node:fs'; process.pid;"],
    ['src/commands/tag.ts', "await import('./dry-run.js');"],
    ['src/commands/models.ts', "await import('../convert/convert-pack.js');"],
    [
      'src/commands/models/quantize.ts',
      "import { quantisePack } from '../../convert/quantize/quantise-pack.js';",
    ],
    ['src/core/box.ts', "import path from 'node:path'; new Date(0);"],
    ['src/core/csv.ts', "import { SCHEMA_VERSION } from '../core/report.js';"],
    [
      'src/report/client/grid.ts',
      "import { toRecord } from '../rows.js'; import { percent } from '../../core/percent.js';",
    ],
    ['src/commands/video.ts', "import { findVideos } from './video/find-videos.js';"],
    ['src/serve/tagger.ts', "import { createLanePool } from '../lanes/pool.js';"],
    [
      'src/serve/client/card.ts',
      "import { html } from '../../report/client/dom.js'; import { percent } from '../../core/percent.js';",
    ],
    ['src/lanes/preview-lane.ts', "import { pictureFiles } from '../adapters/files.js'; process.cwd();"],
  ])('%s may say %s', (file, code) => {
    expect(lint(file, code)).toEqual([]);
  });
});
