/**
 * Seconds and memory of an export of many records:
 * `node --import ./test/bench/run-typescript.js test/bench/exports.ts parquet 1000000`. The records are made as they are
 * asked for, so that it is the export alone that is measured, with the writing to disk.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportFolders } from '../../src/adapters/export-folder.js';
import { EXPORT_KINDS } from '../../src/config.js';
import type { PictureRecord } from '../../src/core/report.js';
import { ExportJob } from '../../src/exports/export-job.js';
import { EXPORTS } from '../../src/exports/registry.js';
import { AGE_GROUPS } from '../../src/types.js';
import { face, okRecord } from '../records.js';

const [name = 'parquet', count = '1000000'] = process.argv.slice(2);
const kind = EXPORT_KINDS.find((each) => each === name) ?? 'parquet';
const pictures = Number(count);

const nameOf = (index: number): string =>
  `${String(index % 1000).padStart(3, '0')}/${String(index).padStart(7, '0')}.jpg`;

/** No face to three, with everything that a pack can say. */
function recordOf(image: string, index: number): PictureRecord {
  const faces = Array.from({ length: index % 4 }, (_, at) => {
    const x1 = (index * 7 + at * 131) % 400;
    const y1 = (index * 13) % 300;
    return face({
      box: { x1, y1, x2: x1 + 60 + (index % 90), y2: y1 + 80 + (index % 70) },
      confidence: (5000 + (index % 5000)) / 1e4,
      attributes: {
        gender: index % 2 === 0 ? 'Male' : 'Female',
        genderConfidence: (5000 + ((index * 3) % 5000)) / 1e4,
        age: AGE_GROUPS[index % AGE_GROUPS.length] ?? '(0-2)',
        ageConfidence: ((index * 17) % 1e4) / 1e4,
        ageYears: ((index * 29) % 900) / 10,
        ageDistribution: AGE_GROUPS.map((_, group) => ((index * (group + 3)) % 1e4) / 1e4),
      },
    });
  });
  return okRecord(image, faces);
}

const images = Array.from({ length: pictures }, (_, index) => nameOf(index)).sort();
const results = {
  images,
  async *records() {
    for (const [index, image] of images.entries()) yield await Promise.resolve(recordOf(image, index));
  },
};
const flags = { imagePrefix: undefined, yoloClasses: 'gender-age', split: 0, beside: false } as const;
const log = { emit: (event: unknown) => void process.stderr.write(`${JSON.stringify(event)}\n`) };

const scratch = mkdtempSync(path.join(tmpdir(), 'facetag-bench-'));
try {
  const before = process.memoryUsage.rss();
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const { job } = await exportFolders.hold(path.join(scratch, 'out'), kind, async (folder) => {
    const begun = new ExportJob(results, folder, flags, log);
    await (await EXPORTS[kind].load()).write(begun);
    return { job: begun };
  });
  const seconds = (performance.now() - started) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const entries = readdirSync(scratch, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const bytes = entries.reduce(
    (sum, { parentPath, name: file }) => sum + statSync(path.join(parentPath, file)).size,
    0,
  );
  const row = {
    kind,
    pictures,
    faces: job.faces.faces,
    seconds: Math.round(seconds * 10) / 10,
    cpuSeconds: Math.round((cpu.user + cpu.system) / 1e5) / 10,
    peakMB: Math.round(process.resourceUsage().maxRSS / 1000),
    pathListMB: Math.round(before / 1e6),
    writtenMB: Math.round(bytes / 1e6),
  };
  process.stdout.write(`${JSON.stringify(row)}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
