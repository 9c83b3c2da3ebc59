import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Imports that a folder may not make. The order is cli → commands → run-batch → lanes → process-image → stages → core. */
const forbid = (files, patterns, ignores = []) => ({
  files,
  ignores,
  rules: { 'no-restricted-imports': ['error', { patterns }] },
});

const effects = {
  regex: '^(node:(?!path|buffer)|sharp$|fast-glob$|undici$|onnxruntime-node$|@u4/)',
  message: 'The core is pure: no file system, process, clock or native code.',
};
const above = (...folders) => ({
  regex: `(^|/)(${folders.join('|')})(/|\\.js$)`,
  message: 'An inner layer does not import an outer one.',
});
const adapters = {
  regex: '(^|/)adapters/',
  message: 'Adapters are named only in composition roots (cli.ts, lanes/lane.ts).',
};
const nativeLibraries = {
  regex: '^(sharp|onnxruntime-node|@u4/.*|cli-progress|undici)$',
  message: 'Libraries with effects are imported by one adapter each.',
};

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'facetag-out/', 'coverage/', 'models/compact/'] },
  js.configs.recommended,
  {
    files: ['src/**/*.ts', 'test/**/*.ts', '*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/cli*.ts', 'src/lanes/lane.ts', 'src/adapters/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'Only composition roots and adapters read process.*' },
      ],
    },
  },
  { files: ['test/**/*.ts'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  {
    files: ['bin/**/*.js', '*.js'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', Buffer: 'readonly' },
    },
  },
  forbid(
    ['src/core/**'],
    [effects, adapters, above('commands', 'lanes', 'stages', 'packs', 'run-batch', 'process-image', 'cli')],
  ),
  forbid(
    ['src/stages/**'],
    [adapters, nativeLibraries, above('commands', 'lanes', 'run-batch', 'process-image', 'cli')],
  ),
  forbid(
    ['src/packs/**'],
    [adapters, nativeLibraries, above('commands', 'lanes', 'stages', 'run-batch', 'process-image', 'cli')],
  ),
  forbid(
    ['src/process-image.ts'],
    [adapters, nativeLibraries, above('commands', 'lanes', 'run-batch', 'cli')],
  ),
  forbid(
    ['src/lanes/**'],
    [adapters, nativeLibraries, above('commands', 'run-batch', 'cli')],
    ['src/lanes/lane.ts'],
  ),
  forbid(['src/run-batch.ts'], [adapters, nativeLibraries, above('commands', 'cli')]),
  forbid(['src/commands/**'], [adapters, nativeLibraries, above('cli')]),
  forbid(['src/adapters/**'], [above('commands', 'lanes', 'stages', 'run-batch', 'process-image', 'cli')]),
);
