import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FaultProxy } from '../s3/fault-proxy.js';
import { startSwift, type Swift } from '../s3/swift.js';
import { repository } from '../shared.js';
import { contents, facetag, launch, temporaryFolder, until } from './cli.js';
import { codesIn, eventsOf, recordsIn } from './outcome.js';
import { smallPictures } from './small-pictures.js';

/** Objects of one answer to a request for a list: 1000 elsewhere. */
const PAGE = 10;

const started = await startSwift(PAGE);
const swift = started as Swift;

/** Every kind of key that a path could not be, or that some layer might take for something else. */
const ODD_KEYS: Record<string, string> = {
  'a b.jpg': 'a b.jpg',
  'a+b.jpg': 'a+b.jpg',
  'a%20b.jpg': 'a%20b.jpg',
  'a%.jpg': 'a%.jpg',
  'ü/日本.jpg': 'ü/日本.jpg',
  '../up.jpg': '%../up.jpg',
  'x/../y.jpg': 'x/%../y.jpg',
  './dot.jpg': '%./dot.jpg',
  'x//y.jpg': 'x/%/y.jpg',
  '/lead.jpg': '%/lead.jpg',
  '%/lead.jpg': '%%/lead.jpg',
  'back\\slash.jpg': 'back\\slash.jpg',
  'q?x=1&h#.jpg': 'q?x=1&h#.jpg',
  '&amp;.jpg': '&amp;.jpg',
  'c.jpg': 'c.jpg',
  'c.jpg/d.jpg': 'c.jpg/d.jpg',
};

