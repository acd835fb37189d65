// Tar archives (ustar with GNU's long names, and pax where others write them): written piece by piece, and read from a
// stream without keeping it in memory. Touches no disk; what is to be trusted of an archive is its reader's affair.
import { AppError } from "../errors/app-error.ts";

/** Numbers of a user and a group. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

const ROOT: Owner = { uid: 0, gid: 0 };

export interface TarHeader {
  /** As it stands in the archive. */
  readonly path: string;
  readonly kind: "file" | "folder" | "link" | "hard-link" | "other";
  /** Bytes of content that follow; 0 for all but files. */
  readonly size: number;
  /** Permissions. */
  readonly mode: number;
  /** What a link points to; empty for others. */
  readonly target: string;
  /** Absent: root. */
  readonly owner?: Owner | undefined;
}

export interface TarMember extends TarHeader {
  /** To be read before the next member, or not at all. */
  content(): AsyncGenerator<Buffer>;
}

const BLOCK_BYTES = 512;
const NAME_BYTES = 100;
const MAX_METADATA_BYTES = 1024 * 1024;
const TYPE_OF = { file: "0", "hard-link": "1", link: "2", folder: "5", other: "?" } as const;
const KIND_OF: Readonly<Record<string, TarHeader["kind"]>> = {
  "0": "file",
  "\0": "file",
  "1": "hard-link",
  "2": "link",
  "5": "folder",
  "7": "file",
};

function block(name: Buffer, target: Buffer, size: number, mode: number, type: string, owner = ROOT): Buffer {
  const bytes = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, offset: number, length: number): void => {
    const digits = value.toString(8).padStart(length - 1, "0");
    // As GNU does: in binary where the digits have no room.
    if (digits.length < length) bytes.write(digits, offset, "latin1");
    else bytes.write(`80${value.toString(16).padStart(2 * length - 2, "0")}`, offset, "hex");
  };
  name.copy(bytes, 0, 0, NAME_BYTES);
  octal(mode, 100, 8);
  octal(owner.uid, 108, 8);
  octal(owner.gid, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  bytes.write("        ", 148, "latin1");
  bytes.write(type, 156, "latin1");
  target.copy(bytes, 157, 0, NAME_BYTES);
  bytes.write("ustar  ", 257, "latin1");
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return bytes;
}

/** A text that does not fit comes before its member, as a member of its own (GNU). */
function long(text: Buffer, type: "L" | "K"): Buffer[] {
  if (text.length <= NAME_BYTES) return [];
  const body = Buffer.concat([text, Buffer.alloc(1)]);
  const name = Buffer.from("././@LongLink");
  return [block(name, Buffer.alloc(0), body.length, 0, type), body, tarPadding(body.length)];
}

/** What comes before a member's content. Slashes at the beginning are dropped, as tar does. */
export function renderTarHeader({ path, kind, size, mode, target, owner }: TarHeader): Buffer {
  const name = Buffer.from(`${path.replace(/^\/+/, "")}${kind === "folder" && !path.endsWith("/") ? "/" : ""}`);
  const link = Buffer.from(target);
  return Buffer.concat([...long(link, "K"), ...long(name, "L"), block(name, link, size, mode, TYPE_OF[kind], owner)]);
}

/** What comes after a content of that many bytes. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES);
}

/** What comes after the last member. */
export const TAR_END: Buffer = Buffer.alloc(2 * BLOCK_BYTES);

function broken(what: string): AppError {
  return new AppError("UNREACHABLE", `The archive is not whole: ${what}`);
}

