import { codeOf, messageOf } from '../../core/thrown.js';
import { FatalError, ImageError } from '../../errors.js';
import { StallError } from './stalls.js';

/** Names that stores give to what passes. */
const PASSING_NAMES = new Set([
  'InternalError',
  'RequestTimeout',
  'ServiceUnavailable',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TimeoutError',
  'TooManyRequestsException',
  // Of a request that this side gave up since nothing came.
  'AbortError',
]);

/** Codes of connections that break, or do not come about. */
const PASSING_CODES = new Set([
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Whether another attempt may fare better. */
export function mayPass(error: unknown): boolean {
  if (error instanceof ImageError) return false;
  const status = statusOf(error) ?? 0;
  if (status === 429 || status >= 500) return true;
  const name = error instanceof Error ? error.name : '';
  return error instanceof StallError || PASSING_NAMES.has(name) || PASSING_CODES.has(codeOf(error) ?? '');
}

function statusOf(error: unknown): number | undefined {
  const { $metadata: metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: unknown } };
  return typeof metadata?.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

/** What stores' own names mean to a person. */
const REASONS: Readonly<Record<string, string>> = {
  NoSuchBucket: 'there is no such bucket',
  NoSuchKey: 'it is not there (it may have vanished during the run)',
  NotFound: 'it is not there',
  AccessDenied: 'access denied',
  Forbidden: 'access denied',
  InvalidAccessKeyId: 'the store does not know the access key',
  SignatureDoesNotMatch: 'the secret key is wrong',
  ExpiredToken: 'the credentials have expired',
  CredentialsProviderError: 'no credentials were found (AWS_ACCESS_KEY_ID, a profile, a role)',
  PreconditionFailed: 'it has changed since it was listed',
  InvalidObjectState: 'it is archived and must be restored first',
  AbortError: 'nothing came in time (--timeout)',
};

function reasonOf(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  const known = REASONS[name];
  if (known !== undefined) return known;
  const status = statusOf(error);
  if (status === 412) return REASONS['PreconditionFailed'] ?? '';
  if (status === 403) return 'access denied';
  if (status === 404) return 'it is not there';
  const what = name !== '' && name !== 'Error' && !messageOf(error).includes(name) ? `${name}: ` : '';
  // Connections that were tried at several addresses fail with a list of failures, and no message.
  const message = messageOf(error) || (codeOf(error) ?? 'unknown fault');
  return status === undefined ? what + message : `${what}${message} (HTTP ${status})`;
}

/** One object's fault. */
export function objectFault(error: unknown): ImageError {
  if (error instanceof ImageError) return error;
  return new ImageError('UNREADABLE', `Cannot be read from the store: ${reasonOf(error)}`, 'discover');
}

/** Without the whole list there is no run. One of the store's bad moments may be over when it is tried again. */
export function listingFault(error: unknown, bucket: string): FatalError {
  return new FatalError('STORE_FAILED', `Cannot list s3://${bucket}: ${reasonOf(error)}`, {
    cause: error,
    mayPass: mayPass(error),
  });
}
