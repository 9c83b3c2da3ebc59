import type { ExportFlags, ExportKind } from '../config.js';
import type { ExportFormat } from './export-job.js';

/** What the program knows of an export without loading it. */
export interface ExportRow {
  /** For whom, or what is written. */
  readonly description: string;
  /** What of a record does not fit. */
  readonly drops: string;
  /** Flags that it takes beside those of every export. */
  readonly flags: readonly (keyof ExportFlags)[];
  readonly load: () => Promise<ExportFormat>;
}

/** One row per kind; each is a file beside this one, loaded when it is asked for. */
export const EXPORTS: Readonly<Record<ExportKind, ExportRow>> = {
  coco: {
    description: 'COCO detection: annotations/instances_default.json',
    drops: 'nothing of a face',
    flags: ['imagePrefix'],
    load: async () => (await import('./coco.js')).coco,
  },
  'label-studio': {
    description: 'Label Studio pre-annotations: tasks.json and label_config.xml',
    drops: 'ageDistribution',
    flags: ['imagePrefix'],
    load: async () => (await import('./label-studio.js')).labelStudio,
  },
  cvat: {
    description: 'CVAT for images 1.1: annotations.xml and labels.json',
    drops: 'ageDistribution',
    flags: ['imagePrefix'],
    load: async () => (await import('./cvat.js')).cvat,
  },
  voc: {
    description: 'Pascal VOC: Annotations/<path>.xml and ImageSets/Main/default.txt',
    drops: 'ageDistribution',
    flags: [],
    load: async () => (await import('./voc.js')).voc,
  },
  yolo: {
    description: 'YOLO (Ultralytics): data.yaml, labels/<split>/<path>.txt and a list per split',
    drops: 'every number and expressions; gender and age too with --yolo-classes face',
    flags: ['yoloClasses', 'split'],
    load: async () => (await import('./yolo.js')).yolo,
  },
  xmp: {
    description: 'XMP sidecars with face regions: <path>.xmp for each picture with faces',
    drops: 'the numbers: what people read of a face is its description, labels are keywords',
    flags: ['beside'],
    load: async () => (await import('./xmp.js')).xmp,
  },
  parquet: {
    description: 'faces.parquet: the columns of faces.csv, ageDistribution and a list of boxes',
    drops: 'nothing of a face',
    flags: ['imagePrefix'],
    load: async () => (await import('./parquet.js')).parquet,
  },
};
