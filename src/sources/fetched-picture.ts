import { ImageError } from '../errors.js';
import type { OpenPicture, PictureFiles } from '../ports.js';
import type { FileStamp } from '../types.js';
import type { PrivateFile } from './private-files.js';

/** A picture that is fetched into a private file when somebody needs its bytes, once. */
export class FetchedPicture implements OpenPicture {
  #fetching: Promise<PrivateFile> | undefined;

  /** @param maxBytes of a picture file; a larger one is not fetched. */
  constructor(
    private readonly stampOf: FileStamp,
    private readonly maxBytes: number,
    private readonly fetch: () => Promise<PrivateFile>,
    private readonly files: Pick<PictureFiles, 'sha256'>,
  ) {}

  stamp(): FileStamp {
    return this.stampOf;
  }

  async sha256(): Promise<string> {
    return await this.files.sha256(await this.file());
  }

  async file(): Promise<string> {
    const { bytes } = this.stampOf;
    if (bytes > this.maxBytes) {
      const message = `the file has ${bytes} bytes, more than --max-bytes ${this.maxBytes}`;
      throw new ImageError('TOO_LARGE', message, 'decode');
    }
    this.#fetching ??= this.fetch();
    return (await this.#fetching).path;
  }

  async release(): Promise<void> {
    // One that could not be fetched has left nothing.
    const file = await this.#fetching?.catch(() => undefined);
    await file?.discard();
  }
}
