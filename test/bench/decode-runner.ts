/**
 * Reads and decodes pictures as a lane does.
 *
 * Usage: decode-runner.ts <list of pictures>. Prints one JSON line: median milliseconds a picture, wall and CPU.
 */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { pictureFiles } from '../../src/adapters/files.js';
import { createPictures } from '../../src/adapters/sharp.js';
import { median } from './statistics.js';
import type { DecodeTimes } from './decode.js';

const LIMITS = { maxDim: 720, maxPixels: 1e8, maxMemory: 2e9, thorough: false };

const [first = '', ...others] = readFileSync(process.argv[2] ?? '', 'utf8')
  .trim()
  .split('\n');
const decoder = createPictures();

async function time(file: string): Promise<DecodeTimes> {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  await decoder.decode(await pictureFiles.read(file, 1e9), LIMITS);
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs: performance.now() - wall, cpuMs: (user + system) / 1000 };
}

// The first one warms up.
await time(first);
const times: DecodeTimes[] = [];
for (const file of [first, ...others]) times.push(await time(file));
const result: DecodeTimes = {
  wallMs: median(times.map(({ wallMs }) => wallMs)),
  cpuMs: median(times.map(({ cpuMs }) => cpuMs)),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
