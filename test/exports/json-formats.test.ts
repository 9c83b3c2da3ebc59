import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exported } from './exported.js';
import { HOSTILE, PICTURES } from './pictures.js';
import { face, okRecord } from '../records.js';

/** What a schema of the format, read by ajv, has against a document. */
function faultsOf(schema: string, document: unknown): unknown {
  const file = new URL(`./schemas/${schema}.json`, import.meta.url);
  const validate = new Ajv({ strict: true }).compile(JSON.parse(readFileSync(file, 'utf8')) as object);
  return validate(document) ? [] : validate.errors;
}

interface Coco {
  readonly images: readonly { readonly id: number; readonly file_name: string }[];
  readonly annotations: readonly {
    readonly id: number;
    readonly image_id: number;
    readonly bbox: number[];
  }[];
}

const COCO = 'annotations/instances_default.json';

describe('coco', () => {
  it('keeps to the format, with pictures without faces and without failed ones', async () => {
    const { text, job } = await exported('coco', PICTURES);
    const document = JSON.parse(text(COCO)) as Coco;
    expect(faultsOf('coco', document)).toEqual([]);
    expect(document.images.map(({ file_name }) => file_name)).toEqual([HOSTILE, 'a.jpg', 'empty.png']);
    expect(document.annotations.map(({ id }) => id)).toEqual([1, 2, 3]);
    const owners = document.annotations.map(({ image_id }) =>
      document.images.find(({ id }) => id === image_id),
    );
    expect(owners.map((image) => image?.file_name)).toEqual([HOSTILE, 'a.jpg', 'a.jpg']);
    expect(document.annotations[1]).toMatchObject({
      bbox: [64, 48, 128, 192],
      area: 128 * 192,
      score: 0.9,
      attributes: { gender: 'Female', age: '(25-32)', ageYears: 27.3, ageConfidence: 0.6817 },
    });
    expect(job).toMatchObject({ pictures: 3, failed: 1, leftOut: 0, faces: { faces: 3 } });
  });

  it('of nothing is whole', async () => {
    const document = JSON.parse((await exported('coco', [])).text(COCO)) as Coco;
    expect(faultsOf('coco', document)).toEqual([]);
    expect(document.images).toEqual([]);
  });

  it('puts a prefix before names', async () => {
    const { text } = await exported('coco', PICTURES, { imagePrefix: 'photos/' });
    expect((JSON.parse(text(COCO)) as Coco).images[1]?.file_name).toBe('photos/a.jpg');
  });
});

interface Task {
  readonly data: { readonly image: string; readonly name: string };
  readonly predictions: readonly {
    readonly score?: number;
    readonly result: readonly {
      readonly id: string;
      readonly from_name: string;
      readonly type: string;
      readonly score?: number;
      readonly value: Readonly<Record<string, unknown>>;
    }[];
  }[];
}

describe('label-studio', () => {
  it('keeps to the format and names only what its configuration has', async () => {
    const { text } = await exported('label-studio', PICTURES);
    const tasks = JSON.parse(text('tasks.json')) as Task[];
    expect(faultsOf('label-studio', tasks)).toEqual([]);
    expect(tasks.map(({ data }) => data.name)).toEqual([HOSTILE, 'a.jpg', 'empty.png']);
    const config = text('label_config.xml');
    for (const { from_name, type, value } of tasks.flatMap(
      ({ predictions }) => predictions[0]?.result ?? [],
    )) {
      const tag = { rectanglelabels: 'RectangleLabels', choices: 'Choices', number: 'Number' }[type] ?? '';
      expect(config).toContain(`<${tag} name="${from_name}" toName="image"`);
      for (const choice of (value['choices'] ?? []) as string[]) {
        expect(config).toContain(`<Choice value="${choice}"/>`);
      }
    }
  });

  it('gives each face its box in percent, its labels with their confidence, and its years', async () => {
    const tasks = JSON.parse((await exported('label-studio', PICTURES)).text('tasks.json')) as Task[];
    const [prediction] = tasks[1]?.predictions ?? [];
    expect(prediction?.score).toBe(0.7);
    const box = { x: 10, y: 10, width: 20, height: 40, rotation: 0 };
    expect(prediction?.result.slice(0, 4)).toMatchObject([
      { id: 'face-0', from_name: 'faces', score: 0.9, value: { ...box, rectanglelabels: ['Face'] } },
      { id: 'face-0', from_name: 'gender', score: 0.8, value: { ...box, choices: ['Female'] } },
      { id: 'face-0', from_name: 'age', score: 0.6817, value: { ...box, choices: ['(25-32)'] } },
      { id: 'face-0', from_name: 'ageYears', type: 'number', value: { ...box, number: 27.3 } },
    ]);
    expect(prediction?.result.slice(4).map(({ id, from_name }) => [id, from_name])).toEqual([
      ['face-1', 'faces'],
      ['face-1', 'gender'],
      ['face-1', 'age'],
    ]);
    expect(tasks[2]?.predictions[0]).toEqual({ model_version: 'compact', result: [] });
  });

  it('makes addresses that lead to the pictures', async () => {
    const imageOf = async (imagePrefix?: string): Promise<string | undefined> => {
      const { text } = await exported('label-studio', PICTURES, { imagePrefix });
      return (JSON.parse(text('tasks.json')) as Task[])[0]?.data.image;
    };
    const local = new URL((await imageOf()) ?? '', 'http://localhost');
    expect(local.searchParams.get('d')).toBe(HOSTILE);
    const served = new URL((await imageOf('https://host/photos/')) ?? '');
    expect(decodeURIComponent(served.pathname)).toBe(`/photos/${HOSTILE}`);
  });

  it('keeps a face at the edge of an odd picture within 100 percent', async () => {
    const box = { x1: 0, y1: 0, x2: 3, y2: 7 };
    const record = { ...okRecord('a.jpg', [face({ box })]), width: 3, height: 7 };
    const { text } = await exported('label-studio', [record]);
    expect(faultsOf('label-studio', JSON.parse(text('tasks.json')))).toEqual([]);
  });
});
