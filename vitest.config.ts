import { configDefaults, defineConfig } from 'vitest/config';

/**
 * What starts lanes and other processes of its own, or runs nets. On two cores such files share nothing but time: one
 * after another they are quicker and their waits honest. A file outside these folders says so by its name.
 */
const SERIAL = ['test/{e2e,lanes,golden}/**/*.test.ts', 'test/**/*.native.test.ts'];

export default defineConfig({
  test: {
    // Processes, not threads: the native binding crashes in threads, and some tests change limits or the user.
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...SERIAL],
          // Nothing is mocked and nothing global is left changed, so that a process serves for many files.
          isolate: false,
          // By default one core is left alone.
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: SERIAL,
          fileParallelism: false,
          // A machine with other work may be ten times slower; what hangs is noticed by the tests' own waits.
          testTimeout: 240_000,
          hookTimeout: 240_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
