import { tableFromIPC } from 'apache-arrow';
import { readParquet } from 'parquet-wasm';
import { describe, expect, it } from 'vitest';
import { okRecord } from '../records.js';
import { exported } from './exported.js';
import { HOSTILE, PICTURES } from './pictures.js';

/** Rows and column types as the Parquet reader of Apache Arrow (Rust) has them: none of it is the writer's. */
function read(bytes: Buffer | undefined) {
  const table = tableFromIPC(readParquet(new Uint8Array(bytes ?? [])).intoIPCStream());
  const rowAt = (at: number): unknown => JSON.parse(JSON.stringify(table.get(at)));
  const rows = (): unknown[] => Array.from({ length: table.numRows }, (_, at) => rowAt(at));
  return {
    count: table.numRows,
    rowAt,
    rows,
    types: table.schema.fields.map(({ name, type }) => `${name} ${String(type)}`),
  };
}

describe('parquet, read by Apache Arrow', () => {
  it('has a row for each face and for a picture without faces', async () => {
    const { files, job } = await exported('parquet', PICTURES);
    const rows = read(files.get('faces.parquet')).rows();
    expect(rows).toMatchObject([
      { image: HOSTILE, face: 0 },
      { image: 'a.jpg', face: 0 },
      { image: 'a.jpg', face: 1 },
      { image: 'empty.png', face: null },
    ]);
    expect(rows[1]).toMatchObject({
      image: 'a.jpg',
      width: 640,
      height: 480,
      face: 0,
      x: 64,
      y: 48,
      w: 128,
      h: 192,
      confidence: 0.9,
      gender: 'Female',
      genderConfidence: 0.8,
      age: '(25-32)',
      ageConfidence: 0.6817,
      ageYears: 27.3,
      ageDistribution: [0, 0.0004, 0.0113, 0.2036, 0.6817, 0.1016, 0.0014, 0],
      bboxes: [
        [0.1, 0.1, 0.3, 0.5],
        [0.5, 0.5, 1, 1],
      ],
    });
    // What a pack does not give is null; the list of boxes is in the picture's first row.
    expect(rows[2]).toMatchObject({ gender: 'Male', ageYears: null, ageDistribution: null, bboxes: null });
    expect(rows[3]).toMatchObject({ x: null, gender: null, bboxes: [] });
    expect(job).toMatchObject({ pictures: 3, failed: 1 });
  });

  it('has the same types whatever is in it, nothing included', async () => {
    const { types, count } = read((await exported('parquet', [])).files.get('faces.parquet'));
    expect(count).toBe(0);
    expect(types).toEqual(read((await exported('parquet', PICTURES)).files.get('faces.parquet')).types);
    expect(types).toContain('bboxes List<List<Float64>>');
    expect(types).toContain('face Int32');
  });

  it('goes on over the groups that it is written in', async () => {
    const records = Array.from({ length: 50_123 }, (_, index) =>
      okRecord(`${String(index).padStart(6, '0')}.jpg`),
    );
    const { files } = await exported('parquet', records, { imagePrefix: 'p/' });
    const { count, rowAt } = read(files.get('faces.parquet'));
    expect(count).toBe(50_123);
    for (const at of [0, 49_999, 50_000, 50_122]) {
      expect(rowAt(at)).toMatchObject({ image: `p/${records[at]!.image}` });
    }
  });
});
