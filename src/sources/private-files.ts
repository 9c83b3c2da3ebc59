import { FatalError, FetchCancelledError, ImageError, UploadRoomError } from '../errors.js';
import type { UploadFile, UploadFolder, UploadFolders } from '../ports.js';
import { Room } from './room.js';

/** A picture in a private file. */
export interface PrivateFile {
  readonly path: string;
  discard(): Promise<void>;
}

/** Bytes that fetched pictures take at the most: a dozen photos, so that lanes find the next one there. */
const MOST_BYTES = 1 << 26;

/** Of what is free; others need the rest. */
const SHARE = 0.5;

interface Opened {
  readonly folder: UploadFolder;
  readonly room: Room;
  /** Bytes of one picture. */
  readonly most: number;
}

/** Files in memory for pictures that are none: their folder is made when the first one is wanted. */
export class PrivateFiles {
  #opening: Promise<Opened> | undefined;
  #cancelled = false;
  #room: Room | undefined;
  #end: () => void = () => undefined;
  #held: Promise<void> = Promise.resolve();

  constructor(private readonly folders: UploadFolders) {}

  /**
   * Waits for room and fetches a picture. Leaves nothing of one that breaks off.
   *
   * @param bytes that it will have.
   * @param content begins when there is room.
   * @throws {FetchCancelledError} {ImageError} TOO_LARGE for what there can be no room for; what the content throws.
   */
  async fetch(bytes: number, content: () => AsyncIterable<Uint8Array>): Promise<PrivateFile> {
    const { folder, room, most } = await this.#open();
    if (bytes > most) {
      // No numbers of this machine's: a record has them.
      const message = `it has ${bytes} bytes, more than there is room for in /dev/shm, or the folder for temporary files`;
      throw new ImageError('TOO_LARGE', message, 'discover');
    }
    await room.enter(bytes);
    let file: UploadFile | undefined;
    try {
      file = await folder.create();
      for await (const piece of content()) {
        if (this.#cancelled) throw new FetchCancelledError();
        await file.append(piece);
      }
      await file.end();
    } catch (error) {
      await file?.discard();
      room.leave(bytes);
      throw error instanceof UploadRoomError ? noRoom(error) : error;
    }
    return fileOf(file, bytes, room);
  }

  /** Pictures that wait for room, or come in pieces, are not fetched any more. */
  cancel(): void {
    this.#cancelled = true;
    this.#room?.cancel();
  }

  /** Removes the folder. */
  async close(): Promise<void> {
    this.#end();
    await this.#held;
  }

  #open(): Promise<Opened> {
    this.#opening ??= new Promise((resolve, reject) => {
      const closed = new Promise<void>((end) => (this.#end = end));
      this.#held = this.folders
        .hold(async (folder) => {
          const most = Math.floor(SHARE * folder.freeBytes);
          this.#room = new Room(Math.min(MOST_BYTES, most));
          if (this.#cancelled) this.#room.cancel();
          resolve({ folder, room: this.#room, most });
          await closed;
        })
        .catch(reject);
    });
    return this.#opening;
  }
}

function fileOf(file: UploadFile, bytes: number, room: Room): PrivateFile {
  return {
    path: file.path,
    async discard() {
      await file.discard();
      room.leave(bytes);
    },
  };
}

function noRoom(error: UploadRoomError): FatalError {
  const message = `There is no room to unpack a picture: ${error.message}. Run the same command again`;
  return new FatalError('OUTPUT_UNUSABLE', message, { cause: error });
}
