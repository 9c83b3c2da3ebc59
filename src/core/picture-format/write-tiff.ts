/** Pixels that no loader of sharp reads, and the profile that says what their colours mean. */
export interface Pixels {
  /** 8 bits a sample, interleaved: red, green, blue and perhaps opacity. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  /** ICC profile; absent for sRGB. */
  readonly icc?: Uint8Array | undefined;
}

/** Few enough that a reader holds little, many enough that their list stays short. */
const ROWS_PER_STRIP = 64;

const SHORT = 3;
const LONG = 4;
const UNDEFINED = 7;
const BYTES_OF_TYPE = { [SHORT]: 2, [LONG]: 4, [UNDEFINED]: 1 } as const;

interface Field {
  readonly tag: number;
  readonly type: keyof typeof BYTES_OF_TYPE;
  readonly values: ArrayLike<number>;
}

/**
 * An uncompressed TIFF 6.0 file in one strip after another: a container in which sharp takes pixels together with their
 * colour profile, which raw pixels cannot carry.
 */
export function writeTiff({ data, width, height, channels, icc }: Pixels): Buffer {
  const strips = Math.ceil(height / ROWS_PER_STRIP);
  const stripBytes = ROWS_PER_STRIP * width * channels;
  const fields = (pixelsAt: number): Field[] => [
    { tag: 256, type: LONG, values: [width] },
    { tag: 257, type: LONG, values: [height] },
    { tag: 258, type: SHORT, values: Array.from({ length: channels }, () => 8) },
    { tag: 259, type: SHORT, values: [1] },
    // Photometric interpretation: RGB.
    { tag: 262, type: SHORT, values: [2] },
    { tag: 273, type: LONG, values: Array.from({ length: strips }, (_, i) => pixelsAt + i * stripBytes) },
    { tag: 277, type: SHORT, values: [channels] },
    { tag: 278, type: LONG, values: [ROWS_PER_STRIP] },
    {
      tag: 279,
      type: LONG,
      values: Array.from({ length: strips }, (_, i) => Math.min(stripBytes, data.length - i * stripBytes)),
    },
    { tag: 284, type: SHORT, values: [1] },
    // Opacity that the colours are not multiplied with.
    ...(channels === 4 ? [{ tag: 338, type: SHORT, values: [2] } as const] : []),
    ...(icc ? [{ tag: 34675, type: UNDEFINED, values: icc } as const] : []),
  ];
  // The places of the strips have one length, whatever they are.
  const head = writeHead(fields(0)).length;
  return Buffer.concat([writeHead(fields(head)), data]);
}

/** Header, directory, and behind it what does not fit into its entries. */
function writeHead(fields: readonly Field[]): Buffer {
  const directory = Buffer.alloc(8 + 2 + fields.length * 12 + 4);
  directory.write('II*\0', 'latin1');
  directory.writeUInt32LE(8, 4);
  directory.writeUInt16LE(fields.length, 8);
  const outside: Buffer[] = [];
  let end = directory.length;
  for (const [index, { tag, type, values }] of fields.entries()) {
    const at = 10 + index * 12;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(values.length, at + 4);
    const value = valueBytes(type, values);
    if (value.length <= 4) value.copy(directory, at + 8);
    else {
      directory.writeUInt32LE(end, at + 8);
      outside.push(value);
      end += value.length;
    }
  }
  return Buffer.concat([directory, ...outside]);
}

/** Filled up to an even length: places in a TIFF are even. */
function valueBytes(type: Field['type'], values: ArrayLike<number>): Buffer {
  const size = BYTES_OF_TYPE[type];
  const bytes = Buffer.alloc(Math.ceil((values.length * size) / 2) * 2);
  for (let index = 0; index < values.length; index++)
    bytes.writeUIntLE(values[index] ?? 0, index * size, size);
  return bytes;
}
