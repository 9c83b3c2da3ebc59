/** Reads a text file; undefined when it is not there. */
export type ReadText = (path: string) => string | undefined;

interface Mount {
  /** The part of the hierarchy that is mounted. */
  readonly root: string;
  readonly point: string;
  readonly type: string;
  readonly options: readonly string[];
}

/**
 * Processors' worth of time that Linux control groups (version 1 or 2) grant this process: the least of its own group
 * and the groups above. Undefined without a quota. Formats: cgroups(7), proc(5), the kernel's "CFS bandwidth control"
 * and "cgroup v2" pages.
 */
export function cpuQuota(read: ReadText): number | undefined {
  const mounts = parseMounts(read('/proc/self/mountinfo') ?? '');
  const quotas = parseGroups(read('/proc/self/cgroup') ?? '').flatMap(({ controllers, path }) => {
    const v2 = controllers === '';
    if (!v2 && !controllers.split(',').includes('cpu')) return [];
    const mount = mounts.find((each) =>
      v2 ? each.type === 'cgroup2' : each.type === 'cgroup' && each.options.includes('cpu'),
    );
    return mount
      ? foldersOf(mount, path).map((folder) => (v2 ? quotaV2(read, folder) : quotaV1(read, folder)))
      : [];
  });
  const set = quotas.filter((quota) => quota !== undefined);
  return set.length > 0 ? Math.min(...set) : undefined;
}

/** "150000 100000" or "max 100000": microseconds in each period. */
function quotaV2(read: ReadText, folder: string): number | undefined {
  const [quota, period] = (read(`${folder}/cpu.max`) ?? '').trim().split(' ');
  return ratio(quota, period);
}

/** The quota is -1 when there is none. */
function quotaV1(read: ReadText, folder: string): number | undefined {
  return ratio(read(`${folder}/cpu.cfs_quota_us`), read(`${folder}/cpu.cfs_period_us`));
}

function ratio(quota: string | undefined, period: string | undefined): number | undefined {
  const value = Number(quota) / Number(period);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

/** From the group's own folder up to the mount point. A container sees its own group as the root of the mount. */
function foldersOf(mount: Mount, path: string): string[] {
  const root = mount.root === '/' ? '' : mount.root;
  const inside = path === root || path.startsWith(`${root}/`);
  const names = inside ? path.slice(root.length).split('/').filter(Boolean) : [];
  if (names.includes('..')) return [mount.point];
  return Array.from({ length: names.length + 1 }, (_, depth) =>
    [mount.point, ...names.slice(0, depth)].join('/'),
  );
}

/** Lines such as "4:cpu,cpuacct:/docker/1f" (version 1) and "0::/user.slice" (version 2). */
function parseGroups(text: string): { controllers: string; path: string }[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\d+:([^:]*):(.*)$/.exec(line);
    return match?.[1] !== undefined && match[2] !== undefined
      ? [{ controllers: match[1], path: match[2] }]
      : [];
  });
}

/** Lines such as "30 23 0:26 / /sys/fs/cgroup ro,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate". */
function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before, after] = line.split(' - ');
    const [, , , root, point] = (before ?? '').split(' ');
    const [type, , options] = (after ?? '').split(' ');
    if (root === undefined || point === undefined || type === undefined) return [];
    return [{ root: unescape(root), point: unescape(point), type, options: (options ?? '').split(',') }];
  });
}

/** The kernel writes white space and backslashes in paths as three octal digits. */
function unescape(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}
