import { expect, test } from 'vitest';
import { cpuQuota } from '../../src/core/cpu-quota.js';

const v2Mount = '30 23 0:26 / /sys/fs/cgroup ro,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate';
const v1Mounts = [
  '31 24 0:27 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory',
  '32 24 0:28 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct',
].join('\n');

test.each<[string, Record<string, string>, number | undefined]>([
  ['no control groups at all', {}, undefined],
  [
    'version 2, in a container',
    { mountinfo: v2Mount, cgroup: '0::/\n', '/sys/fs/cgroup/cpu.max': '150000 100000\n' },
    1.5,
  ],
  [
    'version 2, no quota',
    { mountinfo: v2Mount, cgroup: '0::/\n', '/sys/fs/cgroup/cpu.max': 'max 100000\n' },
    undefined,
  ],
  [
    'version 2, the least of the group and those above',
    {
      mountinfo: v2Mount,
      cgroup: '0::/a.slice/b.scope\n',
      '/sys/fs/cgroup/a.slice/cpu.max': '200000 100000\n',
      '/sys/fs/cgroup/a.slice/b.scope/cpu.max': '400000 100000\n',
    },
    2,
  ],
  [
    'version 2, a group outside what is mounted',
    { mountinfo: v2Mount, cgroup: '0::/../x\n', '/sys/fs/cgroup/cpu.max': '50000 100000\n' },
    0.5,
  ],
  [
    'version 1',
    {
      mountinfo: v1Mounts,
      cgroup: '5:memory:/m\n4:cpu,cpuacct:/c\n1:name=systemd:/s\n0::/\n',
      '/sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_quota_us': '250000\n',
      '/sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_period_us': '100000\n',
      '/sys/fs/cgroup/memory/m/cpu.cfs_quota_us': '1\n',
    },
    2.5,
  ],
  [
    'version 1, no quota',
    {
      mountinfo: v1Mounts,
      cgroup: '4:cpu,cpuacct:/\n',
      '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
      '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
    },
    undefined,
  ],
  [
    'version 1, a container that sees its own group as the root of the mount, at a path with a space',
    {
      mountinfo: '32 24 0:28 /docker/1f /sys/fs/my\\040cpu rw - cgroup cgroup rw,cpu\n',
      cgroup: '4:cpu:/docker/1f\n',
      '/sys/fs/my cpu/cpu.cfs_quota_us': '100000\n',
      '/sys/fs/my cpu/cpu.cfs_period_us': '50000\n',
    },
    2,
  ],
  [
    'a controller whose name only begins with cpu',
    {
      mountinfo: '32 24 0:28 / /c rw - cgroup cgroup rw,cpuset\n',
      cgroup: '4:cpuset:/\n',
      '/c/cpu.cfs_quota_us': '100000\n',
      '/c/cpu.cfs_period_us': '100000\n',
    },
    undefined,
  ],
  ['nonsense', { mountinfo: 'x - y\n\n-', cgroup: 'x\n0::' }, undefined],
])('%s', (_, files, quota) => {
  const read = (path: string) => files[path] ?? files[path.replace('/proc/self/', '')];
  expect(cpuQuota(read)).toBe(quota);
});
