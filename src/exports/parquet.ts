import type { ByteWriter, ColumnSource } from 'hyparquet-writer';
import type { PictureRecord } from '../core/report.js';
import type { ExportFormat, ExportJob } from './export-job.js';
import { COLUMNS, type Row } from './parquet-columns.js';

/** Rows that are held in memory, and written as one group: some 20 MB. */
const ROW_GROUP = 20_000;

const CREATOR = 'facetag';

/** One Parquet file, Snappy-compressed. The library is loaded here alone. */
export const parquet: ExportFormat = {
  async write(job) {
    await job.folder.write('faces.parquet', parquetFile(rowsOf(job)));
  },
};

async function* rowsOf(job: ExportJob): AsyncGenerator<Row> {
  const { imagePrefix = '' } = job.flags;
  for await (const record of job.records()) yield* rowsOfPicture(record, imagePrefix + record.image);
}

function rowsOfPicture(record: PictureRecord, image: string): Row[] {
  if (record.faces.length === 0) return [{ image, record }];
  return record.faces.map((face, index) => ({ image, record, index, face }));
}

/** Pieces of the file. A group is encoded at once and then forgotten. */
async function* parquetFile(rows: AsyncIterable<Row>): AsyncGenerator<Uint8Array> {
  const { ByteWriter, ParquetWriter } = await import('hyparquet-writer');
  const writer = new ByteWriter();
  const schema = [
    { name: 'root', num_children: COLUMNS.length },
    ...COLUMNS.flatMap((column) => column.schema),
  ];
  const file = new ParquetWriter({ writer, schema, createdBy: CREATOR });
  let group = emptyGroup();
  for await (const row of rows) {
    for (const [at, { valueOf }] of COLUMNS.entries()) group[at]?.data.push(valueOf(row));
    if ((group[0]?.data.length ?? 0) < ROW_GROUP) continue;
    await file.write({ columnData: group, rowGroupSize: ROW_GROUP });
    yield taken(writer);
    group = emptyGroup();
  }
  await file.write({ columnData: group, rowGroupSize: ROW_GROUP });
  await file.finish();
  const rest = taken(writer);
  yield file.row_groups.length === 0 ? withTypedList(rest) : rest;
}

/** The list of row groups in the footer (a list, its length and element type), and the field behind it. */
const UNTYPED_LIST = Buffer.from([0x19, 0x00, 0x28, CREATOR.length, ...Buffer.from(CREATOR)]);
const LIST_OF_STRUCTS = 0x0c;

/** Without rows, the library gives the list of row groups no element type, which Arrow's reader in Rust refuses. */
function withTypedList(file: Uint8Array): Uint8Array {
  const at = Buffer.from(file.buffer).lastIndexOf(UNTYPED_LIST);
  return at === -1 ? file : file.with(at + 1, LIST_OF_STRUCTS);
}

type Group = (ColumnSource & { readonly data: unknown[] })[];

const emptyGroup = (): Group => COLUMNS.map(({ name }) => ({ name, data: [] }));

/** What was written since; its place in the file goes on counting. */
function taken(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice();
  writer.index = 0;
  return bytes;
}
