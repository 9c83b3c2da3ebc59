import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PictureRecord } from '../../src/core/report.js';
import { badPictures } from '../pictures/bad.js';
import { repository } from '../shared.js';
import { contents, facetag, launch, temporaryFolder } from './cli.js';
import {
  exchange,
  figure,
  lanesOf,
  proxyTo,
  serverOfTest,
  startServer,
  untilFigure,
  uploadFolders,
  type Server,
} from './server.js';

const fixtures = path.join(repository, 'fixtures/images');
const read = (name: string): Blob => new Blob([readFileSync(path.join(fixtures, name))]);
const astronaut = read('astronaut.png');

const post = (
  server: Server,
  body: Blob | FormData | string,
  query = '',
  init: RequestInit = {},
): Promise<Response> => fetch(`${server.url}/v1/tag${query}`, { method: 'POST', body, ...init });

function form(...files: [Blob, string][]): FormData {
  const data = new FormData();
  for (const [content, name] of files) data.append('file', content, name);
  return data;
}

/** The parts of an answer that is a form. */
async function partsOf(response: Response): Promise<{ head: string; content: Buffer }[]> {
  const [, boundary = ''] = /boundary=(\S+)$/.exec(response.headers.get('content-type') ?? '') ?? [];
  const text = Buffer.from(await response.arrayBuffer()).toString('latin1');
  return text
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => {
      const end = part.indexOf('\r\n\r\n');
      return { head: part.slice(2, end), content: Buffer.from(part.slice(end + 4, -2), 'latin1') };
    });
}

/** Lanes stand still between the two: pictures in them stay there. */
const stop = (pids: readonly number[]): void => {
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
};
const go = (pids: readonly number[]): void => {
  for (const pid of pids) process.kill(pid, 'SIGCONT');
};

interface Refusal {
  readonly error: { readonly code: string; readonly message: string };
}
const codeOf = async (response: Response): Promise<string> => ((await response.json()) as Refusal).error.code;

