import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildProgress, installedHeaders, prepareWorkshop } from '../../bin/setup/node-gyp.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();

function put(file: string, content = ''): void {
  const full = path.join(folder(), file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, content);
}

describe('installedHeaders', () => {
  function layNode(version: readonly [number, number, number]): string {
    const [major, minor, patch] = version;
    put('node/bin/node');
    put(
      'node/include/node/node_version.h',
      `#define NODE_MAJOR_VERSION ${major}\n#define NODE_MINOR_VERSION ${minor}\n#define NODE_PATCH_VERSION ${patch}\n`,
    );
    symlinkSync(path.join(folder(), 'node/bin/node'), path.join(folder(), 'link'));
    return path.join(folder(), 'link');
  }

  it('are found beside the real program', () => {
    expect(installedHeaders({ execPath: layNode([20, 20, 2]), version: 'v20.20.2' })).toBe(
      path.join(folder(), 'node'),
    );
  });

  it('do not count when they are of another version', () => {
    expect(installedHeaders({ execPath: layNode([20, 19, 0]), version: 'v20.20.2' })).toBeUndefined();
  });

  it('may be absent', () => {
    put('node/bin/node');
    expect(
      installedHeaders({ execPath: path.join(folder(), 'node/bin/node'), version: 'v20.20.2' }),
    ).toBeUndefined();
  });
});

describe('prepareWorkshop', () => {
  it('names the three modules, their sources and libraries, and nothing else', () => {
    put('modules/nan/package.json', '{"version":"2.0.0"}');
    const binding = path.join(folder(), 'modules/binding');
    put('modules/binding/package.json', '{"version":"7.1.2"}');
    for (const source of [
      'top.cc',
      'top.h',
      'core/Mat.cc',
      'imgproc/imgproc.cc',
      'dnn/Net.cc',
      'face/face.cc',
    ]) {
      put(`modules/binding/cc/${source}`);
    }
    symlinkSync(path.join(folder(), 'modules'), path.join(folder(), 'node_modules'));
    put('modules/binding/facetag-build/left-over.o');
    const workshop = path.join(folder(), 'node_modules/binding/facetag-build');
    prepareWorkshop(path.join(binding, 'facetag-build'), path.join(folder(), 'node_modules/binding'), {
      version: '4.6.0',
      includeDir: '/usr/include/opencv4',
      libDir: '/usr/lib/arch',
      libraries: [],
    });
    const read = (name: string) => readFileSync(path.join(workshop, name), 'utf8');
    expect(read('include/opencv2/opencv_modules.hpp')).toBe(
      '#define HAVE_OPENCV_DNN\n#define HAVE_OPENCV_IMGPROC\n#define HAVE_OPENCV_CORE\n',
    );
    const [target] = (JSON.parse(read('binding.gyp')) as { targets: { include_dirs: string[] }[] }).targets;
    expect(target).toMatchObject({
      target_name: 'opencv4nodejs',
      sources: ['../cc/top.cc', '../cc/core/Mat.cc', '../cc/imgproc/imgproc.cc', '../cc/dnn/Net.cc'],
      libraries: [
        '/usr/lib/arch/libopencv_dnn.so',
        '/usr/lib/arch/libopencv_imgproc.so',
        '/usr/lib/arch/libopencv_core.so',
        '-Wl,-rpath,/usr/lib/arch',
      ],
    });
    expect(target?.include_dirs.slice(0, 2)).toEqual(['include', '/usr/include/opencv4']);
    expect(target?.include_dirs.at(-1)).toBe('../../nan');
    expect(() => read('left-over.o')).toThrow('ENOENT');
  });
});

it('buildProgress counts what is compiled', () => {
  const binding = path.join(folder(), 'binding');
  for (const source of ['a.cc', 'core/b.cc', 'imgproc/c.cc', 'dnn/d.cc']) put(`binding/cc/${source}`);
  const workshop = path.join(folder(), 'workshop');
  expect(buildProgress(workshop, binding)).toBe('0 of 4 files');
  put('workshop/build/Release/obj.target/opencv4nodejs/a.o');
  put('workshop/build/Release/obj.target/opencv4nodejs/core/b.o');
  expect(buildProgress(workshop, binding)).toBe('2 of 4 files');
});
