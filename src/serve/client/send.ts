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
  const body = (await response.json()) as PictureRecord | RefusalBody;
  if ('schemaVersion' in body) return body;
  throw refusalOf(body, response);
}

/** @returns the picture with boxes and labels. @throws {Refusal} */
export async function fetchCopy(file: File): Promise<Blob> {
  const response = await send(file, '&annotate=1', 'image/*');
  if (response.ok) return await response.blob();
  throw refusalOf((await response.json()) as RefusalBody, response);
}

interface RefusalBody {
  readonly error?: { readonly code: string; readonly message: string };
}

function refusalOf({ error }: RefusalBody, { status, headers }: Response): Refusal {
  const seconds = headers.get('retry-after');
  const { code = `HTTP ${status}`, message = 'The server did not say why' } = error ?? {};
  return new Refusal(code, message, seconds === null ? undefined : Number(seconds));
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
