import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { codeOf, messageOf } from '../core/thrown.js';
import { ApiError, ClientGoneError } from './api-error.js';
import { uploadName } from './upload-name.js';
import type { Upload, UploadStore } from './upload-store.js';

/** Parts of a form that are no pictures: they are passed over. */
const MOST_FIELDS = 16;
const MOST_FIELD_BYTES = 4096;

/**
 * Takes the pictures of a request: the parts of a form that are files, or the body as one picture.
 *
 * @param options `name`: of a picture that is the body; `most`: pictures.
 * @throws {ApiError} {ClientGoneError}. Nothing of the request is kept then.
 */
export async function receiveUploads(
  request: FastifyRequest,
  response: ServerResponse,
  { name, most }: { readonly name: string | undefined; readonly most: number },
  store: UploadStore,
): Promise<Upload[]> {
  const uploads: Upload[] = [];
  try {
    requirePlain(request.headers);
    const form = request.isMultipart();
    const declared = Number(request.headers['content-length'] ?? 0);
    // How much of a form is a picture is not known yet.
    store.requireRoom(form ? Math.min(declared, store.maxBytes) : declared);
    // A client that asked whether it may send its body waits for this word.
    if (request.headers.expect !== undefined) response.writeContinue();
    if (form) {
      for await (const { file, filename } of fileParts(request, most)) {
        const upload = await store.take(piecesOf(file), uploadName(filename));
        // What a browser sends for a field in which nothing was chosen.
        if (upload.bytes === 0 && filename === '') await store.discard(upload);
        else uploads.push(upload);
      }
      if (uploads.length === 0) throw new ApiError(400, 'NO_PICTURE', 'The form has no file in it');
    } else {
      uploads.push(await store.take(piecesOf(request.raw), uploadName(name)));
    }
    return uploads;
  } catch (error) {
    await Promise.all(uploads.map((upload) => store.discard(upload)));
    throw response.destroyed ? new ClientGoneError() : refusalOf(error, most);
  }
}

/** What is packed is not unpacked here: a picture is, and a small body could become any size. */
function requirePlain(headers: IncomingHttpHeaders): void {
  const { 'content-encoding': content = 'identity', 'transfer-encoding': transfer = 'chunked' } = headers;
  if (/^(identity|)$/i.test(content.trim()) && /^chunked$/i.test(transfer.trim())) return;
  throw new ApiError(415, 'UNSUPPORTED_ENCODING', 'Expected a body as it is, without Content-Encoding', {
    'accept-encoding': 'identity',
  });
}

async function* fileParts(
  request: FastifyRequest,
  most: number,
): AsyncGenerator<{ file: Readable; filename: string }> {
  const limits = {
    files: most,
    fields: MOST_FIELDS,
    parts: most + MOST_FIELDS,
    fieldSize: MOST_FIELD_BYTES,
    // Counted by the store.
    fileSize: Infinity,
  };
  for await (const part of request.parts({ limits })) if (part.type === 'file') yield part;
}

/** A loop that ends early leaves the connection open, so that the client hears why. */
function piecesOf(source: Readable): AsyncIterable<Uint8Array> {
  return source.iterator({ destroyOnReturn: false });
}

function refusalOf(error: unknown, most: number): unknown {
  if (error instanceof ApiError || error instanceof ClientGoneError) return error;
  const code = codeOf(error) ?? '';
  if (/^FST_(FILES|PARTS|FIELDS)_LIMIT$/.test(code)) {
    return new ApiError(413, 'TOO_MANY_PICTURES', `A form may have ${most} files and ${MOST_FIELDS} fields`);
  }
  // Busboy's own errors have no code.
  return code === '' || code.startsWith('FST_')
    ? new ApiError(400, 'BAD_REQUEST', `The form cannot be read: ${messageOf(error)}`)
    : error;
}
