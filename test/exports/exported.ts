import type { ExportFlags, ExportKind } from '../../src/config.js';
import type { PictureRecord } from '../../src/core/report.js';
import { ExportJob } from '../../src/exports/export-job.js';
import { EXPORTS } from '../../src/exports/registry.js';
import type { ExportFolder } from '../../src/ports.js';

const DEFAULTS: ExportFlags = { imagePrefix: undefined, yoloClasses: 'gender-age', split: 0, beside: false };

/** What an export gave. */
export interface Exported {
  readonly job: ExportJob;
  readonly files: ReadonlyMap<string, Buffer>;
  readonly warnings: readonly string[];
  /** The text of a file. */
  readonly text: (file: string) => string;
}

/** Exports records into memory. */
export async function exported(
  kind: ExportKind,
  records: readonly PictureRecord[],
  flags: Partial<ExportFlags> = {},
): Promise<Exported> {
  const files = new Map<string, Buffer>();
  const warnings: string[] = [];
  const folder: ExportFolder = {
    async write(relative, content) {
      const pieces: Uint8Array[] = [];
      if (typeof content === 'string' || content instanceof Uint8Array) pieces.push(Buffer.from(content));
      else for await (const piece of content) pieces.push(Buffer.from(piece));
      files.set(relative, Buffer.concat(pieces));
    },
    omit: (relative) => void files.delete(relative),
  };
  const sorted = [...records].sort((a, b) => (a.image < b.image ? -1 : 1));
  const results = {
    images: sorted.map(({ image }) => image),
    async *records() {
      for (const record of sorted) yield await Promise.resolve(record);
    },
  };
  const log = {
    emit: (event: { readonly event: string; readonly message?: string }) => {
      if (event.event === 'warning') warnings.push(event.message ?? '');
    },
  };
  const job = new ExportJob(results, folder, { ...DEFAULTS, ...flags }, log);
  await (await EXPORTS[kind].load()).write(job);
  return { job, files, warnings, text: (file) => files.get(file)?.toString('utf8') ?? '' };
}
