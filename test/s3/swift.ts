import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { repository } from '../shared.js';

/** Debian's: its packages are not seen by another Python. */
const PYTHON = '/usr/bin/python3';

/** An object store on the loopback. */
export class Swift {
  readonly #client: S3Client;

  constructor(
    readonly endpoint: string,
    readonly accessKey: string,
    readonly secretKey: string,
    private readonly child: ChildProcess,
  ) {
    this.#client = new S3Client({
      endpoint,
      forcePathStyle: true,
      region: 'us-east-1',
      credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    });
  }

  /** What a run needs to be let in. */
  get env(): Record<string, string> {
    return { AWS_ACCESS_KEY_ID: this.accessKey, AWS_SECRET_ACCESS_KEY: this.secretKey };
  }

  /** Makes a bucket of objects. */
  async fill(bucket: string, objects: Iterable<readonly [key: string, data: Buffer]>): Promise<void> {
    await this.#client.send(new CreateBucketCommand({ Bucket: bucket }));
    const left = [...objects];
    const putAll = async (): Promise<void> => {
      for (let next = left.pop(); next; next = left.pop()) await this.put(bucket, ...next);
    };
    await Promise.all(Array.from({ length: 8 }, putAll));
  }

  async put(bucket: string, key: string, data: Buffer): Promise<void> {
    await this.#client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: data }));
  }

  async delete(bucket: string, key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  }

  async end(): Promise<void> {
    this.#client.destroy();
    const ended = new Promise((resolve) => this.child.once('close', resolve));
    this.child.stdin?.end();
    await ended;
  }
}

/**
 * Starts Swift with its S3 interface.
 *
 * @param page objects of one answer to a request for a list.
 * @returns why it cannot be started, where it cannot.
 */
export async function startSwift(page = 1000): Promise<Swift | string> {
  if (!existsSync(PYTHON)) return `${PYTHON} is not there`;
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const child = spawn(PYTHON, [path.join(repository, 'test/s3/start-swift.py')], {
    stdio: 'pipe',
    env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', PAGE: String(page) },
  });
  let stdout = '';
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 3) resolve(stderr.trim());
      else reject(new Error(`Swift ended with ${code}: ${stderr}`));
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (!stdout.includes('\n')) return;
      const { endpoint, accessKey, secretKey } = JSON.parse(stdout) as Record<string, string>;
      resolve(new Swift(endpoint ?? '', accessKey ?? '', secretKey ?? '', child));
    });
  });
}
