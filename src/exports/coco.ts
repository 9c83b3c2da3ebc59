import { inBlocks } from '../core/in-blocks.js';
import type { FaceRecord } from '../core/report.js';
import { attributesOf } from './attribute-values.js';
import type { ExportFormat, ExportJob } from './export-job.js';
import { jsonList } from './json-list.js';

/** Counts from 1: Datumaro reads a category 0 as "not specified". */
const FACE_CATEGORY = { id: 1, name: 'face', supercategory: 'person' };

/**
 * COCO's object detection format. The attributes of a face are in `attributes`, where CVAT and Datumaro read them, and
 * its confidence in `score`, as in COCO's results format.
 */
export const coco: ExportFormat = {
  async write(job) {
    await job.folder.write('annotations/instances_default.json', inBlocks(document(job)));
  },
};

async function* document(job: ExportJob): AsyncGenerator<string> {
  const ids = new ImageIds(job.results.images);
  yield '{"info":{"description":"facetag"},"licenses":[],';
  yield `"categories":${JSON.stringify([FACE_CATEGORY])},"images":`;
  yield* jsonList(images(job, ids));
  yield ',"annotations":';
  yield* jsonList(annotations(job, ids));
  yield '}\n';
}

async function* images(job: ExportJob, ids: ImageIds): AsyncGenerator {
  const { imagePrefix = '' } = job.flags;
  let at = 0;
  for await (const { image, width, height } of job.records()) {
    at = ids.find(image, at);
    ids.list(at);
    yield { id: at + 1, file_name: imagePrefix + image, width, height };
  }
}

async function* annotations(job: ExportJob, ids: ImageIds): AsyncGenerator {
  let at = 0;
  let id = 0;
  for await (const { image, faces } of job.records()) {
    at = ids.find(image, at);
    if (!ids.isListed(at)) continue;
    for (const face of faces) {
      id += 1;
      yield annotation(face, id, at + 1);
    }
  }
}

function annotation(face: FaceRecord, id: number, imageId: number): unknown {
  const { bbox, confidence } = face;
  return {
    id,
    image_id: imageId,
    category_id: FACE_CATEGORY.id,
    bbox,
    area: bbox[2] * bbox[3],
    iscrowd: 0,
    segmentation: [],
    attributes: attributesOf(face),
    score: confidence,
  };
}

/**
 * Images and annotations are separate lists, so that the records are read twice, and a run may write some meanwhile. A
 * picture's id is its place among all pictures with a record, from 1: the same in both passes, and with any `--where`.
 */
class ImageIds {
  readonly #listed: Uint8Array;

  /** @param images sorted. */
  constructor(private readonly images: readonly string[]) {
    this.#listed = new Uint8Array(images.length);
  }

  /** The place of an image that comes at or after another's. */
  find(image: string, from: number): number {
    let at = from;
    while (at < this.images.length && this.images[at] !== image) at += 1;
    return at;
  }

  list(at: number): void {
    this.#listed[at] = 1;
  }

  isListed(at: number): boolean {
    return this.#listed[at] === 1;
  }
}
