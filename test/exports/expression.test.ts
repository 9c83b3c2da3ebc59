import { tableFromIPC } from 'apache-arrow';
import { readParquet } from 'parquet-wasm';
import { describe, expect, it } from 'vitest';
import type { ExportKind } from '../../src/config.js';
import { expressive, face, okRecord } from '../records.js';
import { exported, type Exported } from './exported.js';

/** A run that was asked for expressions, beside one that was not. */
const MIXED = [okRecord('a.jpg', [face()]), okRecord('b.jpg', [expressive('happy', 0.75)])];
const PLAIN = [okRecord('a.jpg'), okRecord('b.jpg')];

const textOf = ({ files, text }: Exported): string => [...files.keys()].map(text).join('\n');

describe('expressions', () => {
  it.each<ExportKind>(['coco', 'label-studio', 'cvat', 'voc', 'yolo', 'xmp'])(
    'do not show in %s of results without them',
    async (kind) => {
      expect(textOf(await exported(kind, PLAIN))).not.toContain('expression');
    },
  );

  it('are attributes in coco and voc', async () => {
    const coco = (await exported('coco', MIXED)).text('annotations/instances_default.json');
    expect(coco.match(/"expression":"happy","expressionConfidence":0.75/g)).toHaveLength(1);
    const voc = await exported('voc', MIXED);
    expect(voc.text('Annotations/b.xml')).toContain('<name>expression</name><value>happy</value>');
    expect(voc.text('Annotations/a.xml')).not.toContain('expression');
  });

  it('are choices with a score in label-studio, which its interface has', async () => {
    const { text } = await exported('label-studio', MIXED);
    expect(text('label_config.xml')).toContain(
      '<Choices name="expression" toName="image" perRegion="true" choice="single-radio">\n    <Choice value="neutral"/>',
    );
    const tasks = JSON.parse(text('tasks.json')) as { predictions: { result: object[] }[] }[];
    const said = tasks.map(({ predictions }) =>
      predictions[0]?.result.filter((each) => 'from_name' in each && each.from_name === 'expression'),
    );
    expect(said).toMatchObject([[], [{ type: 'choices', score: 0.75, value: { choices: ['happy'] } }]]);
  });

  it('are a select in cvat that says nothing of a face without one', async () => {
    const { text } = await exported('cvat', MIXED);
    const [label] = JSON.parse(text('labels.json')) as { attributes: { name: string; values: string[] }[] }[];
    const declared = label?.attributes.find(({ name }) => name === 'expression');
    expect(declared).toMatchObject({ input_type: 'select', default_value: '__undefined__' });
    expect(declared?.values).toContain('surprised');
    expect(text('annotations.xml').match(/<attribute name="expression">happy</g)).toHaveLength(1);
  });

  it('are a keyword and part of the description in xmp', async () => {
    const { text } = await exported('xmp', MIXED);
    expect(text('b.jpg.xmp')).toContain('<rdf:li>expression happy</rdf:li>');
    expect(text('b.jpg.xmp')).toContain('27 years, happy 75 %"');
  });

  it('are two columns of parquet, null where there are none', async () => {
    const read = async (records: typeof MIXED) => {
      const file = (await exported('parquet', records)).files.get('faces.parquet') ?? [];
      const table = tableFromIPC(readParquet(new Uint8Array(file)).intoIPCStream());
      return [0, 1].map((at) => JSON.parse(JSON.stringify(table.get(at))) as unknown);
    };
    expect(await read(MIXED)).toMatchObject([
      { expression: null, expressionConfidence: null },
      { expression: 'happy', expressionConfidence: 0.75 },
    ]);
    expect(await read(PLAIN)).toMatchObject([{ expression: null }, { expression: null }]);
  });
});
