import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { repository } from '../shared.js';

/**
 * What `facetag serve` costs: start to first answer, memory, answers a second by number of connections against the rate of
 * `facetag tag` with as many lanes, memory over many requests, hostile uploads. Prints Markdown; exits with 1 when an
 * answer failed.
 *
 *   node --import ./test/bench/run-typescript.js test/bench/serve.ts [--seconds 20] [--soak 5000] [--hostile 1000] [--jobs 2]
 *     [--pictures <folder>] [--connections 16] [--pace <requests a minute>]
 *
 * `--pictures` are sent in place of photos of one to six people; `--connections` are those of the many requests, which
 * follow one another at once, or at a `--pace`.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    soak: { type: 'string', default: '5000' },
    hostile: { type: 'string', default: '1000' },
    jobs: { type: 'string', default: '2' },
    pictures: { type: 'string' },
    connections: { type: 'string', default: '16' },
    pace: { type: 'string' },
  },
});
const LEVELS = [1, 4, 16, 64];
/** Pictures that `facetag tag` is timed with. */
const TAGGED = 200;
const bin = path.join(repository, 'bin/facetag.js');
const faceApi = createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json');

const own = [path.join(path.dirname(faceApi), 'demo'), path.join(repository, 'fixtures/images')];
const names =
  values.pictures === undefined ? /^(sample\d|astronaut|camera|home)\.\w+$/ : /\.(jpe?g|png|webp)$/;
const photos = (values.pictures === undefined ? own : [path.resolve(values.pictures)]).flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => names.test(name))
    .map((name) => path.join(folder, name)),
);
const bodies = photos.map((file) => readFileSync(file));

let failed = 0;
const say = (text: string): void => {
  process.stdout.write(text + '\n');
};

/** A server and how long it took. */
interface Started {
  readonly child: ChildProcess;
  readonly port: number;
}

/** Started, ready, and the first picture answered. */
async function start(): Promise<Started> {
  const begun = performance.now();
  const args = [bin, 'serve', '--port', '0', '-j', values.jobs, '--request-timeout', '5'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const port = await new Promise<number>((resolve) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      const found = /:(\d+)$/.exec(line);
      if (found) resolve(Number(found[1]));
    });
  });
  const listening = performance.now();
  await post(port, bodies[0] ?? Buffer.alloc(0));
  const first = performance.now();
  const again: number[] = [];
  for (let tries = 0; tries < 20; tries += 1) again.push((await post(port, bodies[0] ?? Buffer.alloc(0))).ms);
  say(
    `Start to listening ${seconds(listening - begun)}, to the first answer ${seconds(first - begun)}; ` +
      `the same picture again ${Math.round(percentile(again, 0.5))} ms.`,
  );
  return { child, port };
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

const agents = new Agent({ keepAlive: true, maxSockets: Infinity });

function post(port: number, body: Buffer): Promise<{ status: number; ms: number }> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { 'content-length': body.length };
    const sent = request({
      port,
      host: '127.0.0.1',
      path: '/v1/tag',
      method: 'POST',
      agent: agents,
      headers,
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      response.resume().on('end', () => {
        resolve({ status: response.statusCode ?? 0, ms: performance.now() - begun });
      });
    });
    sent.end(body);
  });
}

/** As many requests at once as connections, until `goOn` says no. */
async function load(
  port: number,
  connections: number,
  goOn: (done: number) => boolean,
  onDone: (ms: number) => void,
  perMinute = Infinity,
): Promise<void> {
  let begun = 0;
  const start = performance.now();
  const work = async (): Promise<void> => {
    while (goOn(begun)) {
      const body = bodies[begun % bodies.length] ?? Buffer.alloc(0);
      const due = start + (begun * 60_000) / perMinute;
      begun += 1;
      if (due > performance.now())
        await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
      const answer = await post(port, body).catch((error: unknown) => {
        say(`failed: ${String(error)}`);
        return { status: 0, ms: NaN };
      });
      if (answer.status === 200) onDone(answer.ms);
      else failed += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
}

function percentile(ms: readonly number[], share: number): number {
  const sorted = [...ms].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

/** Memory of a process and its children, each page counted once, in MB. */
function memoryOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return [pid, ...children.map(Number)].reduce((sum, each) => sum + pssOf(each), 0) / 1e6;
}

function pssOf(pid: number): number {
  try {
    const [, kilobytes] = /^Pss:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  } catch {
    return 0;
  }
}

/** Pictures a second of `facetag tag`, from its first to its last. */
async function tagRate(): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'facetag-bench-serve-'));
  try {
    mkdirSync(path.join(folder, 'in'));
    for (let index = 0; index < TAGGED; index += 1) {
      const photo = photos[index % photos.length] ?? '';
      symlinkSync(photo, path.join(folder, 'in', `${String(index).padStart(4, '0')}${path.extname(photo)}`));
    }
    const args = [bin, path.join(folder, 'in'), '--jsonl', '-j', values.jobs, '-v', '--log-format', 'json'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const times: number[] = [];
    for await (const line of createInterface({ input: child.stderr })) {
      const { event, time } = JSON.parse(line) as { event: string; time: string };
      if (event === 'picture-done') times.push(Date.parse(time));
    }
    return ((times.length - 1) * 1000) / ((times.at(-1) ?? NaN) - (times[0] ?? NaN));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measureLevels({ port, child }: Started): Promise<void> {
  const rate = await tagRate();
  say(`\n\`facetag tag\` with the same lanes: ${rate.toFixed(2)} pictures/s\n`);
  say(
    '| connections | pictures/s | of tag | p50 ms | p95 ms | p99 ms | MB |\n| --- | --- | --- | --- | --- | --- | --- |',
  );
  for (const connections of LEVELS) {
    const ms: number[] = [];
    let memory = 0;
    const begun = performance.now();
    const end = begun + Number(values.seconds) * 1000;
    await load(
      port,
      connections,
      () => performance.now() < end,
      (each) => {
        ms.push(each);
        memory = Math.max(memory, memoryOf(child.pid ?? -1));
      },
    );
    const perSecond = (ms.length * 1000) / (performance.now() - begun);
    const times = [0.5, 0.95, 0.99].map((share) => Math.round(percentile(ms, share)));
    const share = `${Math.round((100 * perSecond) / rate)} %`;
    say(`| ${[connections, perSecond.toFixed(2), share, ...times, Math.round(memory)].join(' | ')} |`);
  }
}

async function soak({ port, child }: Started): Promise<void> {
  const requests = Number(values.soak);
  const pace = values.pace === undefined ? 'at once' : `at ${values.pace} a minute`;
  say(`\n${requests} requests on ${values.connections} connections, ${pace}\n`);
  say('| done | MB | p50 ms | p99 ms |\n| --- | --- | --- | --- |');
  let ms: number[] = [];
  let memory: number[] = [];
  let done = 0;
  await load(
    port,
    Number(values.connections),
    (begun) => begun < requests,
    (each) => {
      done += 1;
      ms.push(each);
      if (done % 10 === 0) memory.push(memoryOf(child.pid ?? -1));
      if (done % Math.floor(requests / 10) !== 0) return;
      const cells = [
        Math.round(percentile(memory, 0.5)),
        ...[0.5, 0.99].map((share) => Math.round(percentile(ms, share))),
      ];
      say(`| ${[done, ...cells].join(' | ')} |`);
      ms = [];
      memory = [];
    },
    values.pace === undefined ? undefined : Number(values.pace),
  );
}

/** Sends bytes, waits a while for an answer, goes away. @returns the status, or what the connection came to. */
function throwAt(port: number, text: Buffer | string, patienceMs: number): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    const timer = setTimeout(() => socket.destroy(), patienceMs);
    socket.on('data', (data) => (answer += data.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 'no answer');
    });
  });
}

