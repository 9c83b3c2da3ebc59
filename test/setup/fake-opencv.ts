import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface FakeOpenCv {
  readonly version: string;
  /** Folders below the root. */
  readonly include: string;
  readonly lib: string;
  readonly modules?: readonly string[];
}

/** Lays an OpenCV out below `root` the way its -dev packages do. */
export function layOpenCv(
  root: string,
  { version, include, lib, modules = ['core', 'imgproc', 'dnn'] }: FakeOpenCv,
): void {
  const headers = path.join(root, include, 'opencv2');
  mkdirSync(path.join(headers, 'core'), { recursive: true });
  const parts = version.split('.');
  const defines = ['MAJOR', 'MINOR', 'REVISION'].map(
    (name, i) => `#define CV_VERSION_${name}    ${parts[i]!}`,
  );
  writeFileSync(
    path.join(headers, 'core/version.hpp'),
    `#ifndef OPENCV_VERSION_HPP\n${defines.join('\n')}\n`,
  );
  for (const module of modules) writeFileSync(path.join(headers, `${module}.hpp`), '');
  const folder = path.join(root, lib);
  mkdirSync(folder, { recursive: true });
  for (const module of modules) {
    const file = `libopencv_${module}.so.${version}`;
    writeFileSync(path.join(folder, file), '');
    symlinkSync(file, path.join(folder, `libopencv_${module}.so`));
  }
}
