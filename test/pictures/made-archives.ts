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
  /** Extra field of the directory. */
  readonly extra?: Buffer;
}

interface ZipEnd {
  /** What the end says of the number of members; as macOS does where nothing is said, which is modulo 65,536. */
  readonly count?: number;
  readonly zip64?: boolean;
}

const UTF8 = 0x800;

/** A whole zip archive. */
export function zipOf(members: readonly MadeMember[], { count, zip64 = false }: ZipEnd = {}): Buffer {
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
    const { extra = Buffer.alloc(0) } = member;
    const inDirectory = Buffer.from(common);
    inDirectory.writeUInt16LE(extra.length, 24);
    directory.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), inDirectory, tail, name, extra);
    offset += 30 + name.length + packed.length;
  }
  const central = Buffer.concat(directory);
  const counted = count ?? members.length;
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(zip64 ? 0xffff : counted % 0x10000, 8);
  end.writeUInt16LE(zip64 ? 0xffff : counted % 0x10000, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(zip64 ? 0xffffffff : offset, 16);
  const end64 = zip64 ? zip64End(counted, central.length, offset) : Buffer.alloc(0);
  return Buffer.concat([...parts, central, end64, end]);
}

/** The end record of zip64 and what leads to it. */
function zip64End(count: number, bytes: number, offset: number): Buffer {
  const record = Buffer.alloc(56);
  record.write('PK\x06\x06', 'latin1');
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE(45, 12);
  record.writeUInt16LE(45, 14);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(bytes), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 'latin1');
  locator.writeBigUInt64LE(BigInt(offset + bytes), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([record, locator]);
}

/** The Info-ZIP extra field that gives a member's name in UTF-8. */
export function unicodePath(raw: string | Buffer, name: string): Buffer {
  const utf8 = Buffer.from(name);
  const extra = Buffer.alloc(9 + utf8.length);
  extra.writeUInt16LE(0x7075, 0);
  extra.writeUInt16LE(5 + utf8.length, 2);
  extra.writeUInt8(1, 4);
  extra.writeUInt32LE(crc32(raw), 5);
  utf8.copy(extra, 9);
  return extra;
}
