import { inBlocks } from '../core/in-blocks.js';
import type { FaceRecord, PictureRecord } from '../core/report.js';
import { valuesOf } from './attribute-values.js';
import { cannotTake, type ExportFormat, type ExportJob } from './export-job.js';
import { Stems } from './stems.js';
import { xml, XML_HEADER } from './xml.js';

/** Without it Datumaro and CVAT know the twenty classes of the VOC challenge alone. */
const LABEL_MAP = '# label:color_rgb:parts:actions\nbackground:0,0,0::\nface:255,0,0::\n';

/** Pascal VOC with the attributes of a face in the form of CVAT and Datumaro. */
export const voc: ExportFormat = {
  async write(job) {
    await job.folder.write('labelmap.txt', LABEL_MAP);
    await job.folder.write('ImageSets/Main/default.txt', inBlocks(annotationNames(job)));
  },
};

/** Writes the annotations, and gives the lines of the list of them. */
async function* annotationNames(job: ExportJob): AsyncGenerator<string> {
  const stems = new Stems(job.results.images);
  yield* job.each(async (record) => {
    const name = stems.nameOf(record.image);
    const line = listed(name);
    await job.folder.write(`Annotations/${name}.xml`, annotationOf(record));
    return `${line}\n`;
  });
}

/** Readers split a line at white space, except in quotes. @throws {ImageError} for what cannot be in the list. */
function listed(name: string): string {
  const spaced = /[\s\x85]/.test(name);
  if (/[\n\r]|^"/.test(name) || (spaced && name.includes('"'))) {
    throw cannotTake('the list of a VOC data set cannot hold such line breaks or quotes');
  }
  return spaced ? `"${name}"` : name;
}

/** @throws {ImageError} for a name that XML cannot hold. */
function annotationOf({ image, width, height, faces }: PictureRecord): string {
  return `${XML_HEADER}<annotation>
  <folder></folder>
  <filename>${xml(image)}</filename>
  <source><database>facetag</database></source>
  <size><width>${width}</width><height>${height}</height><depth>3</depth></size>
  <segmented>0</segmented>
${faces.map(objectOf).join('')}</annotation>
`;
}

/** Edges count from 0, the right and lower one being outside, as in what CVAT and labelImg write. */
function objectOf(face: FaceRecord): string {
  const [x, y, w, h] = face.bbox;
  const attributes = [{ name: 'confidence', value: face.confidence }, ...valuesOf(face)]
    .map(
      ({ name, value }) => `      <attribute><name>${name}</name><value>${xml(value)}</value></attribute>\n`,
    )
    .join('');
  return `  <object>
    <name>face</name>
    <pose>Unspecified</pose>
    <truncated>0</truncated>
    <difficult>0</difficult>
    <bndbox><xmin>${x}</xmin><ymin>${y}</ymin><xmax>${x + w}</xmax><ymax>${y + h}</ymax></bndbox>
    <attributes>
${attributes}    </attributes>
  </object>
`;
}
