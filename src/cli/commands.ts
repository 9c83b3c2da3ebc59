/** A word or words that a command takes besides its flags. */
export interface ArgumentRow {
  /** As commander wants it: `<pack>` is required, `[pack]` is not, `...` takes several. */
  readonly usage: string;
  readonly help: string;
}

export interface CommandRow {
  readonly description: string;
  readonly arguments: readonly ArgumentRow[];
}

const PACK = { usage: '<pack>', help: 'a pack by its name, such as classic' };

/** One row per command, in the order of the help; a name of two words is a command of a group. */
export const COMMANDS = {
  tag: {
    description:
      'Finds faces in folders of pictures and writes their boxes, gender and age group as JSON and CSV.',
    arguments: [{ usage: '[paths...]', help: 'files, folders or globs' }],
  },
  'models list': { description: 'packs, whether they are installed, size and licence', arguments: [] },
  'models pull': {
    description: 'download packs and check their hashes',
    arguments: [{ usage: '<packs...>', help: 'packs by their names, such as classic' }],
  },
  'models verify': {
    description: 'hash the files of one pack or of all installed ones',
    arguments: [{ ...PACK, usage: '[pack]' }],
  },
  'models import': {
    description: 'install a pack from files already on disk',
    arguments: [PACK, { usage: '<folder>', help: 'where the files of the pack are' }],
  },
  'models path': { description: 'print the folder of pulled packs', arguments: [] },
  'models convert': { description: 'write ONNX files for --engine onnxruntime', arguments: [PACK] },
  'models quantize': {
    description: 'write int8 nets for --precision int8, and measure what that costs',
    arguments: [PACK],
  },
  merge: {
    description: 'join the output folders of --shard runs into one',
    arguments: [{ usage: '<folders...>', help: 'output folders' }],
  },
  eval: {
    description: 'hold the results of an output folder against labels',
    arguments: [{ usage: '<output>', help: 'an output folder of facetag' }],
  },
  export: {
    description: 'hand results on to labelling tools, trainers, photo programs and tables',
    arguments: [{ usage: '<output>', help: 'an output folder of facetag' }],
  },
  report: {
    description: 'write a page that shows the results of an output folder',
    arguments: [{ usage: '<output>', help: 'an output folder' }],
  },
  video: {
    description: 'find faces in videos and follow them: frames, tracks, WebVTT and MOT',
    arguments: [{ usage: '[paths...]', help: 'files, folders, globs, or http(s) URLs of streams' }],
  },
  serve: {
    description: 'tag uploaded pictures over HTTP, and show a page to drop them on',
    arguments: [],
  },
  doctor: { description: 'check this machine and say what to do about each fault', arguments: [] },
  setup: {
    description: 'build the native binding and the embedded models (after npm i -g --ignore-scripts)',
    arguments: [],
  },
  completion: {
    description: 'print what makes a shell complete commands, flags and values',
    arguments: [{ usage: '<shell>', help: 'bash, zsh or fish' }],
  },
  help: {
    description: 'show the help of a command',
    arguments: [{ usage: '[command...]', help: 'such as merge, or models pull' }],
  },
} as const satisfies Readonly<Record<string, CommandRow>>;

export type CommandName = keyof typeof COMMANDS;

export const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[];

/** First words of the commands of two words. */
export const COMMAND_GROUPS: Readonly<Record<string, string>> = {
  models: 'list, pull, check, convert and quantise model packs',
};
