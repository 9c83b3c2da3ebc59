import { describe, expect, it } from 'vitest';
import { okRecord } from '../records.js';
import { exported, type Exported } from './exported.js';
import { HOSTILE, PICTURES } from './pictures.js';
import { fileOf, hasTool, runTool } from './tools.js';

const hasYaml = hasTool('python3', '-c', 'import yaml');

/** The data set as PyYAML, which Ultralytics uses, reads it. */
function dataOf({ text }: Exported): { train: string; val: string; names: Record<string, string> } {
  const file = fileOf('data.yaml', text('data.yaml'));
  const script = 'import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))';
  return JSON.parse(runTool('python3', '-c', script, file)) as ReturnType<typeof dataOf>;
}

/** Where Ultralytics looks for the labels of a listed picture: `img2label_paths` of its data loaders. */
function labelsOf(listed: string): string {
  const path = listed.replace('./', '/set/');
  const at = path.lastIndexOf('/images/');
  const swapped = `${path.slice(0, at)}/labels/${path.slice(at + '/images/'.length)}`;
  return `${swapped.slice(0, swapped.lastIndexOf('.'))}.txt`.replace('/set/', '');
}

const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);

describe('yolo', () => {
  it.skipIf(!hasYaml)('has a data set that PyYAML reads (skipped without it)', async () => {
    const every = dataOf(await exported('yolo', PICTURES));
    expect(every).toMatchObject({ train: 'train.txt', val: 'train.txt' });
    expect(Object.keys(every.names)).toHaveLength(16);
    expect(every.names).toMatchObject({ 0: 'male_0-2', 12: 'female_25-32', 15: 'female_60-100' });
    expect(dataOf(await exported('yolo', PICTURES, { yoloClasses: 'face' })).names).toEqual({ 0: 'face' });
    expect(dataOf(await exported('yolo', PICTURES, { split: 0.5 }))).toMatchObject({ val: 'val.txt' });
  });

  it('gives each face its class and box, and a picture without faces an empty file', async () => {
    const { text, files } = await exported('yolo', PICTURES);
    expect(text('labels/train/a.txt')).toBe(
      '12 0.200000 0.300000 0.200000 0.400000\n0 0.750000 0.750000 0.500000 0.500000\n',
    );
    expect(files.get('labels/train/empty.txt')).toHaveLength(0);
    const faces = await exported('yolo', PICTURES, { yoloClasses: 'face' });
    expect(linesOf(faces.text('labels/train/a.txt')).map((row) => row.split(' ')[0])).toEqual(['0', '0']);
  });

  it('has labels where Ultralytics looks for those of each listed picture', async () => {
    const { text, files } = await exported('yolo', PICTURES);
    const listed = linesOf(text('train.txt'));
    expect(listed).toEqual([HOSTILE, 'a.jpg', 'empty.png'].map((name) => `./images/train/${name}`));
    for (const picture of listed) expect([...files.keys()]).toContain(labelsOf(picture));
  });

  it('leaves out and names pictures whose labels would be those of another, or would not be found', async () => {
    const names = ['a.jpg', 'a.png', 'b/a.jpg', 'b/images/c.jpg', 'd\n.jpg', 'images.jpg'];
    const { text, warnings, job } = await exported(
      'yolo',
      names.map((name) => okRecord(name)),
    );
    expect(linesOf(text('train.txt'))).toEqual(
      ['a.jpg', 'b/a.jpg', 'images.jpg'].map((name) => `./images/train/${name}`),
    );
    expect(warnings.map((warning) => warning.split(' is not')[0])).toEqual([
      'a.png',
      'b/images/c.jpg',
      'd\n.jpg',
    ]);
    expect(job.leftOut).toBe(3);
  });

  it('lists nothing that Python would take for several lines', async () => {
    const breaks = ['\n', '\r', '\v', '\f', '\x1c', '\x1d', '\x1e', '\x85', '\u2028', '\u2029'];
    const names = [...breaks.map((each) => `a${each}b.jpg`), 'c\t \x1f\u00A0\u200B.jpg'];
    const { text, warnings } = await exported(
      'yolo',
      names.map((name) => okRecord(name)),
    );
    expect(text('train.txt')).toBe(`./images/train/${names.at(-1) ?? ''}\n`);
    expect(warnings).toHaveLength(breaks.length);
    if (!hasTool('python3', '--version')) return;
    const file = fileOf('names', names.join('\n'));
    const script =
      'import sys; print(sum(len(n.splitlines()) > 1 for n in open(sys.argv[1], newline="\\n").read().split("\\n")))';
    // The first breaks the file of this test as well.
    expect(runTool('python3', '-c', script, file).trim()).toBe(String(breaks.length - 1));
  });

  it('takes the other picture when the first one failed', async () => {
    const [first] = PICTURES.filter(({ status }) => status === 'failed');
    const records = [{ ...first!, image: 'a.jpg' }, okRecord('a.png')];
    expect((await exported('yolo', records)).text('train.txt')).toBe('./images/train/a.png\n');
  });

  it('splits by name alone: the share that was asked for, the same when pictures are added', async () => {
    const records = Array.from({ length: 2000 }, (_, index) => okRecord(`${index}.jpg`, []));
    const valOf = async (count: number): Promise<string[]> =>
      linesOf((await exported('yolo', records.slice(0, count), { split: 0.2 })).text('val.txt'));
    const all = await valOf(2000);
    expect(all.length).toBeGreaterThan(350);
    expect(all.length).toBeLessThan(450);
    const some = await valOf(1000);
    expect(all).toEqual(expect.arrayContaining(some));
    const { text, files } = await exported('yolo', records, { split: 0.2 });
    const listed = [...linesOf(text('train.txt')), ...linesOf(text('val.txt'))];
    expect(new Set(listed.map(labelsOf)).size).toBe(2000);
    for (const picture of listed) expect(files.has(labelsOf(picture))).toBe(true);
  });
});
