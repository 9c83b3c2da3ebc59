export interface OpenCv {
  /** `major.minor.revision` */
  readonly version: string;
  /** Folder that holds `opencv2/`. */
  readonly includeDir: string;
  readonly libDir: string;
  /** Real paths of the shared objects. */
  readonly libraries: readonly string[];
}
export const MODULES: readonly ['dnn', 'imgproc', 'core'];
export function findOpenCv(where: { root?: string; arch?: string; prefix?: string | undefined }): OpenCv[];
export function isSupported(version: string): boolean;
export function library(libDir: string, module: string): string;
