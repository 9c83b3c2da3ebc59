import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedger } from '../../src/adapters/ledger.js';
import { Stop } from '../../src/batch/stop-switch.js';
import { countGone, findGone, pruneGone, recordedIn } from '../../src/commands/prune.js';
import type { Roots } from '../../src/core/roots.js';
import type { PathKind } from '../../src/core/path-kind.js';
import type { RunEvent } from '../../src/core/events.js';
import { ImageError } from '../../src/errors.js';
import type { Ledger } from '../../src/ports.js';
import { treeAt } from '../adapters/temporary-tree.js';
import { okRecord } from '../records.js';

let output: string;
let ledger: Ledger;

beforeEach(() => {
  output = mkdtempSync(path.join(tmpdir(), 'facetag-prune-'));
});

afterEach(() => {
  rmSync(output, { recursive: true, force: true });
});

const kindAt = (file: string): PathKind => (file.startsWith('/photos/gone') ? 'absent' : 'file');
const options = { roots: { base: '/photos' } as Roots, found: [] as string[], all: false };

async function record(...images: string[]): Promise<void> {
  ledger = openLedger(treeAt(output));
  for (const image of images) await ledger.write(okRecord(image), undefined);
}

function prune(
  over: {
    ledger?: Ledger;
    roots?: Roots;
    found?: string[];
    all?: boolean;
    stop?: Stop;
    events?: RunEvent[];
    kindAt?: typeof kindAt;
  } = {},
) {
  const ports = {
    kindAt: over.kindAt ?? kindAt,
    log: { emit: (event: RunEvent) => over.events?.push(event) },
    stop: over.stop ?? new Stop(),
  };
  return pruneGone(
    { ...options, roots: over.roots ?? options.roots, found: over.found ?? [], all: over.all ?? false },
    recordedIn(over.ledger ?? ledger),
    ports,
  );
}

