/** A record that this run has written, restamped or removed. */
export interface TouchedRecord {
  /** How its file was before, as `markOf` has it; undefined where there was none. */
  readonly before: string | undefined;
  /** False where it was to be removed. */
  readonly isKept: boolean;
}

/** Records of one folder, by name of the picture. */
export type TouchedFolder = ReadonlyMap<string, TouchedRecord>;

/** More than so many are not kept: what took hours to tag may have tables made of all records. */
const MOST = 100_000;

/** What a run has changed since it was last known which records the tables show. */
export class TouchedRecords {
  #byFolder: Map<string, Map<string, TouchedRecord>> | undefined = new Map();
  #size = 0;

  /** Undefined where there were too many. */
  get folders(): ReadonlyMap<string, TouchedFolder> | undefined {
    return this.#byFolder;
  }

  /** @param look tells how the file is; asked at the first change alone. */
  add(image: string, isKept: boolean, look: () => string | undefined): void {
    if (!this.#byFolder) return;
    const folder = folderOf(image);
    const known = this.#byFolder.get(folder) ?? new Map<string, TouchedRecord>();
    const earlier = known.get(image);
    if (!earlier && ++this.#size > MOST) {
      this.#byFolder = undefined;
      return;
    }
    known.set(image, { before: earlier ? earlier.before : look(), isKept });
    this.#byFolder.set(folder, known);
  }
}

/** The folder that a picture's name has, with its slash; empty for none. */
export function folderOf(image: string): string {
  return image.slice(0, image.lastIndexOf('/') + 1);
}
