import { clamp, round } from '../core/attributes/kind.js';
import { inBlocks } from '../core/in-blocks.js';
import type { FaceRecord, PictureRecord } from '../core/report.js';
import { rowsIn, type AttributeRow } from './attribute-values.js';
import type { ExportFormat } from './export-job.js';
import { jsonList } from './json-list.js';
import { xml } from './xml.js';

/** Where Label Studio serves files of a folder on its own machine. */
const LOCAL_FILES = '/data/local-files/?d=';

const IMAGE = 'image';
const BOXES = 'faces';
const FACE = 'Face';

/** A number that says how sure a label is is that label's score. */
const CONFIDENCE = 'Confidence';

/** What a person can correct of a face. */
const isControl = ({ name }: AttributeRow): boolean => !name.endsWith(CONFIDENCE);

/** Label Studio: a task per picture with the faces as predictions, and the labelling interface that shows them. */
export const labelStudio: ExportFormat = {
  async write(job) {
    const prefix = job.flags.imagePrefix ?? LOCAL_FILES;
    const controls = (await rowsIn(job.records())).filter(isControl);
    await job.folder.write('label_config.xml', labelConfig(controls));
    const tasks = job.each((record) => taskOf(record, prefix, controls));
    await job.folder.write('tasks.json', inBlocks(withLineEnd(jsonList(tasks))));
  },
};

async function* withLineEnd(text: AsyncIterable<string>): AsyncGenerator<string> {
  yield* text;
  yield '\n';
}

function taskOf(record: PictureRecord, prefix: string, controls: readonly AttributeRow[]): unknown {
  const { image, faces, run } = record;
  const url = prefix + image.split('/').map(encodeURIComponent).join('/');
  // The least certain face: what people sort tasks by.
  const score = faces.length > 0 && { score: Math.min(...faces.map(({ confidence }) => confidence)) };
  const result = faces.flatMap((face, index) => regionOf(face, `face-${index}`, record, controls));
  return {
    data: { [IMAGE]: url, name: image },
    predictions: [{ model_version: run.pack, ...score, result }],
  };
}

/** The rectangle of a face and what is said of it: several results with one id and one box. */
function regionOf(
  face: FaceRecord,
  id: string,
  { width, height }: PictureRecord,
  controls: readonly AttributeRow[],
): unknown[] {
  const [x, y, w, h] = face.bbox;
  const box = {
    x: percentOf(x, width),
    y: percentOf(y, height),
    width: percentOf(w, width),
    height: percentOf(h, height),
    rotation: 0,
  };
  const region = { id, to_name: IMAGE, original_width: width, original_height: height, image_rotation: 0 };
  const rectangle = {
    ...region,
    from_name: BOXES,
    type: 'rectanglelabels',
    score: face.confidence,
    value: { ...box, rectanglelabels: [FACE] },
  };
  const values = new Map<string, unknown>(Object.entries(face));
  const further = controls.flatMap(({ name, kind }) => {
    const value = values.get(name);
    if (value === undefined) return [];
    const score = values.get(name + CONFIDENCE);
    const said =
      kind === 'label'
        ? { type: 'choices', value: { ...box, choices: [value] } }
        : { type: 'number', value: { ...box, number: value } };
    return [{ ...region, from_name: name, ...said, ...(score !== undefined && { score }) }];
  });
  return [rectangle, ...further];
}

const percentOf = (pixels: number, side: number): number => clamp(round((pixels / side) * 100, 4), 0, 100);

/** The names that tasks refer to must all be here. */
function labelConfig(controls: readonly AttributeRow[]): string {
  return `<View>
  <Image name="${IMAGE}" value="$${IMAGE}" zoom="true"/>
  <RectangleLabels name="${BOXES}" toName="${IMAGE}">
    <Label value="${FACE}"/>
  </RectangleLabels>
${controls.map(controlFor).join('')}</View>
`;
}

function controlFor(row: AttributeRow): string {
  const shared = `name="${row.name}" toName="${IMAGE}" perRegion="true"`;
  const header = `  <Header value="${row.name}"/>\n`;
  if (row.kind === 'number') return `${header}  <Number ${shared}/>\n`;
  const choices = row.labels.map((label) => `    <Choice value="${xml(label)}"/>\n`).join('');
  return `${header}  <Choices ${shared} choice="single-radio">\n${choices}  </Choices>\n`;
}
