import { inBlocks } from '../core/in-blocks.js';
import type { FaceRecord, PictureRecord } from '../core/report.js';
import { rowsIn, valuesOf, type AttributeRow } from './attribute-values.js';
import type { ExportFormat, ExportJob } from './export-job.js';
import { xml, XML_HEADER } from './xml.js';

/** An attribute of the label `face` as CVAT has it. Its own numbers are whole steps only, so numbers are text here. */
interface LabelAttribute {
  readonly name: string;
  readonly input_type: 'select' | 'text';
  readonly values: readonly string[];
}

/** CVAT's own word for what nobody has said. The first value is that of a face of which nothing is said. */
const UNDEFINED = '__undefined__';

function labelAttributes(rows: readonly AttributeRow[]): LabelAttribute[] {
  return [
    { name: 'confidence', input_type: 'text', values: [] },
    ...rows.map((row): LabelAttribute => {
      if (row.kind === 'number') return { name: row.name, input_type: 'text', values: [] };
      const values = row.asked ? [UNDEFINED, ...row.labels] : row.labels;
      return { name: row.name, input_type: 'select', values };
    }),
  ];
}

/** CVAT for images 1.1, and the labels that a task needs to take it. */
export const cvat: ExportFormat = {
  async write(job) {
    const attributes = labelAttributes(await rowsIn(job.records()));
    await job.folder.write('labels.json', formatLabels(attributes));
    await job.folder.write('annotations.xml', inBlocks(document(job, attributes)));
  },
};

/** What "Raw" of a new task's label editor takes. */
function formatLabels(all: readonly LabelAttribute[]): string {
  const attributes = all.map(({ name, input_type, values }) => ({
    name,
    input_type,
    mutable: false,
    values: values.length > 0 ? values : [''],
    default_value: values[0] ?? '',
  }));
  return JSON.stringify([{ name: 'face', type: 'rectangle', attributes }], null, 2) + '\n';
}

async function* document(job: ExportJob, attributes: readonly LabelAttribute[]): AsyncGenerator<string> {
  yield `${XML_HEADER}<annotations>\n  <version>1.1</version>\n${formatMeta(attributes)}`;
  const { imagePrefix = '' } = job.flags;
  let id = 0;
  yield* job.each((record) => {
    const text = imageOf(record, id, imagePrefix + record.image);
    id += 1;
    return text;
  });
  yield '</annotations>\n';
}

function formatMeta(all: readonly LabelAttribute[]): string {
  const attributes = all
    .map(
      ({ name, input_type, values }) => `            <attribute>
              <name>${name}</name>
              <mutable>False</mutable>
              <input_type>${input_type}</input_type>
              <default_value>${xml(values[0] ?? '')}</default_value>
              <values>${values.map(xml).join('\n')}</values>
            </attribute>
`,
    )
    .join('');
  return `  <meta>
    <task>
      <name>facetag</name>
      <mode>annotation</mode>
      <labels>
        <label>
          <name>face</name>
          <attributes>
${attributes}          </attributes>
        </label>
      </labels>
    </task>
  </meta>
`;
}

/** @throws {ImageError} for a name that XML cannot hold. */
function imageOf({ width, height, faces }: PictureRecord, id: number, name: string): string {
  const boxes = faces.map(boxOf).join('');
  return `  <image id="${id}" name="${xml(name)}" width="${width}" height="${height}">\n${boxes}  </image>\n`;
}

function boxOf(face: FaceRecord): string {
  const [x, y, w, h] = face.bbox;
  const [left, top, right, bottom] = [x, y, x + w, y + h].map((edge) => edge.toFixed(2));
  const attributes = [{ name: 'confidence', value: face.confidence }, ...valuesOf(face)]
    .map(({ name, value }) => `      <attribute name="${name}">${xml(value)}</attribute>\n`)
    .join('');
  return `    <box label="face" source="auto" occluded="0" xtl="${left}" ytl="${top}" xbr="${right}" ybr="${bottom}" z_order="0">
${attributes}    </box>
`;
}