describe('pruneGone', () => {
  it('removes the results of pictures that are gone and no others', async () => {
    await record('gone/b.jpg', 'gone/a.jpg', 'kept.jpg');
    expect(await findGone(options, recordedIn(ledger), { kindAt })).toEqual(['gone/a.jpg', 'gone/b.jpg']);
    expect(await prune()).toEqual({ pruned: 2, notPruned: 0 });
    expect(await ledger.images()).toEqual(['kept.jpg']);
  });

  it('leaves the results of a root that is not there at all: a disk that is not mounted', async () => {
    await record('gone/a.jpg', 'iphone/b.jpg', 'kept.jpg');
    const roots = { base: '/photos', others: new Map([['iphone', '/photos/gone/iphone']]) };
    expect(await prune({ roots })).toEqual({ pruned: 1, notPruned: 0 });
    expect(await ledger.images()).toEqual(['iphone/b.jpg', 'kept.jpg']);
  });

  it('keeps what this run has recorded, also of a picture that vanished meanwhile, until the next run', async () => {
    await record('gone/a.jpg', 'gone/b.jpg', 'kept.jpg');
    expect(await prune({ found: ['gone/b.jpg', 'kept.jpg'] })).toEqual({ pruned: 1, notPruned: 0 });
    expect(await ledger.images()).toEqual(['gone/b.jpg', 'kept.jpg']);
    expect(await prune({ found: ['kept.jpg'] })).toEqual({ pruned: 1, notPruned: 0 });
    expect(await ledger.images()).toEqual(['kept.jpg']);
  });

  it('takes no picture that is gone for a sign that the disk is there, though the run named it', async () => {
    await record('gone/a.jpg', 'gone/b.jpg');
    await expect(prune({ found: ['gone/b.jpg'] })).rejects.toMatchObject({ code: 'NO_PICTURES' });
  });

  it.each<[PathKind, number]>([
    ['absent', 1],
    ['folder', 1],
    ['file', 0],
    ['special', 0],
    [{ reason: 'a link that leads nowhere (ENOENT)' }, 0],
    [{ reason: 'cannot be looked at (EACCES)' }, 0],
  ])('goes by what there is: %j', async (kind, pruned) => {
    await record('a.jpg', 'kept.jpg');
    const at = (file: string): PathKind => (file === '/photos/a.jpg' ? kind : 'file');
    expect(await prune({ kindAt: at })).toEqual({ pruned, notPruned: 0 });
  });

  it('removes a record in another version of the format, too', async () => {
    await record('gone.jpg', 'kept.jpg');
    writeFileSync(path.join(output, 'json', 'gone.jpg.json'), '{"schemaVersion":1,"image":"gone.jpg"}');
    expect(await prune()).toEqual({ pruned: 1, notPruned: 0 });
    expect(await ledger.images()).toEqual(['kept.jpg']);
  });

  it.each(['{"mine":1}', '', JSON.stringify(okRecord('other.jpg'))])(
    'leaves a file that is no record of facetag: %j',
    async (content) => {
      await record('kept.jpg');
      writeFileSync(path.join(output, 'json', 'gone.json'), content);
      expect(await prune()).toEqual({ pruned: 0, notPruned: 0 });
      expect(await ledger.images()).toEqual(['gone', 'kept.jpg']);
    },
  );

  it('refuses to remove everything, as an empty mount point would have it, unless told', async () => {
    await record('gone/a.jpg', 'gone/b.jpg');
    const refused = prune();
    await expect(refused).rejects.toMatchObject({ code: 'NO_PICTURES' });
    await expect(refused).rejects.toThrow('--prune-all');
    expect(await ledger.images()).toHaveLength(2);
    // Pictures that were found show that the disk is there.
    expect(await findGone({ ...options, found: ['new.jpg'] }, recordedIn(ledger), { kindAt })).toHaveLength(
      2,
    );
    expect(await prune({ all: true })).toEqual({ pruned: 2, notPruned: 0 });
  });

  it('goes on after a result that cannot be removed, tells of it and counts it', async () => {
    await record('gone/a.jpg', 'gone/b.jpg', 'kept.jpg');
    const stubborn = Object.assign(Object.create(ledger) as Ledger, {
      remove(image: string) {
        if (image === 'gone/a.jpg') throw new ImageError('WRITE_FAILED', 'Cannot remove it');
        ledger.remove(image);
      },
    });
    const events: RunEvent[] = [];
    expect(await prune({ ledger: stubborn, events })).toEqual({ pruned: 1, notPruned: 1 });
    expect(events).toMatchObject([{ event: 'picture-failed', image: 'gone/a.jpg', code: 'WRITE_FAILED' }]);
    expect(await ledger.images()).toEqual(['gone/a.jpg', 'kept.jpg']);
  });

  it('hears a signal while it looks for what is gone, and removes no more', async () => {
    await record(...Array.from({ length: 200 }, (_, index) => `gone/${index}.jpg`), 'kept.jpg');
    const stop = new Stop();
    setImmediate(() => {
      stop.request('SIGTERM');
    });
    expect(await prune({ stop })).toEqual({ pruned: 0, notPruned: 0 });
  });
});

describe('countGone', () => {
  const recorded = ['gone/a.jpg', 'gone/b.jpg', 'here.jpg', 'iphone/a.jpg', 'iphone/gone.jpg', 'other/a.jpg'];
  const roots = { base: '/photos', others: new Map([['iphone', '/iphone']]) };
  const asked: string[] = [];
  const at = (file: string): PathKind => {
    asked.push(file);
    return file.includes('gone') ? 'absent' : 'file';
  };
  const count = async (folders: string[] | undefined, ...images: string[]): Promise<number> => {
    asked.length = 0;
    const rest = { images, faults: new Map(), unread: {}, unlisted: 0 };
    return await countGone({ ...roots, ...rest, ...(folders && { folders }) }, recorded, { kindAt: at });
  };

  it('counts what is gone from the folders that the run has looked through', async () => {
    expect(await count(['.'], 'here.jpg')).toBe(2);
    expect(await count(['gone'])).toBe(2);
    expect(await count(['iphone'])).toBe(1);
    expect(await count(['.', 'iphone'])).toBe(3);
    expect(await count(['other'])).toBe(0);
    expect(await count(undefined, 'here.jpg')).toBe(0);
  });

  it('looks at nothing that the run has found, nor elsewhere', async () => {
    await count(['gone'], 'gone/a.jpg', 'here.jpg');
    expect(asked).toEqual(['/photos/gone/b.jpg']);
  });
});
