/** An environment, as `process.env` has it. */
type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Variables that a process which decodes pictures or videos is given: where programs and libraries are, how they use
 * memory and threads, in which language and time they work. Names alone are listed where a prefix would take secrets too
 * (`NODE_AUTH_TOKEN`, `LD_SDK_KEY`).
 */
const NAMES: ReadonlySet<string> = new Set([
  'PATH',
  'TMPDIR',
  'TZ',
  'LANG',
  'LANGUAGE',
  'LD_LIBRARY_PATH',
  'LD_PRELOAD',
  'DYLD_LIBRARY_PATH',
  'DYLD_FALLBACK_LIBRARY_PATH',
  'DYLD_INSERT_LIBRARIES',
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_ICU_DATA',
  'NODE_NO_WARNINGS',
  'NODE_V8_COVERAGE',
  'UV_THREADPOOL_SIZE',
  'UV_USE_IO_URING',
  'GLIBC_TUNABLES',
]);
const PREFIXES = [
  'LC_',
  'MALLOC_',
  'OMP_',
  'GOMP_',
  'KMP_',
  'MKL_',
  'OPENBLAS_',
  'OPENCV_',
  'OPENCV4NODEJS_',
  'VIPS_',
];

/**
 * The part of this process's environment that a child which decodes foreign bytes is given: no credentials, tokens or
 * proxies. A variable that is not listed is left out.
 */
export function childEnvironment(env: Variables): Record<string, string> {
  const given = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      (NAMES.has(entry[0]) || PREFIXES.some((prefix) => entry[0].startsWith(prefix))),
  );
  return Object.fromEntries(given);
}