describe.skipIf(typeof started === 'string')(
  `object stores${typeof started === 'string' ? ` (${started})` : ''}`,
  () => {
    let cwd: string;
    let proxy: FaultProxy;
    let pictures: Map<string, Buffer>;

    beforeAll(async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'facetag-store-'));
      const names = await smallPictures(folder, 12);
      pictures = new Map(names.map((name) => [name, readFileSync(path.join(folder, name))]));
      rmSync(folder, { recursive: true });
      const [picture] = [...pictures.values()] as [Buffer];
      await swift.fill('photos', [
        ...[...pictures].map(([name, data]) => [`in/${name}`, data] as const),
        ['in/folder/', Buffer.alloc(0)],
        ['in/raw.cr2', picture],
        ['in/.hidden.jpg', picture],
        ['inside.jpg', picture],
      ]);
      await swift.fill(
        'odd',
        Object.keys(ODD_KEYS).map((key) => [key, picture]),
      );
      const many = Array.from(
        { length: 2 * PAGE + 5 },
        (_, index) => `m${String(index).padStart(4, '0')}.jpg`,
      );
      await swift.fill(
        'many',
        many.map((key) => [key, Buffer.from('tiny')]),
      );
    }, 120_000);

    afterAll(async () => {
      await swift.end();
    });

    beforeEach(async () => {
      cwd = temporaryFolder();
      proxy = await FaultProxy.start(swift.endpoint);
      return async () => {
        await proxy.close();
      };
    });

    const options = (env: Record<string, string> = {}) => ({
      cwd,
      env: { ...swift.env, AWS_ENDPOINT_URL: proxy.endpoint, ...env },
    });
    const run = async (...args: string[]) => await facetag([...args, '--log-format', 'json'], options());
    const list = async (...args: string[]): Promise<string[]> => {
      const { stdout, code, stderr } = await facetag(['-n', ...args], options());
      expect(code, stderr).toBe(0);
      return stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => line.replace(/^tag\t/, ''));
    };
    const summaryOf = ({ stderr }: { readonly stderr: string }) => eventsOf('run-end', stderr)[0]?.summary;

    it('give what the same pictures on a disk give, and are skipped by ETag without being read', async () => {
      const ran = await run('s3://photos/in', '-f', 'csv,jsonl');
      expect(ran.code, ran.stderr).toBe(0);
      expect(summaryOf(ran)).toMatchObject({ processed: 12, failed: 0, unread: { '.cr2': 1 } });
      expect(proxy.reads).toHaveLength(12);
      const output = path.join(cwd, 'facetag-out');
      const records = recordsIn(output);
      expect(records.map(({ image }) => image)).toEqual(
        [...pictures.keys()].map((name) => `in/${name}`).sort(),
      );
      for (const { source } of records) expect(source?.etag).toMatch(/^[\da-f]{32}$/);
      expect(JSON.parse(readFileSync(path.join(output, 'facetag.json'), 'utf8'))).toMatchObject({
        base: 's3://photos',
      });

      const before = contents(output);
      expect(summaryOf(await run('s3://photos/in/', '-f', 'csv,jsonl'))).toMatchObject({ skipped: 12 });
      expect(proxy.reads).toHaveLength(12);
      expect(contents(output)).toEqual(before);

      const [first = '', second = ''] = pictures.keys();
      await swift.put('photos', `in/${first}`, Buffer.concat([pictures.get(first)!, Buffer.from('x')]));
      await swift.delete('photos', `in/${second}`);
      const pruned = summaryOf(await run('s3://photos/in', '-f', 'csv,jsonl', '--prune'));
      expect(pruned).toMatchObject({ processed: 1, skipped: 10, pruned: 1 });
      await swift.put('photos', `in/${first}`, pictures.get(first)!);
      await swift.put('photos', `in/${second}`, pictures.get(second)!);
      // What this run did not list is not gone.
      expect(summaryOf(await run('s3://photos/in/b', '--prune'))?.pruned).toBe(0);
    });

    it('are read and kept where another ETag stands for the same bytes', async () => {
      await run('s3://photos/in', '-f', 'jsonl');
      const output = path.join(cwd, 'facetag-out');
      const before = contents(output);
      const [first = ''] = pictures.keys();
      const file = path.join(output, `json/in/${first}.json`);
      // As of an upload in parts.
      writeFileSync(
        file,
        readFileSync(file, 'utf8').replace(/"etag": "\w+"/, '"etag": "0123456789abcdef-2"'),
      );
      const again = await run('s3://photos/in', '-f', 'jsonl');
      expect(summaryOf(again)).toMatchObject({ processed: 0, skipped: 12 });
      expect(proxy.reads).toHaveLength(13);
      expect(contents(output)).toEqual(before);
    });

    it('that change or go between list and reading are failed pictures, and no wrong ones', async () => {
      const [changed = '', gone = ''] = pictures.keys();
      const other = Buffer.concat([pictures.get(changed)!, Buffer.from('x')]);
      proxy.before = async (line) => {
        if (line.includes(`/in/${changed}?`)) await swift.put('photos', `in/${changed}`, other);
        if (line.includes(`/in/${gone}?`)) await swift.delete('photos', `in/${gone}`);
      };
      const output = path.join(cwd, 'facetag-out');
      const failures = () =>
        recordsIn(output).flatMap(({ image, error }) => (error ? [[image, error.code, error.message]] : []));
      expect((await run('s3://photos/in', '-f', 'jsonl')).code).toBe(1);
      const notThere = 'Cannot be read from the store: it is not there (it may have vanished during the run)';
      expect(failures()).toEqual(
        [
          [
            `in/${changed}`,
            'UNREADABLE',
            'Cannot be read from the store: it has changed since it was listed',
          ],
          [`in/${gone}`, 'UNREADABLE', notThere],
        ].sort(),
      );
      proxy.before = () => Promise.resolve();
      const again = await run('s3://photos/in', '-f', 'jsonl', '--prune');
      expect(summaryOf(again)).toMatchObject({ processed: 1, skipped: 10, pruned: 1, failed: 0 });
      expect(failures()).toEqual([]);
      await swift.put('photos', `in/${changed}`, pictures.get(changed)!);
      await swift.put('photos', `in/${gone}`, pictures.get(gone)!);
    });

    it('name pictures by their keys, whatever these are, and no two the same', async () => {
      expect(await list('s3://odd')).toEqual(Object.values(ODD_KEYS).sort());
      const ran = await run('s3://odd', '-f', 'jsonl');
      expect(ran.code, ran.stderr).toBe(0);
      expect(codesIn(path.join(cwd, 'facetag-out'))).toEqual(
        Object.fromEntries(Object.values(ODD_KEYS).map((name) => [name, 'ok'])),
      );
      expect(readdirSync(cwd)).toEqual(['facetag-out']);
    });

    it('are listed page by page, filtered like folders, and shared out', async () => {
      const all = await list('s3://many');
      expect(all).toHaveLength(2 * PAGE + 5);
      expect(proxy.requests).toHaveLength(3);
      const shares = [await list('s3://many', '--shard', '1/2'), await list('s3://many', '--shard', '2/2')];
      expect(shares.flat().sort()).toEqual(all);
      expect(await list('s3://many', '--newer-than', '1h')).toEqual(all);
      expect(await list('s3://many', '--newer-than', '2099-01-01', '--allow-empty')).toEqual([]);
      expect(await list('s3://photos/in/a')).toHaveLength(4);
      expect(await list('s3://photos', '--ignore', 'in')).toEqual(['inside.jpg']);
      expect(await list('s3://photos/in', '--hidden')).toHaveLength(13);
      const { stdout, code } = await facetag(['-n', '--files-from', '-'], {
        ...options(),
        input: 's3://photos/inside.jpg\ns3://photos/in/.hidden.jpg\ns3://photos/gone.jpg\n',
      });
      expect([code, stdout]).toEqual([0, 'tag\tgone.jpg\ntag\tin/.hidden.jpg\ntag\tinside.jpg\n']);
    });

    it('are tried again when answers fail, are cut off or do not come', async () => {
      const [a, b, c, d, e, f, g, h] = [...pictures.keys()].sort();
      const busy = { kind: 'status', status: 503, code: 'SlowDown' } as const;
      proxy.fault = (line, nth) => {
        const isFor = (name: string | undefined): boolean =>
          line === `GET /photos/in/${name ?? ''}?x-id=GetObject`;
        if (line.includes('list-type=2')) return nth <= 2 ? busy : undefined;
        if (isFor(a)) return nth <= 3 ? busy : undefined;
        if (isFor(b)) return nth <= 2 ? { kind: 'status', status: 429, code: 'TooManyRequests' } : undefined;
        if (isFor(c)) return nth <= 2 ? { kind: 'status', status: 500, code: 'InternalError' } : undefined;
        if (isFor(d)) return nth <= 4 ? { kind: 'cut', after: 500 } : undefined;
        if (isFor(e)) return nth === 1 ? { kind: 'stall', after: 0 } : undefined;
        if (isFor(f)) return nth === 1 ? { kind: 'stall', after: 700 } : undefined;
        if (isFor(g)) return { kind: 'status', status: 500, code: 'InternalError' };
        if (isFor(h)) return { kind: 'status', status: 403, code: 'AccessDenied' };
        return undefined;
      };
      const ran = await run('s3://photos/in', '-f', 'jsonl', '--timeout', '2');
      expect(ran.code, ran.stderr).toBe(1);
      const records = recordsIn(path.join(cwd, 'facetag-out'));
      const failed = records.filter(({ error }) => error);
      expect(failed.map(({ image, error }) => [image, error?.code, error?.message])).toEqual([
        [`in/${g}`, 'UNREADABLE', 'Cannot be read from the store: InternalError: made (HTTP 500)'],
        [`in/${h}`, 'UNREADABLE', 'Cannot be read from the store: access denied'],
      ]);
      proxy.fault = () => undefined;
      const again = summaryOf(await run('s3://photos/in', '-f', 'jsonl'));
      expect(again).toMatchObject({ processed: 2, skipped: 10, failed: 0 });
      // What came in parts is what is there.
      for (const { image, source } of recordsIn(path.join(cwd, 'facetag-out'))) {
        expect(source?.bytes, image).toBe(pictures.get(image.slice(3))?.length);
      }
    });

    it.each<[string, string[], Record<string, string>, string]>([
      ['no such bucket', ['s3://nowhere'], {}, 'Cannot list s3://nowhere: there is no such bucket'],
      ['a wrong secret', ['s3://photos'], { AWS_SECRET_ACCESS_KEY: 'wrong' }, 'the secret key is wrong'],
      [
        'an access key that nobody knows',
        ['s3://photos'],
        { AWS_ACCESS_KEY_ID: 'test:nobody' },
        'Cannot list s3://photos: ',
      ],
      [
        'somebody else’s bucket',
        ['s3://photos'],
        { AWS_ACCESS_KEY_ID: 'other:nobody', AWS_SECRET_ACCESS_KEY: 'nothing' },
        'Cannot list s3://photos: ',
      ],
      [
        'no credentials',
        ['s3://photos'],
        { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true' },
        'no credentials were found',
      ],
      ['two buckets', ['s3://photos', 's3://odd'], {}, 'Expected objects of one bucket'],
      ['files beside', ['s3://photos', '.'], {}, 'Expected objects of one bucket'],
      ['no bucket', ['s3://'], {}, 'Expected objects of one bucket'],
      ['an archive', ['s3://photos/a.tar'], {}, 'Expected pictures, not archives'],
      ['a base folder', ['s3://photos', '--base', '.'], {}, '--base'],
      ['watching', ['s3://photos', '--watch'], {}, '--watch'],
      [
        'no SDK',
        ['s3://photos'],
        { NODE_OPTIONS: `--import=${withoutSdk()}` },
        `Run in ${repository}: npm install --include=dev`,
      ],
    ])('end a run for %s', async (_, args, env, message) => {
      const ran = await facetag(args, options(env));
      expect(ran.stderr).toContain(message);
      expect(ran.code).toBe(2);
      expect(readdirSync(cwd)).toEqual([]);
    });

    it('end a run with the code for another try where nobody answers', async () => {
      const ran = await facetag(['s3://photos', '--endpoint-url', 'http://127.0.0.1:9'], options({}));
      expect(ran).toMatchObject({ code: 75, stderr: expect.stringContaining('ECONNREFUSED') as string });
      expect(readdirSync(cwd)).toEqual([]);
    });

    it('keep results when the list breaks off, and results of one place', async () => {
      await run('s3://photos/in');
      proxy.fault = (line) =>
        line.includes('list-type=2') ? { kind: 'status', status: 403, code: 'AccessDenied' } : undefined;
      const before = contents(path.join(cwd, 'facetag-out'));
      const ran = await run('s3://photos', '--prune-all');
      expect(ran.code).toBe(2);
      expect(ran.stderr).toContain('access denied');
      proxy.fault = () => undefined;
      expect((await run('s3://odd')).stderr).toContain('Expected pictures of s3://photos');
      expect((await run('.')).stderr).toContain('Expected objects of s3://photos');
      expect(contents(path.join(cwd, 'facetag-out'))).toEqual(before);
    });

    it('are let go at once by a signal', async () => {
      proxy.fault = (line) => (line.includes('list-type=2') ? undefined : { kind: 'stall', after: 100 });
      const running = launch(['s3://photos/in'], options());
      await until(() => proxy.reads.length === 12, 'all are asked for');
      running.child.kill('SIGTERM');
      expect(await running.ended).toMatchObject({ code: 143 });
      expect(readdirSync('/dev/shm').filter((name) => name.includes(`-${running.pid}-`))).toEqual([]);
    });
  },
);

/** For `--import`: the package is as if it was not installed. */
function withoutSdk(): string {
  const hooks = `export async function resolve(name, context, next) {
    if (name !== '@aws-sdk/client-s3') return await next(name, context);
    throw Object.assign(new Error('gone'), { code: 'ERR_MODULE_NOT_FOUND' });
  }`;
  const register = `import { register } from 'node:module'; register(${JSON.stringify(dataUrl(hooks))});`;
  return dataUrl(register);
}

function dataUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
