import type * as Sdk from '@aws-sdk/client-s3';
import path from 'node:path';
import { unescape } from 'node:querystring';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { backoffMs, MOST_ATTEMPTS } from '../core/backoff.js';
import { installBeside } from '../core/install-beside.js';
import { hasCode } from '../core/thrown.js';
import { FatalError, FetchCancelledError, ImageError } from '../errors.js';
import type { ObjectStore, ObjectStores, StoredObject } from '../ports.js';
import { listingFault, mayPass, objectFault } from './s3/faults.js';
import { withoutStalls } from './s3/stalls.js';

export const objectStores: ObjectStores = {
  async open({ endpointUrl, stallMs }) {
    const sdk = await loadSdk();
    return new S3Store(sdk, await createClient(sdk, endpointUrl), stallMs);
  },
};

/** Absolute path of facetag's own folder: `dist/run` is inside. */
const packageRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

async function loadSdk(): Promise<typeof Sdk> {
  // It would tell users which Node its next versions need.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  try {
    return await import('@aws-sdk/client-s3');
  } catch (cause) {
    if (!hasCode(cause, 'ERR_MODULE_NOT_FOUND')) throw cause;
    throw new FatalError(
      'SDK_MISSING',
      'Pictures in an object store need the package @aws-sdk/client-s3, which is not installed. ' +
        installBeside('@aws-sdk/client-s3', packageRoot),
      { cause },
    );
  }
}

/** Where nobody says in which region: what other stores than AWS call theirs. */
const USUAL_REGION = 'us-east-1';

/** Others than AWS know buckets by their path alone. Attempts are counted here, not by the SDK. */
async function createClient(sdk: typeof Sdk, endpointUrl: string | undefined): Promise<Sdk.S3Client> {
  const { AWS_ENDPOINT_URL_S3: ofS3, AWS_ENDPOINT_URL: ofAll, AWS_DEFAULT_REGION: region } = process.env;
  const endpoint = endpointUrl ?? ofS3 ?? ofAll;
  const options: Sdk.S3ClientConfig = {
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    maxAttempts: 1,
    followRegionRedirects: true,
    requestHandler: { connectionTimeout: 5000 },
    logger: { debug: silent, info: silent, warn: silent, error: silent },
  };
  const client = new sdk.S3Client(options);
  const known = await client.config.region().catch(() => undefined);
  if (known !== undefined) return client;
  client.destroy();
  return new sdk.S3Client({ ...options, region: region ?? USUAL_REGION });
}

const silent = (): void => undefined;

class S3Store implements ObjectStore {
  constructor(
    private readonly sdk: typeof Sdk,
    private readonly client: Sdk.S3Client,
    private readonly stallMs: number,
  ) {}

  async *list(bucket: string, prefix: string): AsyncGenerator<readonly StoredObject[]> {
    let token: string | undefined;
    do {
      const page = await this.#page(bucket, prefix, token);
      yield (page.Contents ?? []).map((object) => toObject(object, page.EncodingType === 'url'));
      token = nextToken(page, token, bucket);
    } while (token !== undefined);
  }

  async find(bucket: string, key: string): Promise<StoredObject | undefined> {
    // A key comes before all those that it is the beginning of.
    const page = await this.#page(bucket, key, undefined, 1);
    const [first] = (page.Contents ?? []).map((object) => toObject(object, page.EncodingType === 'url'));
    return first?.key === key ? first : undefined;
  }

  /** Goes on where a transfer was cut. */
  async *read(bucket: string, object: StoredObject, cancelled: AbortSignal): AsyncGenerator<Uint8Array> {
    let at = 0;
    for (let failures = 0; at < object.bytes;) {
      try {
        for await (const piece of this.#part(bucket, object, at, cancelled)) {
          at += piece.length;
          if (at > object.bytes) throw tooLong();
          yield piece;
        }
        if (at < object.bytes) throw cutOff();
      } catch (error) {
        if (cancelled.aborted) throw new FetchCancelledError();
        failures += 1;
        if (failures === MOST_ATTEMPTS || !mayPass(error)) throw objectFault(error);
        await pause(failures, cancelled);
      }
    }
  }

  close(): void {
    this.client.destroy();
  }

  async #page(
    bucket: string,
    prefix: string,
    token: string | undefined,
    most?: number,
  ): Promise<Sdk.ListObjectsV2CommandOutput> {
    const command = new this.sdk.ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      EncodingType: 'url',
      ...(token !== undefined && { ContinuationToken: token }),
      ...(most !== undefined && { MaxKeys: most }),
    });
    for (let failures = 1; ; failures += 1) {
      try {
        const abortSignal = AbortSignal.timeout(this.stallMs);
        return await this.client.send(command, { abortSignal });
      } catch (error) {
        if (failures === MOST_ATTEMPTS || !mayPass(error)) throw listingFault(error, bucket);
        await sleep(backoffMs(failures, Math.random()));
      }
    }
  }

  /** The object from a byte on, as it was when it was listed. */
  async *#part(
    bucket: string,
    { key, etag }: StoredObject,
    start: number,
    cancelled: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    const stalled = new AbortController();
    const abortSignal = AbortSignal.any([cancelled, stalled.signal]);
    const command = new this.sdk.GetObjectCommand({
      Bucket: bucket,
      Key: key,
      ...(etag !== undefined && { IfMatch: `"${etag}"` }),
      ...(start > 0 && { Range: `bytes=${start}-` }),
    });
    const begin = async (): Promise<AsyncIterable<Uint8Array>> => {
      const answer = await this.client.send(command, { abortSignal });
      const body = answer.Body as AsyncIterable<Uint8Array>;
      // A store that knows no ranges sends all of it again.
      return start > 0 && answer.ContentRange === undefined ? withoutFirst(body, start) : body;
    };
    yield* withoutStalls(begin, this.stallMs, stalled);
  }
}

async function pause(failures: number, signal: AbortSignal): Promise<void> {
  await sleep(backoffMs(failures, Math.random()), undefined, { signal }).catch(() => {
    throw new FetchCancelledError();
  });
}

async function* withoutFirst(body: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const piece of body) {
    if (piece.length > left) yield piece.subarray(left);
    left = Math.max(0, left - piece.length);
  }
}

/**
 * @returns undefined after the last page.
 * @throws {FatalError} STORE_FAILED where the store says that there is more and not how to get it: what is missing would
 * be taken for gone.
 */
function nextToken(
  { IsTruncated: hasMore, NextContinuationToken: next }: Sdk.ListObjectsV2CommandOutput,
  token: string | undefined,
  bucket: string,
): string | undefined {
  if (hasMore !== true) return undefined;
  if (next !== undefined && next !== '' && next !== token) return next;
  throw listingFault(new Error('the list breaks off, and the store does not say how to go on'), bucket);
}

function toObject(object: Sdk._Object, isEncoded: boolean): StoredObject {
  const { Key: key = '', Size: bytes = 0, ETag: etag, LastModified: modified } = object;
  return {
    // What is not UTF-8 appears as \uFFFD: nothing can ask for such an object, which is told when it is read.
    key: isEncoded ? unescape(key.replaceAll('+', ' ')) : key,
    bytes,
    ...(etag !== undefined && { etag: etag.replace(/^"|"$/g, '') }),
    mtimeMs: modified?.getTime() ?? 0,
  };
}

const tooLong = (): ImageError =>
  new ImageError('UNREADABLE', 'The store sends more bytes than it listed', 'discover');

const cutOff = (): Error => Object.assign(new Error('the transfer was cut off'), { code: 'ECONNRESET' });
