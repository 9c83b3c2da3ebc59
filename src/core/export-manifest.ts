import { isPlainPath } from './output-paths.js';

/** At the top of an export: which files are its own, so that no other is ever replaced or removed. */
export const EXPORT_MANIFEST = 'facetag-export.json';

/** What an export folder remembers. */
export interface ExportManifest {
  /** `voc`. */
  readonly kind: string;
  /** False while it is being written, and after it was cut short. */
  readonly complete: boolean;
  /** Paths below the folder. */
  readonly files: Iterable<string>;
}

/** Its text in pieces: there may be a file for each of a million pictures. */
export function* formatManifest({ kind, complete, files }: ExportManifest): Generator<string> {
  yield `{"schemaVersion":1,"kind":${JSON.stringify(kind)},"complete":${complete},"files":[`;
  let separator = '\n';
  for (const file of files) {
    yield separator + JSON.stringify(file);
    separator = ',\n';
  }
  yield '\n]}\n';
}

/** Reads it back; undefined when it is not what facetag writes there. */
export function parseManifest(text: string): ExportManifest | undefined {
  try {
    const value = JSON.parse(text) as { readonly schemaVersion?: unknown } & Partial<
      Record<keyof ExportManifest, unknown>
    >;
    const { kind, complete, files } = value;
    const isWhole =
      value.schemaVersion === 1 &&
      typeof kind === 'string' &&
      typeof complete === 'boolean' &&
      Array.isArray(files) &&
      files.every((file): file is string => typeof file === 'string' && isPlainPath(file));
    return isWhole ? { kind, complete, files } : undefined;
  } catch {
    return undefined;
  }
}
