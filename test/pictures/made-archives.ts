import { crc32, deflateRawSync } from 'node:zlib';

/** An entry of a tar archive, as odd as wanted. */
export interface MadeEntry {
  readonly name: string | Buffer;
  readonly data?: Buffer;
  /** One character; a plain file where nothing is said. */
  readonly type?: string;
  readonly link?: string;
  /** What the header says, whatever there is. */
  readonly size?: number;
  readonly gnu?: boolean;
}

const BLOCK = 512;

/** A whole archive, its end included. */
export function tarOf(entries: readonly MadeEntry[]): Buffer {
  return Buffer.concat([...entries.map(entryBytes), Buffer.alloc(2 * BLOCK)]);
}

/** A header and its data, padded. */
export function entryBytes({ name, data, type = '0', link = '', size, gnu }: MadeEntry): Buffer {
  const content = data ?? Buffer.alloc(0);
  const header = Buffer.alloc(BLOCK);
  Buffer.from(name).copy(header, 0, 0, 100);
  header.write('0000644\0', 100);
  const bytes = size ?? content.length;
  if (bytes < 8 ** 11) header.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124);
  else {
    header[124] = 0x80;
    header.writeBigUInt64BE(BigInt(bytes), 128);
  }
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write(type, 156);
  header.write(link, 157, 100);
  header.write(gnu ? 'ustar  \0' : 'ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);
}

/** The records of a PAX header. */
function paxRecords(records: Readonly<Record<string, string>>): Buffer {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`);
    const digits = String(rest + String(rest).length).length;
    return `${rest + digits} ${key}=${value}\n`;
  });
  return Buffer.from(lines.join(''));
}

/** An entry with a PAX header before it. */
export function paxEntry(records: Readonly<Record<string, string>>, entry: MadeEntry): MadeEntry[] {
  return [{ name: 'PaxHeaders/x', type: 'x', data: paxRecords(records) }, entry];
}

/** A member of a zip archive, as odd as wanted. */
export interface MadeMember {
  readonly name: string | Buffer;
  readonly data: Buffer;
  readonly stored?: boolean;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  /** What the directory says of its size, whatever it has. */
  readonly size?: number;
  /** Unix mode. */
  readonly mode?: number;
  /** Where the directory says that it is, wherever it is. */
  readonly at?: number;
}

const UTF8 = 0x800;

/** A whole zip archive. */
export function zipOf(members: readonly MadeMember[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const name = Buffer.from(member.name);
    const packed = member.stored ? member.data : deflateRawSync(member.data);
    const flags = member.flags ?? (typeof member.name === 'string' ? UTF8 : 0);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(member.method ?? (member.stored ? 0 : 8), 4);
    common.writeUInt32LE(member.crc ?? crc32(member.data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(member.size ?? member.data.length, 18);
    common.writeUInt16LE(name.length, 22);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), common, name, packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((member.mode ?? 0o100644) * 0x10000) >>> 0, 6);
    tail.writeUInt32LE(member.at ?? offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, tail, name);
    offset += 30 + name.length + packed.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}
