import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findOpenCv } from '../../bin/setup/opencv.js';
import { layOpenCv } from './fake-opencv.js';
import { temporaryFolder } from './temporary-folder.js';

const root = temporaryFolder();

describe('findOpenCv', () => {
  it.each([
    ['Debian amd64', 'x64', 'usr/include/opencv4', 'usr/lib/x86_64-linux-gnu', '4.6.0'],
    ['Debian arm64', 'arm64', 'usr/include/opencv4', 'usr/lib/aarch64-linux-gnu', '4.6.0'],
    ['built by hand', 'x64', 'usr/local/include/opencv4', 'usr/local/lib', '4.10.0'],
    ['lib64', 'x64', 'usr/include/opencv4', 'usr/lib64', '4.5.4'],
    ['an unknown architecture', 'loong64', 'usr/include/opencv4', 'usr/lib', '4.6.0'],
    ['headers without a folder of their own', 'x64', 'usr/local/include', 'usr/local/lib', '4.5.5'],
    ['OpenCV 5', 'x64', 'usr/local/include/opencv5', 'usr/local/lib', '5.0.0'],
  ])('finds %s', (_, arch, include, lib, version) => {
    layOpenCv(root(), { version, include, lib });
    expect(findOpenCv({ root: root(), arch })).toEqual([
      {
        version,
        includeDir: path.join(root(), include),
        libDir: path.join(root(), lib),
        libraries: ['dnn', 'imgproc', 'core'].map((module) =>
          path.join(root(), lib, `libopencv_${module}.so.${version}`),
        ),
      },
    ]);
  });

  it.each([
    ['libraries of another architecture', { arch: 'arm64' }],
    ['no dnn module', { modules: ['core', 'imgproc'] }],
  ])('finds none with %s', (_, { arch = 'x64', modules }: { arch?: string; modules?: string[] }) => {
    layOpenCv(root(), {
      version: '4.6.0',
      include: 'usr/include/opencv4',
      lib: 'usr/lib/x86_64-linux-gnu',
      ...(modules && { modules }),
    });
    expect(findOpenCv({ root: root(), arch })).toEqual([]);
  });

  it('puts /usr/local first, and looks only below a prefix that is given', () => {
    layOpenCv(root(), { version: '4.6.0', include: 'usr/include/opencv4', lib: 'usr/lib/x86_64-linux-gnu' });
    layOpenCv(root(), { version: '5.0.0', include: 'usr/local/include/opencv5', lib: 'usr/local/lib' });
    layOpenCv(root(), { version: '4.8.1', include: 'opt/cv/include/opencv4', lib: 'opt/cv/lib' });
    const versions = (prefix?: string) =>
      findOpenCv({ root: root(), arch: 'x64', prefix }).map(({ version }) => version);
    expect(versions()).toEqual(['5.0.0', '4.6.0']);
    expect(versions('/opt/cv')).toEqual(['4.8.1']);
    expect(versions('/opt/none')).toEqual([]);
  });
});
