import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { objectStores } from '../../src/adapters/s3.js';
import type { ObjectStore, StoredObject } from '../../src/ports.js';

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  return () => {
    vi.unstubAllEnvs();
  };
});

/** A store that answers every request for a list with this. */
async function storeOf(keys: readonly string[], more: string): Promise<ObjectStore> {
  const contents = keys.map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`).join('');
  const server = createServer((_, answer) => {
    const list = `<ListBucketResult><EncodingType>url</EncodingType>${more}${contents}</ListBucketResult>`;
    answer.writeHead(200, { 'content-type': 'application/xml' }).end(list);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpointUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const store = await objectStores.open({ endpointUrl, stallMs: 10_000 });
  onTestFinished(() => {
    store.close();
    server.close();
  });
  return store;
}

async function listed(store: ObjectStore): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  for await (const page of store.list('photos', '')) objects.push(...page);
  return objects;
}

describe('a list of an object store', () => {
  it.each([
    ['no word how to get it', '<IsTruncated>true</IsTruncated>'],
    [
      'the same page again',
      '<IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken>',
    ],
  ])('that has more, and %s, is no list: the rest would be taken for gone', async (_, more) => {
    const failed = listed(await storeOf(['a.jpg'], more));
    const message = 'Cannot list s3://photos: the list breaks off, and the store does not say how to go on';
    await expect(failed).rejects.toMatchObject({ code: 'STORE_FAILED', message, mayPass: false });
  });

  it('has any key, decoded, also one that is not UTF-8', async () => {
    const store = await storeOf(['a+b%20%2B%C3%BC.jpg', '%FF.jpg', 'nul%00.jpg'], '');
    const keys = (await listed(store)).map(({ key }) => key);
    expect(keys).toEqual(['a b +\u00fc.jpg', '\ufffd.jpg', 'nul\0.jpg']);
  });
});
