import { describeFace } from '../core/face-text.js';
import type { FaceRecord, PictureRecord } from '../core/report.js';
import type { Sidecars } from '../ports.js';
import { ATTRIBUTE_ROWS, valuesOf } from './attribute-values.js';
import type { ExportFormat } from './export-job.js';
import { isTurned, storedArea } from './stored-area.js';
import { xml } from './xml.js';

/** A program that changes a sidecar puts its own name there, so that what people corrected is not ours any more. */
const START = '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="facetag">\n';

/** How the sidecars of this export are known again. */
export const sidecars: Sidecars = { ending: '.xmp', isOurs: (text) => text.startsWith(START) };

/**
 * XMP sidecars with face regions as of the Metadata Working Group's guidelines 2.0. A region has no name: photoprism and
 * immich would make a person of it, and digiKam stops at an empty one. A picture without faces has no sidecar.
 */
export const xmp: ExportFormat = {
  async write(job) {
    await job.forEach(async (record) => {
      const file = record.image + sidecars.ending;
      if (record.faces.length > 0) await job.folder.write(file, sidecarOf(record));
      else job.folder.omit(file);
    });
  },
};

function sidecarOf(record: PictureRecord): string {
  const { faces, width, height, orientation = 1 } = record;
  const [w, h] = isTurned(orientation) ? [height, width] : [width, height];
  return `${START}  <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description rdf:about=""
        xmlns:dc="http://purl.org/dc/elements/1.1/"
        xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
        xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"
        xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#">
      <dc:subject>
        <rdf:Bag>
${keywordsOf(faces)
  .map((word) => `          <rdf:li>${xml(word)}</rdf:li>\n`)
  .join('')}        </rdf:Bag>
      </dc:subject>
      <mwg-rs:Regions rdf:parseType="Resource">
        <mwg-rs:AppliedToDimensions stDim:w="${w}" stDim:h="${h}" stDim:unit="pixel"/>
        <mwg-rs:RegionList>
          <rdf:Bag>
${faces.map((face) => regionOf(face, record)).join('')}          </rdf:Bag>
        </mwg-rs:RegionList>
      </mwg-rs:Regions>
    </rdf:Description>
  </rdf:RDF>
</x:xmpmeta>
`;
}

/** The labels of all faces, each once, in the order of the attributes' table: `gender Female`, `age 25-32`. */
function keywordsOf(faces: readonly FaceRecord[]): string[] {
  const said = new Set(faces.flatMap(valuesOf).map(({ name, value }) => keyword(name, String(value))));
  return ATTRIBUTE_ROWS.flatMap((row) =>
    row.kind === 'label' ? row.labels.map((label) => keyword(row.name, label)) : [],
  ).filter((word) => said.has(word));
}

const keyword = (name: string, label: string): string => `${name} ${label.replace(/^\((.*)\)$/, '$1')}`;

function regionOf(face: FaceRecord, { width, height, orientation = 1 }: PictureRecord): string {
  const [left, top, w, h] = face.bbox;
  const seen = { x: (left + w / 2) / width, y: (top + h / 2) / height, w: w / width, h: h / height };
  const area = storedArea(seen, orientation);
  const place = (['x', 'y', 'w', 'h'] as const).map((side) => `stArea:${side}="${area[side].toFixed(6)}"`);
  return `            <rdf:li>
              <rdf:Description mwg-rs:Type="Face" mwg-rs:Description="${xml(describeFace(face))}">
                <mwg-rs:Area ${place.join(' ')} stArea:unit="normalized"/>
              </rdf:Description>
            </rdf:li>
`;
}
