import { builtinModules } from 'node:module';
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/**
 * Imports that a folder may not make, static or dynamic. The order is cli → commands → batch → lanes → picture → nets →
 * core; discover, sources, packs, results, evaluation, exports, report and serve are read by commands, convert by
 * `models` and set-up alone.
 * test/architecture.test.ts tries each rule.
 */
const forbid = (files, patterns, { ignores = [], syntax = [] } = {}) => ({
  files,
  ignores,
  rules: {
    'no-restricted-imports': ['error', { patterns }],
    'no-restricted-syntax': ['error', ...patterns.map(dynamically), ...syntax],
  },
});

/** The same for `import()`, which no-restricted-imports does not look at. A selector's pattern takes no slash. */
const dynamically = ({ regex, message }) => ({
  selector: `ImportExpression[source.value=/${regex.replaceAll('/', '\\u002F')}/]`,
  message,
});

const effects = {
  regex: `^(node:(?!path$|buffer$)|(${builtinModules.filter((name) => !/^(path|buffer)$/.test(name)).join('|')})$|sharp$|fast-glob$|undici$|onnxruntime-node$|@aws-sdk/|yauzl$|@u4/)`,
  message: 'The core is pure: no file system, process, clock or native code.',
};
const above = (...folders) => ({
  regex: `(^|/)(${folders.join('|')})(/|\\.js$)`,
  message: 'An inner layer does not import an outer one.',
});
/** Composition roots of lanes. */
const LANE_ENTRIES = ['src/lanes/lane.ts', 'src/lanes/preview-lane.ts'];
/** Folders that are above each other one, outermost first. */
const TOP = ['cli', 'commands', 'batch', 'lanes', 'picture'];
/** Folders that are beside them, read by commands. */
const BESIDE = ['discover', 'sources', 'packs', 'convert', 'results', 'evaluation', 'exports'];
/** Folders of one capability each, loaded by its command alone; `core/report.js` is no such folder. */
const capabilities = {
  regex: '(^|/)(report|serve|video)/',
  message: 'A capability is loaded by its command alone.',
};
const adapters = {
  regex: '(^|/)adapters/',
  message: 'Adapters are named only in composition roots (cli/, lanes/lane.ts).',
};
const nativeLibraries = {
  regex: '^(sharp|onnxruntime-node|@u4/.*|@aws-sdk/.*|yauzl|cli-progress|undici|(node:)?process)$',
  message: 'Libraries with effects, and the process itself, are imported by one adapter each.',
};

