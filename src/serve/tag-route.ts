import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Answer, copyAnswer, formAnswer, recordsAnswer } from './answer.js';
import { ApiError, busy } from './api-error.js';
import type { Metrics } from './metrics.js';
import type { PictureQueue } from './picture-queue.js';
import { receiveUploads } from './receive.js';
import type { Tagged, Tagger } from './tagger.js';
import type { Upload, UploadStore } from './upload-store.js';

/** Pictures of one request. */
const MOST_PICTURES = 32;

export interface TagRoutePorts {
  readonly tagger: Tagger;
  readonly queue: PictureQueue;
  readonly store: UploadStore;
  readonly metrics: Metrics;
  readonly now: () => number;
}

/** `POST /v1/tag`. */
export function addTagRoute(app: FastifyInstance, ports: TagRoutePorts): void {
  app.post('/v1/tag', async (request, reply) => {
    const wish = readWish(request);
    const gone = whenGone(reply);
    requireRoom(1, ports.queue);
    const begun = ports.now();
    const most = Math.min(MOST_PICTURES, ports.queue.capacity);
    const uploads = await receiveUploads(request, reply.raw, { name: wish.name, most }, ports.store);
    ports.metrics.stage('receive', ports.now() - begun);
    const answer = formatAnswer(await tagAll(uploads, wish, gone, ports), wish);
    return reply.code(answer.status).headers(answer.headers).send(answer.body);
  });
}

/** What the address and the headers ask for. */
interface Wish {
  readonly annotate: boolean;
  /** The copy itself, without the record. */
  readonly copyAlone: boolean;
  /** Of a picture that is the body. */
  readonly name: string | undefined;
}

/** @throws {ApiError} BAD_REQUEST. */
function readWish({ query, headers }: FastifyRequest): Wish {
  const { annotate = '0', name, ...others } = query as Readonly<Record<string, unknown>>;
  const [other] = Object.keys(others);
  if (other !== undefined) throw badQuery(`no parameter ${other}: there are annotate and name`);
  if (annotate !== '0' && annotate !== '1') throw badQuery('annotate=1 or annotate=0');
  if (name !== undefined && typeof name !== 'string') throw badQuery('one name');
  const copyAlone = annotate === '1' && /^\s*image\//i.test(headers.accept ?? '');
  return { annotate: annotate === '1', copyAlone, name };
}

const badQuery = (expected: string): ApiError =>
  new ApiError(400, 'BAD_REQUEST', `Expected ${expected} in the address`);

function whenGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.on('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

function requireRoom(pictures: number, queue: PictureQueue): void {
  if (queue.room < pictures) throw busy('Too many pictures are waiting', queue.retrySeconds);
}

/** Tags the pictures of one request, all or none; of what it throws nothing is kept. */
async function tagAll(
  uploads: readonly Upload[],
  { annotate, copyAlone }: Wish,
  gone: AbortSignal,
  { tagger, queue, store }: TagRoutePorts,
): Promise<Tagged[]> {
  let entered: Promise<Tagged>[] = [];
  try {
    if (copyAlone && uploads.length > 1) {
      throw new ApiError(406, 'NOT_ACCEPTABLE', 'Several pictures are no picture: ask for one at a time');
    }
    requireRoom(uploads.length, queue);
    entered = uploads.map((upload) => tagger.tag(upload, annotate, gone));
    return await Promise.all(entered);
  } catch (error) {
    for (const each of entered) void each.then(({ copy }) => copy?.content.destroy(), ignore);
    throw error;
  } finally {
    // Those in lanes are read until they end, whatever became of the others. What cannot be removed goes with the folder.
    const discarded = Promise.allSettled(entered).then(() =>
      Promise.allSettled(uploads.map((upload) => store.discard(upload))),
    );
    // Their room is there for the next request of a client that has its answer.
    if (!gone.aborted) await discarded;
  }
}

const ignore = (): void => undefined;

function formatAnswer(tagged: readonly Tagged[], { annotate, copyAlone }: Wish): Answer {
  const [first] = tagged;
  if (copyAlone && first) return copyAnswer(first);
  return annotate ? formAnswer(tagged) : recordsAnswer(tagged);
}
