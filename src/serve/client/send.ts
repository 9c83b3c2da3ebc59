import type { PictureRecord } from '../../core/report.js';

/** Why a picture has no record, or no copy. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** Seconds after which it may be worth another try; absent where it is not. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

/** The token of this tab: it is forgotten with it. */
const TOKEN = 'facetag-token';

export function keepToken(token: string): void {
  sessionStorage.setItem(TOKEN, token);
}

export function hasToken(): boolean {
  return sessionStorage.getItem(TOKEN) !== null;
}

/** @returns the record, of a picture that failed too. @throws {Refusal} */
export async function tagPicture(file: File): Promise<PictureRecord> {
  const response = await send(file, '', 'application/json');
  const body = await bodyOf(response);
  if ('schemaVersion' in body) return body as PictureRecord;
  throw refusalOf(body, response);
}

/** @returns the picture with boxes and labels. @throws {Refusal} */
export async function fetchCopy(file: File): Promise<Blob> {
  const response = await send(file, '&annotate=1', 'image/*');
  const type = response.headers.get('content-type') ?? '';
  if (response.ok && type.startsWith('image/')) return await arrived(response.blob());
  throw refusalOf(await bodyOf(response), response);
}

interface RefusalBody {
  readonly error?: { readonly code: string; readonly message: string };
}

/** What is no JSON object was not said by facetag: a proxy in front has pages of its own. */
async function bodyOf(response: Response): Promise<RefusalBody> {
  const text = await arrived(response.text());
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    return {};
  }
}

/** @throws {Refusal} where the connection breaks within the answer. */
async function arrived<T>(body: Promise<T>): Promise<T> {
  try {
    return await body;
  } catch {
    throw new Refusal('NO_ANSWER', 'The answer of the server broke off');
  }
}

/** A proxy may name an hour, or a date. */
const LONGEST_WAIT = 60;

function refusalOf({ error }: RefusalBody, { status, statusText, headers }: Response): Refusal {
  const seconds = headers.get('retry-after') ?? '';
  const retryAfter = /^\d+$/.test(seconds) ? Math.min(Math.max(1, Number(seconds)), LONGEST_WAIT) : undefined;
  const message = `What answers is not facetag, or a proxy in front of it refused (${status} ${statusText})`;
  return new Refusal(error?.code ?? `HTTP ${status}`, error?.message ?? message, retryAfter);
}

async function send(file: File, query: string, accept: string): Promise<Response> {
  const token = sessionStorage.getItem(TOKEN);
  const headers = {
    accept,
    'content-type': 'application/octet-stream',
    ...(token !== null && { authorization: `Bearer ${token}` }),
  };
  const address = `v1/tag?name=${encodeURIComponent(file.name)}${query}`;
  try {
    return await fetch(address, { method: 'POST', headers, body: file });
  } catch {
    throw new Refusal('NO_ANSWER', 'The server cannot be reached, or took no more of the picture');
  }
}