const noProcess = { name: 'process', message: 'Only composition roots and adapters read process.*' };
const noEffect = (name) => ({ name, message: 'The core is pure: pass in what it needs.' });
/** What the core could reach without an import: clocks, timers, chance, the network. */
const impure = [
  "MemberExpression[object.name='Date'][property.name='now']",
  "NewExpression[callee.name='Date'][arguments.length=0]",
  "MemberExpression[object.name='Math'][property.name='random']",
].map((selector) => ({ selector, message: 'The core is pure: the same input gives the same output.' }));

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'facetag-out/', 'coverage/', 'models/compact/'] },
  js.configs.recommended,
  {
    files: ['src/**/*.ts', 'test/**/*.ts', '*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './src/report/client/tsconfig.json', './src/serve/client/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
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
    ignores: ['src/cli/**', ...LANE_ENTRIES, 'src/adapters/**'],
    rules: {
      'no-restricted-globals': ['error', noProcess],
    },
  },
  {
    files: ['src/core/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        noProcess,
        ...['globalThis', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'fetch', 'crypto'].map(
          noEffect,
        ),
      ],
    },
  },
  { files: ['test/**/*.ts'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  {
    files: ['bin/**/*.js', '*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
      },
    },
  },
  forbid(['src/core/**'], [effects, adapters, capabilities, above(...TOP, ...BESIDE, 'nets')], {
    syntax: impure,
  }),
  forbid(['src/nets/**'], [adapters, capabilities, nativeLibraries, above(...TOP, 'discover', 'convert')], {
    syntax: [
      {
        selector: "ImportDeclaration[importKind!='type'][source.value=/(^|\\u002F)packs\\u002F/]",
        message: 'The parent process resolves packs: nets know their types only.',
      },
      {
        selector: 'ImportExpression[source.value=/(^|\\u002F)packs\\u002F/]',
        message: 'The parent process resolves packs: nets know their types only.',
      },
    ],
  }),
  forbid(
    ['src/picture/**'],
    [adapters, capabilities, nativeLibraries, above('cli', 'commands', 'batch', 'lanes', ...BESIDE)],
  ),
  forbid(
    ['src/lanes/**'],
    [adapters, capabilities, nativeLibraries, above('cli', 'commands', 'batch', ...BESIDE)],
    {
      ignores: LANE_ENTRIES,
    },
  ),
  forbid(
    ['src/batch/**'],
    [
      adapters,
      capabilities,
      nativeLibraries,
      above('cli', 'commands', 'picture', 'nets', 'discover', 'sources', 'packs', 'convert', 'exports'),
    ],
  ),
  forbid(
    ['src/discover/**'],
    [adapters, capabilities, nativeLibraries, above(...TOP, 'nets', 'sources', 'packs', 'convert')],
  ),
  // Pictures that are no files of their own.
  forbid(
    ['src/sources/**'],
    [
      adapters,
      capabilities,
      nativeLibraries,
      above(...TOP, 'nets', 'packs', 'convert', 'results', 'evaluation', 'exports'),
    ],
  ),
  forbid(
    ['src/results/**'],
    [
      adapters,
      capabilities,
      nativeLibraries,
      above(...TOP, 'discover', 'nets', 'packs', 'convert', 'evaluation', 'exports'),
    ],
  ),
  forbid(
    ['src/packs/**'],
    [adapters, capabilities, nativeLibraries, above(...TOP, 'nets', 'discover', 'convert')],
  ),
  forbid(['src/convert/**'], [adapters, capabilities, nativeLibraries, above(...TOP, 'discover')]),
  forbid(
    ['src/report/**'],
    [
      adapters,
      nativeLibraries,
      { ...capabilities, regex: '(^|/)serve/' },
      above(...TOP, 'nets', 'discover', 'packs', 'convert'),
    ],
    { ignores: ['src/report/client/**'] },
  ),
  forbid(
    ['src/serve/**'],
    [
      adapters,
      nativeLibraries,
      { ...capabilities, regex: '(^|/)report/' },
      above('cli', 'commands', 'batch', 'picture', 'nets', ...BESIDE),
    ],
    { ignores: ['src/serve/client/**'] },
  ),
  // The pages' own code runs in a browser.
  forbid(
    ['src/serve/client/**'],
    [
      effects,
      adapters,
      above(...TOP, ...BESIDE, 'nets'),
      {
        regex: '^\\.\\./(?!\\.\\./core/|\\.\\./report/client/(dom|marks)\\.js$)',
        message: 'A browser has no part of facetag but the core and what pages share.',
      },
    ],
  ),
  forbid(
    ['src/report/client/**'],
    [
      effects,
      adapters,
      above(...TOP, ...BESIDE, 'nets'),
      {
        regex: '^\\.\\./(?!rows\\.js$|\\.\\./core/)',
        message: 'A browser has no part of facetag but the core.',
      },
    ],
  ),
  forbid(
    ['src/evaluation/**'],
    [
      effects,
      adapters,
      capabilities,
      nativeLibraries,
      above(...TOP, ...BESIDE.filter((name) => name !== 'evaluation'), 'nets'),
    ],
    { syntax: impure },
  ),
  forbid(
    ['src/exports/**'],
    [
      adapters,
      capabilities,
      nativeLibraries,
      above(...TOP, 'discover', 'nets', 'packs', 'convert', 'evaluation'),
    ],
  ),
  // What is found in videos: pure, but for the lanes and folders that it is lent.
  forbid(
    ['src/video/**'],
    [
      effects,
      adapters,
      nativeLibraries,
      above(...TOP, ...BESIDE, 'nets'),
      { regex: '(^|/)report/', message: 'A capability is loaded by its command alone.' },
    ],
    { syntax: impure },
  ),
  forbid(['src/commands/**'], [adapters, nativeLibraries, above('cli', 'picture', 'nets', 'convert')], {
    ignores: ['src/commands/models.ts', 'src/commands/models/quantize.ts'],
  }),
  forbid(
    ['src/commands/models.ts', 'src/commands/models/quantize.ts'],
    [adapters, nativeLibraries, above('cli', 'picture', 'nets')],
  ),
  forbid(['src/adapters/**'], [capabilities, above(...TOP, 'nets', 'discover', 'sources', 'convert')], {
    syntax: [
      {
        selector: 'AwaitExpression Identifier[name=/^SHARED/]',
        message: 'Whoever has a turn meanwhile fills the same buffer: await with one of its own.',
      },
    ],
  }),
  // The vocabulary, which everybody may import.
  forbid(
    ['src/*.ts'],
    [adapters, capabilities, nativeLibraries, above(...TOP, 'nets', 'discover', 'packs', 'convert')],
  ),
);
