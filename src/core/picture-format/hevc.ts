/** In `hvcC` (ISO/IEC 14496-15): how many bytes the length of a unit takes, and how many lists of units follow. */
const LENGTH_SIZE_AT = 21;
const LISTS_AT = 22;
const CONFIG_HEADER_BYTES = 23;

/**
 * Inside a unit an encoder puts a 3 behind two zero bytes, so that three never follow each other (ITU-T H.265, 7.4.2.1).
 * Behind its end a careless program may leave some of a start code.
 */
const ZEROS = Buffer.alloc(4);
const DAMAGE = 'the image data of the HEIC holds a block of zero bytes';

/**
 * Looks for zeros where HEVC cannot have them; libde265 takes them for pixels.
 * @param data units of a picture, each behind its length. @param config content of the `hvcC` box.
 * @returns what is wrong; undefined for sound data and for lengths that the decoder should complain of.
 */
export function findHevcDamage(data: Buffer, config: Buffer): string | undefined {
  try {
    for (const unit of parameterSets(config)) if (unit.includes(ZEROS)) return DAMAGE;
    const lengthSize = (config.readUInt8(LENGTH_SIZE_AT) & 3) + 1;
    for (const unit of unitsIn(data, 0, lengthSize))
      if (unit.length === 0 || unit.includes(ZEROS)) return DAMAGE;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}

function* parameterSets(config: Buffer): Iterable<Buffer> {
  let at = CONFIG_HEADER_BYTES;
  for (let lists = config.readUInt8(LISTS_AT); lists > 0; lists -= 1) {
    const count = config.readUInt16BE(at + 1);
    at += 3;
    for (const unit of unitsIn(config, at, 2, count)) {
      at += 2 + unit.length;
      yield unit;
    }
  }
}

/** @throws {RangeError} where the bytes end inside a unit. */
function* unitsIn(bytes: Buffer, from: number, lengthSize: number, count = Infinity): Iterable<Buffer> {
  let at = from;
  for (let left = count; left > 0 && at < bytes.length; left -= 1) {
    const start = at + lengthSize;
    at = start + bytes.readUIntBE(at, lengthSize);
    if (at > bytes.length) throw new RangeError('the data ends inside a unit');
    yield bytes.subarray(start, at);
  }
}
