import type { YoloClasses } from '../config.js';
import type { FaceRecord, PictureRecord } from '../core/report.js';
import { placeInSplit } from '../core/shard.js';
import { AGE_GROUPS, GENDERS } from '../types.js';
import { inBlocks } from '../core/in-blocks.js';
import { cannotTake, type ExportFormat, type ExportJob } from './export-job.js';
import { Stems, stemOf } from './stems.js';

type Split = 'train' | 'val';

/** The form that Ultralytics trains on: a text file a picture, empty without faces; attributes fit into classes alone. */
export const yolo: ExportFormat = {
  async write(job) {
    const { folder, flags } = job;
    const splits: readonly Split[] = flags.split > 0 ? ['train', 'val'] : ['train'];
    await folder.write('data.yaml', dataYaml(splits, classNames(flags.yoloClasses)));
    const lists = await writeLabels(job);
    for (const split of splits) await folder.write(`${split}.txt`, inBlocks(lists[split]));
  },
};

/** Of every pair, in a fixed order, so that a class has the same number in every export. */
function classNames(classes: YoloClasses): string[] {
  if (classes === 'face') return ['face'];
  return GENDERS.flatMap((gender) => AGE_GROUPS.map((age) => className({ gender, age })));
}

/** `female_25-32`. */
const className = ({ gender, age }: Pick<FaceRecord, 'gender' | 'age'>): string =>
  `${gender.toLowerCase()}_${age.slice(1, -1)}`;

/** Without `path`, Ultralytics takes the folder of the file itself. It refuses a data set without `val`. */
function dataYaml(splits: readonly Split[], names: readonly string[]): string {
  const hint = splits.includes('val') ? '' : ' # the same pictures: see --split';
  const classes = names.map((name, index) => `  ${index}: ${name}\n`).join('');
  return `train: train.txt\nval: ${splits.at(-1) ?? 'train'}.txt${hint}\nnames:\n${classes}`;
}

/** @returns the lines of each split's list of pictures. */
async function writeLabels(job: ExportJob): Promise<Readonly<Record<Split, string[]>>> {
  const { folder, flags } = job;
  const numbers = new Map(classNames(flags.yoloClasses).map((name, index) => [name, index]));
  const numberOf = (face: FaceRecord): number => numbers.get(className(face)) ?? 0;
  const files = new LabelFiles(job.results.images);
  const lists: Record<Split, string[]> = { train: [], val: [] };
  await job.forEach(async (record) => {
    const stem = files.claim(record.image);
    const split = placeInSplit(record.image) < flags.split ? 'val' : 'train';
    const rows = record.faces.map((face) => rowOf(face, record, numberOf(face))).join('');
    await folder.write(`labels/${split}/${stem}.txt`, rows);
    lists[split].push(`./images/${split}/${record.image}\n`);
  });
  return lists;
}

/** `class xc yc w h`: the centre and size as shares of the picture. */
function rowOf({ bbox: [x, y, w, h] }: FaceRecord, { width, height }: PictureRecord, number: number): string {
  const shares = [(x + w / 2) / width, (y + h / 2) / height, w / width, h / height];
  return `${[number, ...shares.map((share) => share.toFixed(6))].join(' ')}\n`;
}

/** What ends a line for Python's `splitlines`, with which Ultralytics reads its lists. */
const LINE_BREAKS = ['\n', '\r', '\v', '\f', '\x1c', '\x1d', '\x1e', '\x85', '\u2028', '\u2029'];

/** Where Ultralytics looks for the labels of a picture. */
class LabelFiles {
  readonly #taken = new Set<string>();
  readonly #stems: Stems;

  constructor(images: readonly string[]) {
    this.#stems = new Stems(images);
  }

  /** The path of a picture's labels, without its ending. @throws {ImageError} where they would not be found. */
  claim(image: string): string {
    if (LINE_BREAKS.some((each) => image.includes(each)))
      throw cannotTake('a list of pictures cannot hold a line break');
    if (`/${image}`.includes('/images/')) {
      throw cannotTake('YOLO seeks its labels beside the folder called images that it is in');
    }
    const stem = stemOf(image);
    if (!this.#stems.isShared(image)) return stem;
    if (this.#taken.has(stem))
      throw cannotTake('YOLO would read the labels of the picture that differs in its ending');
    this.#taken.add(stem);
    return stem;
  }
}
