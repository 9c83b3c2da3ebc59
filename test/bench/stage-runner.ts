/**
 * One lane's work in this process, with every port timed.
 *
 * Usage: stage-runner.ts <file with a StageQuestion as JSON>. Prints one JSON line: StageTimes for mode "stages",
 * [faces, milliseconds] pairs for mode "faces".
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { pictureFiles } from '../../src/adapters/files.js';
import { replaceFile } from '../../src/packs/replace-file.js';
import { loadOnnxRuntime } from '../../src/adapters/onnxruntime.js';
import { loadOpenCv } from '../../src/adapters/opencv.js';
import { createPictures } from '../../src/adapters/sharp.js';
import { formatRecord, toRecord } from '../../src/core/report.js';
import { buildPack } from '../../src/nets/build.js';
import { loadManifest } from '../../src/packs/manifest.js';
import { resolvePack } from '../../src/packs/store.js';
import { processImage } from '../../src/picture/process-image.js';
import type { ImagePorts } from '../../src/picture/process-image.js';
import { repository } from '../shared.js';
import type { FaceCostRow, StageQuestion, StageTimes } from './stages.js';
import { median } from './statistics.js';
import { Stopwatch, timedEngine, timedImaging } from './stopwatch.js';

const LIMITS = {
  maxDim: 720,
  maxPixels: 1e8,
  maxMemory: 2e9,
  thorough: false,
  turned: false,
  maxBytes: 1e9,
  minFace: 0,
};

/** Pictures that are not counted: code is compiled and memory grows. */
const WARM_UP = 4;

async function openPorts({ pack, engine, models }: StageQuestion, watch: Stopwatch): Promise<ImagePorts> {
  const manifest = await loadManifest({
    packageRoot: repository,
    ...(models && { userManifest: models.manifest }),
  });
  const store = { manifest, modelsDir: models?.folder ?? '', packageRoot: repository };
  const { lanePack, detector } = await resolvePack(store, { pack, engine });
  const opencv = loadOpenCv();
  const inference = engine === 'opencv' ? opencv.engine : await loadOnnxRuntime();
  const nets = await buildPack(lanePack, {
    imaging: timedImaging(opencv.imaging, watch),
    engine: timedEngine(inference, watch),
    minConfidence: detector.minConfidence,
  });
  const pictures = createPictures();
  return {
    ...nets,
    canvases: opencv.canvases,
    codec: pictures,
    decoder: { decode: (bytes, limits) => watch.time('decode', () => pictures.decode(bytes, limits)) },
    files: {
      ...pictureFiles,
      read: (file, maxBytes) => watch.time('read', () => pictureFiles.read(file, maxBytes)),
    },
    writer: { write: replaceFile },
  };
}

/** Mean time by stage; `other` is what lies between the timed ports: the hash of the bytes, decoding of the nets' outputs. */
async function stages(question: StageQuestion): Promise<StageTimes> {
  const watch = new Stopwatch();
  const ports = await openPorts(question, watch);
  const run = { pack: question.pack, models: '', settings: '', engine: question.engine };
  const target = path.join(question.scratch, 'record.json');
  let faces = 0;

  const tag = async (file: string): Promise<void> => {
    const source = { root: path.dirname(file), path: file, relativePath: path.basename(file) };
    const report = await processImage({ source }, ports, LIMITS);
    const text = watch.time('encode', () => formatRecord(toRecord(source.relativePath, report, run)));
    await watch.time('write', () => replaceFile(target, text));
    faces += report.faces.length;
  };
  for (const file of question.files.slice(0, WARM_UP)) await tag(file);
  watch.take();
  faces = 0;

  const begin = performance.now();
  for (const file of question.files) await tag(file);
  const total = performance.now() - begin;

  const times = watch.take();
  const known = [...times.values()].reduce((sum, ms) => sum + ms, 0);
  const count = question.files.length;
  const columns = ['read', 'decode', 'blob', 'detect', 'attributes', 'encode', 'write'];
  const mean = (ms: number): number => ms / count;
  return {
    facesPerPicture: faces / count,
    ms: Object.fromEntries([
      ...columns.map((stage) => [stage, mean(times.get(stage) ?? 0)] as const),
      ['other', mean(total - known)],
      ['total', mean(total)],
    ]),
  };
}

/** Time of the estimator over 1, 2, 3, ... faces of one size. */
async function faceCost(question: StageQuestion): Promise<FaceCostRow['points']> {
  const { attributes, decoder, files } = await openPorts(question, new Stopwatch());
  const [picture = ''] = question.files;
  const { raster } = await decoder.decode(await files.read(picture, LIMITS.maxBytes), LIMITS);
  const side = 80;
  const boxes = Array.from({ length: 14 }, (_, index) => {
    const [x1, y1] = [(index % 7) * (side + 10), Math.floor(index / 7) * (side + 10)];
    return { x1, y1, x2: x1 + side, y2: y1 + side };
  });
  const points: [number, number][] = [];
  for (const count of [1, 2, 3, 4, 6, 8, 10, 12, 14]) {
    const times: number[] = [];
    for (let repeat = 0; repeat < 9; repeat += 1) {
      const begin = performance.now();
      await attributes.estimate(raster, boxes.slice(0, count));
      times.push(performance.now() - begin);
    }
    points.push([count, median(times)]);
  }
  return points;
}

const question = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as StageQuestion;
const answer = question.mode === 'stages' ? await stages(question) : await faceCost(question);
process.stdout.write(`${JSON.stringify(answer)}\n`);