describe('facetag serve', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer(['-j', '2', '--max-bytes', '2000000', '--request-timeout', '1']);
  });
  afterAll(async () => {
    server.kill('SIGTERM');
    await server.ended;
  });

  it('answers with the record that a file gets, byte for byte', async () => {
    const file = await facetag([path.join(fixtures, 'astronaut.png'), '--jsonl']);
    const raw = await post(server, astronaut, '?name=astronaut.png');
    expect(raw.status).toBe(200);
    expect(raw.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await raw.text()).toBe(file.stdout);
    const posted = await post(server, form([astronaut, 'astronaut.png']));
    expect(await posted.text()).toBe(file.stdout);
  });

  it('answers several pictures with a line for each, in their order', async () => {
    const names = ['astronaut.png', 'camera.png', 'home.jpg'];
    const folder = await facetag([fixtures, '--jsonl']);
    const response = await post(server, form(...names.map((name): [Blob, string] => [read(name), name])));
    expect(response.headers.get('content-type')).toMatch(/^application\/x-ndjson/);
    expect(await response.text()).toBe(folder.stdout);
  });

  it('sends the annotated copy alone to who accepts pictures, with the record to others', async () => {
    const out = path.join(temporaryFolder(), 'out');
    await facetag([path.join(fixtures, 'astronaut.png'), '-o', out, '--annotate']);
    const expected = readFileSync(path.join(out, 'annotated/astronaut.png'));
    const alone = await post(server, astronaut, '?annotate=1', { headers: { accept: 'image/*' } });
    expect(alone.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await alone.arrayBuffer()).equals(expected)).toBe(true);
    const both = await post(
      server,
      form([astronaut, 'a b.png'], [read('home.jpg'), 'home.jpg']),
      '?annotate=1',
    );
    const parts = await partsOf(both);
    expect(parts.map(({ head }) => head)).toEqual([
      'content-disposition: form-data; name="record"\r\ncontent-type: application/json',
      'content-disposition: form-data; name="annotated"; filename="annotated-a b.png"\r\ncontent-type: image/png',
      'content-disposition: form-data; name="record"\r\ncontent-type: application/json',
      'content-disposition: form-data; name="annotated"; filename="annotated-home.jpg"\r\ncontent-type: image/jpeg',
    ]);
    expect(parts[1]?.content.equals(expected)).toBe(true);
    const { image } = JSON.parse(parts[2]?.content.toString() ?? '') as PictureRecord;
    expect(image).toBe('home.jpg');
    const several = form([astronaut, 'a.png'], [astronaut, 'b.png']);
    const neither = await post(server, several, '?annotate=1', { headers: { accept: 'image/png' } });
    expect(neither.status).toBe(406);
  });

  it('answers a bad picture with 422 and the record that the file would get', async () => {
    for (const { name, bytes, expected } of await badPictures()) {
      const response = await post(server, new Blob([new Uint8Array(bytes)]), `?name=${name}`);
      expect([name, response.status]).toEqual([name, 422]);
      const record = (await response.json()) as PictureRecord;
      expect([record.image, record.status, record.error?.code]).toEqual([name, 'failed', expected]);
    }
    const mixed = await post(server, form([astronaut, 'a.png'], [new Blob(['no']), 'no.png']));
    expect(mixed.status).toBe(422);
    expect((await mixed.text()).split('\n')).toHaveLength(3);
  });

  it('refuses what is too large at once, without the rest of it', async () => {
    const head = (...lines: string[]): string =>
      ['POST /v1/tag HTTP/1.1', 'host: localhost', ...lines, '', ''].join('\r\n');
    // None of these ever ends.
    const declared = await exchange(server, head('content-length: 2000001'), 'x');
    expect(declared).toMatch(/^HTTP\/1\.1 413 .*"code":"TOO_LARGE"/s);
    const asked = await exchange(server, head('content-length: 2000001', 'expect: 100-continue'));
    expect(asked).toMatch(/^HTTP\/1\.1 413 /);
    const chunk = `200000\r\n${'x'.repeat(0x200000)}`;
    const chunked = await exchange(server, head('transfer-encoding: chunked'), chunk);
    expect(chunked).toMatch(/^HTTP\/1\.1 413 /);
    const part = '--b\r\ncontent-disposition: form-data; name="f"; filename="f"\r\n\r\n';
    const multipart = head('content-type: multipart/form-data; boundary=b', 'content-length: 9000000');
    expect(await exchange(server, multipart, part, 'x'.repeat(2_000_001))).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('gives a client that is still sending its answer, each time', async () => {
    for (let time = 0; time < 20; time += 1) {
      const { status } = await post(server, new Blob([new Uint8Array(3_000_000)]));
      expect(status).toBe(413);
    }
  });

  it('lets a client that asks first send its picture', async () => {
    const body = readFileSync(path.join(fixtures, 'camera.png'));
    const lines = ['POST /v1/tag HTTP/1.1', 'host: localhost', `content-length: ${body.length}`];
    const head = [...lines, 'expect: 100-continue', 'connection: close', '', ''].join('\r\n');
    expect(await exchange(server, head, body)).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  it.each([
    ['GET', '/nope', 404, 'NOT_FOUND'],
    ['GET', '/../package.json', 404, 'NOT_FOUND'],
    ['GET', '/%2e%2e/%2e%2e/package.json', 404, 'NOT_FOUND'],
    ['PUT', '/v1/tag', 405, 'METHOD_NOT_ALLOWED'],
    ['GET', '/v1/tag', 405, 'METHOD_NOT_ALLOWED'],
    ['POST', '/', 405, 'METHOD_NOT_ALLOWED'],
    ['POST', '/v1/tag?annotate=2', 400, 'BAD_REQUEST'],
    ['POST', '/v1/tag?anotate=1', 400, 'BAD_REQUEST'],
    ['GET', '/%zz', 400, 'BAD_REQUEST'],
    ['GET', '/%', 400, 'BAD_REQUEST'],
    ['GET', '/v1/tag*x', 404, 'NOT_FOUND'],
    ['GET', '/v1/:tag', 404, 'NOT_FOUND'],
    ['GET', '/*', 404, 'NOT_FOUND'],
    ['GET', '/v1/tag(', 404, 'NOT_FOUND'],
    ['GET', '/__proto__', 404, 'NOT_FOUND'],
  ])('%s %s is %i', async (method, where, status, code) => {
    const answer = await exchange(
      server,
      `${method} ${where} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`,
    );
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(answer).toContain(`"code":"${code}"`);
    if (status === 405) expect(answer).toMatch(/^allow: (GET, HEAD|POST)\r$/m);
  });

  it.each([
    ['another protocol', 400, 'none', 'none', '\u0016\u0003\u0001\u0002\u0000\u0001'],
    [
      'too large a head',
      431,
      'none',
      'none',
      `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(20_000)}`,
    ],
    ['what is no address', 400, 'GET', 'none', 'GET /% HTTP/1.1\r\nhost: localhost\r\n\r\n'],
    ['no host', 400, 'GET', '/', 'GET / HTTP/1.1\r\n\r\n'],
    ['an expectation', 417, 'GET', '/', 'GET / HTTP/1.1\r\nhost: localhost\r\nexpect: wonders\r\n\r\n'],
    ['a tunnel', 405, 'none', 'none', 'CONNECT a.example:443 HTTP/1.1\r\nhost: a.example:443\r\n\r\n'],
    [
      'half a body',
      408,
      'POST',
      '/v1/tag',
      'POST /v1/tag HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nx',
    ],
  ])('refuses %s in the same form, strictly and counted', async (_, status, method, route, sent) => {
    const name = `facetag_http_requests_total{route="${route}",method="${method}",status="${status}"}`;
    const before = await figure(server, name);
    const answer = await exchange(server, sent.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'));
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toContain("content-security-policy: default-src 'none'; script-src 'self';");
    expect(head).toContain('x-content-type-options: nosniff');
    expect(head).toMatch(/^connection: close\r?$/im);
    expect((JSON.parse(body) as Refusal).error.message).not.toBe('');
    await untilFigure(server, name, before + 1);
  });

  it.each([
    ['content-encoding: gzip'],
    ['content-encoding: br, identity'],
    ['transfer-encoding: gzip, chunked'],
  ])('refuses a body with %s', async (line) => {
    const lines = ['POST /v1/tag HTTP/1.1', 'host: localhost', 'connection: close', line];
    if (line.startsWith('content')) lines.push('content-length: 3');
    const answer = await exchange(server, [...lines, '', ''].join('\r\n'), '3\r\nabc\r\n0\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 415 .*"code":"UNSUPPORTED_ENCODING"/s);
    expect(answer).toMatch(/^accept-encoding: identity\r$/m);
  });

  it('takes a client that leaves after its last byte for one that is gone', async () => {
    const gone = 'facetag_http_requests_total{route="/v1/tag",method="POST",status="499"}';
    const before = await figure(server, gone);
    const body = Buffer.alloc(1_900_000, 1);
    const head = `POST /v1/tag HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n`;
    for (let times = 0; times < 20; times += 1) {
      await new Promise<void>((resolve) => {
        const socket = connect(server.port, '127.0.0.1', () => {
          socket.write(head);
          socket.write(body, () => {
            socket.destroy();
          });
        });
        socket.on('error', () => undefined);
        socket.on('close', () => {
          resolve();
        });
      });
    }
    await untilFigure(server, gone, before + 20);
    expect(server.stderr()).not.toContain('warning');
  });

  it.each([
    ['evil.example', '', 421],
    ['', '', 421],
    ['localhost.evil.example:80', '', 421],
    ['localhost', 'origin: https://evil.example', 403],
    ['localhost', 'origin: null', 403],
    ['localhost', 'sec-fetch-site: cross-site', 403],
    ['localhost:1', 'origin: http://localhost:1', 404],
    ['[::1]:8080', '', 404],
    ['127.0.0.1', '', 404],
  ])('asked as host %j with %j answers %i', async (host, header, status) => {
    const lines = ['GET /nope HTTP/1.1', `host: ${host}`, ...(header === '' ? [] : [header])];
    const answer = await exchange(server, [...lines, 'connection: close', '', ''].join('\r\n'));
    expect(answer).toContain(`HTTP/1.1 ${status} `);
  });

  it('sends headers that keep browsers strict, and none that open it to others', async () => {
    for (const where of ['/', '/client.js', '/nope', '/metrics']) {
      const { headers } = await fetch(server.url + where);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self';");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.has('access-control-allow-origin')).toBe(false);
      expect(headers.has('server')).toBe(false);
    }
  });

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['..\\..\\boot.ini', 'boot.ini'],
    ['..', 'upload'],
    ['/', 'upload'],
    ['a\u0000b\r\nc.png', 'abc.png'],
    ['é ü 漢字 😀.jpg', 'é ü 漢字 😀.jpg'],
    [`${'x'.repeat(300)}.png`, `${'x'.repeat(251)}.png`],
    ['__proto__', '__proto__'],
    ['=1+1.png', '=1+1.png'],
  ])('calls a picture named %j by %j', async (given, name) => {
    const response = await post(server, 'no picture', `?name=${encodeURIComponent(given)}`);
    expect(((await response.json()) as PictureRecord).image).toBe(name);
    if (given.includes('\r')) return;
    const posted = await post(server, form([new Blob(['no picture']), given]));
    expect(((await posted.json()) as PictureRecord).image).toBe(name);
  });

  describe('after hostile uploads goes on', () => {
    const part = (name: string, content = 'x'): string =>
      `--b\r\ncontent-disposition: form-data; name="${name}"; filename="f"\r\n\r\n${content}\r\n`;
    const head = (length: number | string, type = 'multipart/form-data; boundary=b'): string =>
      `POST /v1/tag HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n`;
    const whole = (body: string, type?: string): string => head(Buffer.byteLength(body), type) + body;

    it.each<[string, string, RegExp]>([
      ['thousands of parts', whole(part('f').repeat(5000) + '--b--\r\n'), /^HTTP\/1\.1 413 .*TOO_MANY/s],
      [
        'thousands of fields',
        whole('--b\r\ncontent-disposition: form-data; name="f"\r\n\r\nx\r\n'.repeat(5000) + '--b--\r\n'),
        /^HTTP\/1\.1 413 .*TOO_MANY/s,
      ],
      ['no part', whole('--b--\r\n'), /^HTTP\/1\.1 400 .*NO_PICTURE/s],
      ['nothing', whole(''), /^HTTP\/1\.1 400 .*NO_PICTURE/s],
      ['no end', whole(part('f')), /^HTTP\/1\.1 400 .*BAD_REQUEST/s],
      ['no boundary', whole(part('f'), 'multipart/form-data'), /^HTTP\/1\.1 400 .*BAD_REQUEST/s],
      ['another boundary', whole(part('f'), 'multipart/form-data; boundary=c'), /^HTTP\/1\.1 400 /],
      ['a name of a prototype', whole(part('__proto__') + '--b--\r\n'), /^HTTP\/1\.1 400 /],
      ['an empty part', whole(part('f', '') + '--b--\r\n'), /^HTTP\/1\.1 422 .*EMPTY_FILE/s],
      ['a length that is none', head('x'), /^HTTP\/1\.1 400 /],
      ['a length below zero', head(-1), /^HTTP\/1\.1 400 /],
      ['two lengths', head('1\r\ncontent-length: 2') + 'x', /^HTTP\/1\.1 400 /],
      [
        'a head without end',
        `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(20_000)}`,
        /^HTTP\/1\.1 431 /,
      ],
      ['another protocol', '\u0016\u0003\u0001\u0002\u0000\u0001', /^HTTP\/1\.1 400 /],
      ['less than announced', head(1000) + part('f'), /^HTTP\/1\.1 408 /],
      ['less of a body than announced', head(1000, 'image/png') + 'x', /^HTTP\/1\.1 408 /],
      ['no end of the head', 'POST /v1/tag HTTP/1.1\r\nhost: local', /^HTTP\/1\.1 408 /],
    ])('with %s', async (_, sent, expected) => {
      expect(await exchange(server, sent)).toMatch(expected);
      expect((await post(server, read('camera.png'))).status).toBe(200);
    });

    it('and keeps nothing of them', async () => {
      await untilFigure(server, 'facetag_upload_bytes', 0);
      const [folder] = uploadFolders(server.pid);
      expect([...contents(path.join('/dev/shm', folder ?? '')).keys()]).toEqual([]);
      expect(server.stderr()).not.toContain('warning');
    });
  });
});

describe('facetag serve whose lanes are killed', () => {
  it('keeps nothing of the copies that they were writing', async () => {
    // A lane dies as soon as it has made a file.
    const code = `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
if (process.send) {
  const { openSync } = fs;
  fs.openSync = (file, flags, ...rest) => {
    const descriptor = openSync(file, flags, ...rest);
    if (flags & fs.constants.O_CREAT) process.kill(process.pid, 'SIGKILL');
    return descriptor;
  };
  syncBuiltinESMExports();
}`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(code)}`;
    const server = await serverOfTest(['-j', '1'], { NODE_OPTIONS });
    const [folder = ''] = uploadFolders(server.pid);
    const answer = await post(server, astronaut, '?annotate=1', { headers: { accept: 'image/*' } });
    expect([answer.status, ((await answer.json()) as PictureRecord).error?.code]).toEqual([500, 'CRASHED']);
    await untilFigure(server, 'facetag_upload_bytes', 0);
    expect([...contents(path.join('/dev/shm', folder)).keys()]).toEqual([]);
  });
});

describe('facetag serve with a token', () => {
  const token = 'a-token-of-24-characters';

  it('lets nobody in without it, but for the page that asks for it', async () => {
    const server = await serverOfTest(['-j', '1', '--host', '0.0.0.0'], { FACETAG_TOKEN: token });
    const statuses = async (authorization?: string): Promise<number[]> => {
      const headers = { ...(authorization !== undefined && { authorization }) };
      const where = ['/', '/client.js', '/healthz', '/metrics', '/nope'];
      const got = where.map((each) => fetch(server.url + each, { headers }));
      const tag = post(server, read('camera.png'), '', { headers });
      return (await Promise.all([...got, tag])).map(({ status }) => status);
    };
    expect(await statuses()).toEqual([200, 200, 200, 401, 401, 401]);
    expect(await statuses(`Bearer ${token}x`)).toEqual([200, 200, 200, 401, 401, 401]);
    expect(await statuses(`Bearer ${token}`)).toEqual([200, 200, 200, 200, 404, 200]);
    const refused = await post(server, astronaut);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="facetag"');
    expect(await codeOf(refused)).toBe('UNAUTHORIZED');
    for (const pid of lanesOf(server)) {
      expect(readFileSync(`/proc/${pid}/environ`, 'latin1')).not.toContain(token);
    }
  });

  it('is used through a proxy that passes on the host of its own request', async () => {
    const server = await serverOfTest(['-j', '1'], { FACETAG_TOKEN: token });
    const behind = { ...server, url: await proxyTo(server) };
    const headers = { origin: behind.url, 'sec-fetch-site': 'same-origin' };
    const anonymous = await post(behind, read('camera.png'), '', { headers });
    expect([anonymous.status, await codeOf(anonymous)]).toEqual([401, 'UNAUTHORIZED']);
    const authorized = { ...headers, authorization: `Bearer ${token}` };
    expect((await post(behind, read('camera.png'), '', { headers: authorized })).status).toBe(200);
  });

  it.each([
    [['--host', '0.0.0.0'], {}, /Expected --token or FACETAG_TOKEN .* received "0\.0\.0\.0"/],
    [['--host', '::'], {}, /Expected --token/],
    [['--host', 'no.such.name.invalid'], {}, /Expected a name or address of this machine .*--host/],
    [['--token', 'short'], {}, /Expected at least 16 printable .* --token, received "one of 5"/],
    [[], { FACETAG_TOKEN: 'with space and more' }, /FACETAG_TOKEN, received "one of 19"/],
    [['--port', '0', '-q'], {}, /Expected a port, since --quiet .* for --port, received 0/],
    [['--port', '70000'], {}, /Expected a whole number in 0\.\.65535 for --port/],
  ])('%j with %j is refused', async (args, env, message) => {
    const { code, stderr } = await facetag(['serve', ...args], { env: { ...env } });
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('short"');
  });

  it('hides the token from reports of the machine', async () => {
    const { stdout } = await facetag(['doctor', '--json'], { env: { FACETAG_TOKEN: token } });
    expect(stdout).toContain('FACETAG_TOKEN');
    expect(stdout).not.toContain(token);
  });
});

/** Whether this user may mount, and so have little memory for uploads. */
const mayMount = spawnSync('unshare', ['--mount', 'true']).status === 0;

describe.skipIf(!mayMount)('facetag serve with little memory (needs the right to mount)', () => {
  it('refuses what finds no room, and gives the record where there is none for the copy', async () => {
    const mount = 'mount -t tmpfs -o size=96k facetag-test /dev/shm && exec "$@"';
    const little = ['unshare', '--mount', 'sh', '-c', mount, 'sh'];
    const server = await serverOfTest(['-j', '1'], {}, little);
    expect(server.stderr()).toContain('There is room for uploads of 49152 bytes, less than --max-bytes');
    const refused = await post(server, astronaut);
    expect([refused.status, await codeOf(refused)]).toEqual([413, 'TOO_LARGE']);
    // Its copy is written with a higher quality.
    const small = await sharp(path.join(fixtures, 'astronaut.png'))
      .resize(2000)
      .jpeg({ quality: 1 })
      .toBuffer();
    const picture = new Blob([new Uint8Array(small)]);
    const parts = await partsOf(await post(server, picture, '?annotate=1'));
    expect(parts.map(({ head }) => /name="(\w+)"/.exec(head)?.[1])).toEqual(['record', 'error']);
    expect(JSON.parse(parts[1]?.content.toString() ?? '')).toMatchObject({ code: 'WRITE_FAILED' });
    const alone = await post(server, picture, '?annotate=1', { headers: { accept: 'image/*' } });
    expect([alone.status, ((await alone.json()) as PictureRecord).status]).toEqual([500, 'ok']);
    expect((await post(server, picture)).status).toBe(200);
    await untilFigure(server, 'facetag_upload_bytes', 0);
  });
});

describe('facetag serve under load', () => {
  it('refuses with 503 what finds no place, and gives that of a client that went away to the next', async () => {
    const server = await serverOfTest(['-j', '1', '--queue', '1']);
    const lanes = lanesOf(server);
    stop(lanes);
    const first = post(server, astronaut);
    await untilFigure(server, 'facetag_lanes_busy', 1);
    const leaving = new AbortController();
    const second = post(server, astronaut, '', { signal: leaving.signal });
    second.catch(() => undefined);
    await untilFigure(server, 'facetag_queue_waiting', 1);
    const third = await post(server, astronaut);
    expect([third.status, await codeOf(third)]).toEqual([503, 'BUSY']);
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
    leaving.abort();
    await untilFigure(server, 'facetag_queue_waiting', 0);
    const fourth = post(server, astronaut);
    await untilFigure(server, 'facetag_queue_waiting', 1);
    go(lanes);
    expect((await first).status).toBe(200);
    expect((await fourth).status).toBe(200);
    expect(await figure(server, 'facetag_pictures_total{code="ok"}')).toBe(2);
    await untilFigure(server, 'facetag_upload_bytes', 0);
  });

  it('answers 504 with the record when a picture takes too long', async () => {
    const server = await serverOfTest(['-j', '1', '--timeout', '0.5']);
    stop(lanesOf(server));
    const late = await post(server, astronaut);
    expect(late.status).toBe(504);
    expect(((await late.json()) as PictureRecord).error?.code).toBe('TIMEOUT');
    await untilFigure(server, 'facetag_lanes_ready', 1);
  });

  it('answers 500 with the record when a picture kills two lanes', async () => {
    const server = await serverOfTest(['-j', '1', '--timeout', '20', '--small-faces']);
    // It takes long enough to be met in the lane.
    const large = await sharp(path.join(fixtures, 'astronaut.png')).resize(2000).jpeg().toBuffer();
    const deadly = post(server, new Blob([new Uint8Array(large)]));
    await untilFigure(server, 'facetag_lanes_busy', 1);
    for (const death of [1, 2]) {
      await untilFigure(server, 'facetag_lanes_ready', 1);
      for (const pid of lanesOf(server)) process.kill(pid, 'SIGKILL');
      await untilFigure(server, 'facetag_lanes_replaced', death);
    }
    const crashed = await deadly;
    expect(crashed.status).toBe(500);
    expect(((await crashed.json()) as PictureRecord).error?.code).toBe('CRASHED');
    await untilFigure(server, 'facetag_lanes_ready', 1);
    expect((await post(server, astronaut)).status).toBe(200);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('on %s answers what it has taken, and ends with %i', async (signal, code) => {
    const server = await serverOfTest(['-j', '1']);
    const lanes = lanesOf(server);
    stop(lanes);
    const taken = post(server, astronaut);
    const waiting = post(server, astronaut);
    await untilFigure(server, 'facetag_queue_waiting', 1);
    server.kill(signal);
    while (await exchange(server, 'GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')) {
      // Until nobody answers any more.
    }
    go(lanes);
    expect((await taken).status).toBe(200);
    expect((await waiting).status).toBe(200);
    expect(await server.ended).toEqual({ code, signal: null });
    expect(uploadFolders(server.pid)).toEqual([]);
  });

  it('drops what it has taken on a second signal', async () => {
    const server = await serverOfTest(['-j', '1']);
    stop(lanesOf(server));
    const taken = post(server, astronaut);
    await untilFigure(server, 'facetag_lanes_busy', 1);
    server.kill('SIGTERM');
    while (!server.stderr().includes('Stopping on SIGTERM'))
      await new Promise((resolve) => setTimeout(resolve, 10));
    server.kill('SIGTERM');
    const dropped = await taken;
    expect([dropped.status, await codeOf(dropped)]).toEqual([503, 'STOPPING']);
    expect((await server.ended).code).toBe(143);
    expect(uploadFolders(server.pid)).toEqual([]);
  });

  it('removes what a killed server left', async () => {
    const killed = await serverOfTest(['-j', '1']);
    expect(uploadFolders(killed.pid)).toHaveLength(1);
    killed.kill('SIGKILL');
    await killed.ended;
    await serverOfTest(['-j', '1']);
    expect(uploadFolders(killed.pid)).toEqual([]);
  });

  it('says so when the port is taken', async () => {
    const { port } = await serverOfTest(['-j', '1']);
    const second = launch(['serve', '--port', String(port)]);
    const { code, stderr } = await second.ended;
    expect(code).toBe(2);
    expect(stderr).toContain(`Expected a port that no other program has for --port, received ${port}`);
    expect(uploadFolders(second.pid)).toEqual([]);
  });
});