const head = (length: number | string, type = 'image/jpeg', query = ''): string =>
  `POST /v1/tag${query} HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n`;

const FORM = 'multipart/form-data; boundary=b';
const part = '--b\r\ncontent-disposition: form-data; name="f"; filename="../../x"\r\n\r\nx\r\n';

/** A JPEG header of 60,000 pixels a side. */
const bomb = Buffer.from('ffd8ffc0001108ea60ea6003011100021101031101ffda000c03010002110311003f00ffd9', 'hex');

const HOSTILE: readonly ((photo: Buffer) => Buffer | string)[] = [
  (photo) => Buffer.concat([Buffer.from(head(photo.length + 1000)), photo]),
  (photo) => Buffer.concat([Buffer.from(head(1000)), photo]),
  (photo) => Buffer.concat([Buffer.from(head(photo.length >> 1)), photo.subarray(0, photo.length >> 1)]),
  () => Buffer.concat([Buffer.from(head(bomb.length)), bomb]),
  () => head('9'.repeat(10)),
  () => head('x'),
  () => head(part.length * 3000, FORM) + part.repeat(3000),
  () => head(1e6, FORM) + part,
  () => head(5, 'multipart/form-data') + 'xxxxx',
  () => head(3, 'image/jpeg', `?name=${'%2e%2e%2f'.repeat(500)}`) + 'abc',
  () => head(3, 'image/jpeg', '?name=%00%ff%fe') + 'abc',
  () => 'POST /v1/tag HTTP/1.1\r\nhost: loc',
  () => '\u0016\u0003\u0001\u0002\u0000',
  () => 'GET /' + 'a'.repeat(50_000),
];

async function throwHostile({ port, child }: Started): Promise<void> {
  const count = Number(values.hostile);
  const answers = new Map<string, number>();
  let thrown = 0;
  const work = async (): Promise<void> => {
    while (thrown < count) {
      const photo = bodies[thrown % bodies.length] ?? Buffer.alloc(0);
      const make = HOSTILE[thrown % HOSTILE.length];
      thrown += 1;
      const answer = await throwAt(port, make?.(photo) ?? '', thrown % 2 === 0 ? 500 : 7000);
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: 32 }, work));
  const after = await post(port, bodies[0] ?? Buffer.alloc(0));
  if (after.status !== 200) failed += 1;
  const counts = [...answers].sort().map(([status, times]) => `${status}: ${times}`);
  say(
    `\n${count} hostile uploads: ${counts.join(', ')}; then a picture: ${after.status}, ${Math.round(memoryOf(child.pid ?? -1))} MB`,
  );
}

const load1 = loadavg()
  .map((each) => each.toFixed(1))
  .join(' ');
say(`${cpus().length} cores, load before ${load1}, ${values.jobs} lanes, ${photos.length} photos in turn\n`);
const started = await start();
try {
  await new Promise((resolve) => setTimeout(resolve, 3000));
  say(`Memory of all processes, idle: ${Math.round(memoryOf(started.child.pid ?? -1))} MB.`);
  await measureLevels(started);
  await throwHostile(started);
  await soak(started);
  say(
    `\nFailed answers: ${failed}; load after ${loadavg()
      .map((each) => each.toFixed(1))
      .join(' ')}`,
  );
  const ended = new Promise((resolve) => started.child.once('exit', resolve));
  started.child.kill('SIGTERM');
  say(`SIGTERM: exit ${String(await ended)}`);
} finally {
  started.child.kill('SIGKILL');
  agents.destroy();
}
process.exitCode = failed === 0 ? 0 : 1;