/** Takes bytes off a stream in the portions that are asked for. */
function createTaker(chunks: AsyncIterable<Uint8Array>) {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const fill = async (): Promise<boolean> => {
    const step = await iterator.next();
    if (step.done === true) return false;
    rest = rest.length === 0 ? Buffer.from(step.value) : Buffer.concat([rest, step.value]);
    return true;
  };
  return {
    /** Exactly that many bytes; undefined where the stream has ended before the first. */
    exactly: async (count: number): Promise<Buffer | undefined> => {
      while (rest.length < count) {
        if (await fill()) continue;
        if (rest.length === 0) return undefined;
        throw broken("it ends early");
      }
      const taken = rest.subarray(0, count);
      rest = rest.subarray(count);
      return taken;
    },
    /** Up to that many bytes, and some of them at least. */
    some: async (most: number): Promise<Buffer> => {
      if (rest.length === 0 && !(await fill())) throw broken("it ends within a file");
      const taken = rest.subarray(0, most);
      rest = rest.subarray(taken.length);
      return taken;
    },
    close: async (): Promise<void> => void (await iterator.return?.()),
  };
}

function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end < 0 ? bytes.length : end);
}

function number(bytes: Buffer): number {
  // GNU writes large ones in binary
  if (((bytes[0] ?? 0) & 0x80) !== 0) return Number(BigInt(`0x${bytes.toString("hex", 1)}`));
  const value = Number.parseInt(textOf(bytes).trim() || "0", 8);
  if (!Number.isSafeInteger(value)) throw broken("a header is unreadable");
  return value;
}

/** The records of a pax header: "length key=value\n". */
function paxRecords(body: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < body.length;) {
    const space = body.indexOf(0x20, at);
    const length = Number(body.toString("latin1", at, space));
    if (space < 0 || !Number.isInteger(length) || length <= 0) break;
    const record = body.toString("utf8", space + 1, at + length - 1);
    const equals = record.indexOf("=");
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

function checkSum(bytes: Buffer): void {
  const said = number(bytes.subarray(148, 156));
  const sum = bytes.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  if (said !== sum) throw broken("the sum of a header is wrong");
}

function headerOf(bytes: Buffer, records: ReadonlyMap<string, string>): TarHeader {
  const isUstar = bytes.toString("latin1", 257, 263) === "ustar\0";
  const prefix = isUstar ? textOf(bytes.subarray(345, 500)) : "";
  const name = textOf(bytes.subarray(0, NAME_BYTES));
  const kind = KIND_OF[String.fromCharCode(bytes[156] ?? 0)] ?? "other";
  return {
    path: records.get("path") ?? (prefix === "" ? name : `${prefix}/${name}`),
    kind,
    size: kind === "file" || kind === "other" ? Number(records.get("size") ?? number(bytes.subarray(124, 136))) : 0,
    mode: number(bytes.subarray(100, 108)) & 0o7777,
    target: records.get("linkpath") ?? textOf(bytes.subarray(157, 257)),
    owner: {
      uid: Number(records.get("uid") ?? number(bytes.subarray(108, 116))),
      gid: Number(records.get("gid") ?? number(bytes.subarray(116, 124))),
    },
  };
}

/** The members of an archive, in their order. @throws UNREACHABLE where it is cut or damaged */
export async function* readTar(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TarMember> {
  const taker = createTaker(chunks);
  let records = new Map<string, string>();
  try {
    for (;;) {
      const bytes = await taker.exactly(BLOCK_BYTES);
      if (bytes === undefined) throw broken("its end is missing");
      if (bytes.every((byte) => byte === 0)) return;
      checkSum(bytes);
      const type = String.fromCharCode(bytes[156] ?? 0);
      if ("LKxg".includes(type)) {
        const size = number(bytes.subarray(124, 136));
        if (size > MAX_METADATA_BYTES) throw broken("a name is too long");
        const body = (await taker.exactly(size)) ?? Buffer.alloc(0);
        await taker.exactly(tarPadding(size).length);
        if (type === "x") records = new Map([...records, ...paxRecords(body)]);
        else if (type !== "g") records.set(type === "L" ? "path" : "linkpath", textOf(body));
        continue;
      }
      const header = headerOf(bytes, records);
      records = new Map();
      let left = header.size;
      const content = async function* (): AsyncGenerator<Buffer> {
        while (left > 0) {
          const piece = await taker.some(left);
          left -= piece.length;
          yield piece;
        }
      };
      yield { ...header, content };
      while (left > 0) left -= (await taker.some(left)).length;
      await taker.exactly(tarPadding(header.size).length);
    }
  } finally {
    await taker.close();
  }
}
