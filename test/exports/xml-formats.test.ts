import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { okRecord } from '../records.js';
import { exported } from './exported.js';
import { HOSTILE, PICTURES } from './pictures.js';
import { fileOf, hasTool, runTool } from './tools.js';

const XMLLINT = hasTool('xmllint', '--version');
const needsXmllint = { skip: !XMLLINT && 'xmllint is not installed' };

const schema = (name: string): string =>
  path.join(path.dirname(fileURLToPath(import.meta.url)), 'schemas', `${name}.xsd`);

/** @throws with the faults that libxml2 finds. */
function validate(name: string, text: string): void {
  runTool('xmllint', '--noout', '--schema', schema(name), fileOf('document.xml', text));
}

const xpath = (text: string, query: string): string =>
  runTool('xmllint', '--xpath', query, fileOf('document.xml', text)).trimEnd();

describe.skipIf(needsXmllint.skip)('cvat, read by xmllint (skipped where it is not installed)', () => {
  it('keeps to the format', async () => {
    const { text, job } = await exported('cvat', PICTURES);
    const document = text('annotations.xml');
    validate('cvat', document);
    validate('cvat', (await exported('cvat', [])).text('annotations.xml'));
    expect(xpath(document, 'count(//image)')).toBe('3');
    expect(xpath(document, 'string(//image[@id="0"]/@name)')).toBe(HOSTILE);
    expect(job).toMatchObject({ pictures: 3, failed: 1, leftOut: 0 });
  });

  it('gives each face its edges and what is said of it', async () => {
    const document = (await exported('cvat', PICTURES)).text('annotations.xml');
    const box = '//image[@name="a.jpg"]/box[1]';
    expect(['xtl', 'ytl', 'xbr', 'ybr'].map((edge) => xpath(document, `string(${box}/@${edge})`))).toEqual([
      '64.00',
      '48.00',
      '192.00',
      '240.00',
    ]);
    const said = (name: string): string => xpath(document, `string(${box}/attribute[@name="${name}"])`);
    expect(['gender', 'age', 'ageYears', 'confidence'].map(said)).toEqual([
      'Female',
      '(25-32)',
      '27.3',
      '0.9',
    ]);
    expect(xpath(document, 'count(//image[@name="empty.png"]/*)')).toBe('0');
  });

  it('is refused by its schema when an attribute is not declared', async () => {
    const document = (await exported('cvat', PICTURES)).text('annotations.xml');
    expect(() => {
      validate('cvat', document.replace('<attribute name="gender">', '<attribute name="sex">'));
    }).toThrow(/keyref/);
  });
});

describe('cvat', () => {
  it('declares the same attributes for a new task', async () => {
    const { text } = await exported('cvat', PICTURES);
    const [label] = JSON.parse(text('labels.json')) as { attributes: { name: string; values: string[] }[] }[];
    expect(label?.attributes.map(({ name }) => name)).toEqual(
      [...text('annotations.xml').matchAll(/<name>(\w+)<\/name>\n *<mutable>/g)].map(([, name]) => name),
    );
    expect(label?.attributes.find(({ name }) => name === 'gender')?.values).toEqual(['Male', 'Female']);
  });

  it('leaves out a name that XML cannot hold, says so and numbers the others without a gap', async () => {
    const records = ['a.jpg', 'b\u0001.jpg', 'c.jpg'].map((name) => okRecord(name));
    const { text, job, warnings } = await exported('cvat', records);
    expect(
      [...text('annotations.xml').matchAll(/<image id="(\d)" name="(.*?)"/g)].map(([, ...ends]) => ends),
    ).toEqual([
      ['0', 'a.jpg'],
      ['1', 'c.jpg'],
    ]);
    expect(job.leftOut).toBe(1);
    expect(warnings).toEqual([expect.stringContaining('b\u0001.jpg is not exported: XML cannot hold')]);
  });
});

describe.skipIf(needsXmllint.skip)('voc, read by xmllint (skipped where it is not installed)', () => {
  it('keeps to the format', async () => {
    const name = HOSTILE.replaceAll('"', '');
    const { files, text } = await exported('voc', [
      ...PICTURES.filter(({ image }) => image !== HOSTILE),
      okRecord(name),
    ]);
    const annotations = [...files.keys()].filter((file) => file.startsWith('Annotations/'));
    expect(annotations).toHaveLength(3);
    for (const file of annotations) validate('voc', text(file));
    const hostile = annotations.find((file) => file.includes('2024')) ?? '';
    expect(xpath(text(hostile), 'string(//filename)')).toBe(name);
    expect(xpath(text('Annotations/empty.xml'), 'count(//object)')).toBe('0');
    const box = text('Annotations/a.xml');
    expect(['xmin', 'ymin', 'xmax', 'ymax'].map((edge) => xpath(box, `string(//${edge})`))).toEqual([
      '64',
      '48',
      '192',
      '240',
    ]);
    expect(xpath(box, 'string(//attribute[name="age"]/value)')).toBe('(25-32)');
  });
});

describe('voc', () => {
  it('lists each annotation by its stem, by the whole name where two pictures share that', async () => {
    const names = ['a.jpg', 'b/a.jpg', 'b/a.png', 'with space.jpg', 'next\x85line.jpg'];
    const { files, text } = await exported(
      'voc',
      names.map((name) => okRecord(name)),
    );
    const list = text('ImageSets/Main/default.txt').trimEnd().split('\n');
    expect(list).toEqual(['a', 'b/a.jpg', 'b/a.png', '"next\x85line"', '"with space"']);
    for (const name of list)
      expect([...files.keys()]).toContain(`Annotations/${name.replaceAll('"', '')}.xml`);
    expect(text('labelmap.txt')).toMatch(/^face:/m);
  });

  it('leaves out and names what its list cannot hold', async () => {
    const names = ['a\nb.jpg', '"b" c.jpg', 'c.jpg'];
    const { warnings, files } = await exported(
      'voc',
      names.map((name) => okRecord(name)),
    );
    expect(warnings).toHaveLength(2);
    expect([...files.keys()].filter((name) => name.endsWith('.xml'))).toEqual(['Annotations/c.xml']);
  });
});
