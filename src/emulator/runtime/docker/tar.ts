// Pure: a tar archive (ustar) of regular files, for writing files into containers. Nothing is read from a disk.

export interface TarEntry {
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly mode: number;
}

const BLOCK_BYTES = 512;
const NAME_BYTES = 100;
const LONG_NAME_TYPE = "L";
const FILE_TYPE = "0";

function header(name: Buffer, size: number, mode: number, type: string): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, offset: number, length: number): void => {
    block.write(value.toString(8).padStart(length - 1, "0"), offset, "latin1");
  };
  name.copy(block, 0, 0, NAME_BYTES);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.write("        ", 148, "latin1");
  block.write(type, 156, "latin1");
  block.write("ustar  ", 257, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

function padded(content: Buffer): Buffer[] {
  const rest = content.length % BLOCK_BYTES;
  return rest === 0 ? [content] : [content, Buffer.alloc(BLOCK_BYTES - rest)];
}

/** The archive of the files, all of them root's; leading slashes are dropped, as tar does. */
export function renderTar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap(({ path, content, mode }) => {
    const name = Buffer.from(path.replace(/^\/+/, ""));
    const body = typeof content === "string" ? Buffer.from(content) : Buffer.from(content);
    const terminated = Buffer.concat([name, Buffer.alloc(1)]);
    // names that do not fit come before their file as an entry of their own (GNU)
    const long =
      name.length > NAME_BYTES
        ? [header(Buffer.from("././@LongLink"), terminated.length, 0, LONG_NAME_TYPE), ...padded(terminated)]
        : [];
    return [...long, header(name, body.length, mode, FILE_TYPE), ...padded(body)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK_BYTES)]);
}

/** The content of the first regular file in an archive; undefined where there is none. */
export function parseTarFile(archive: Buffer): Buffer | undefined {
  let at = 0;
  while (at + BLOCK_BYTES <= archive.length && archive[at] !== 0) {
    const size = Number.parseInt(
      archive
        .toString("latin1", at + 124, at + 136)
        .replace(/\0.*$/, "")
        .trim(),
      8,
    );
    const type = String.fromCharCode(archive[at + 156] ?? 0);
    const body = at + BLOCK_BYTES;
    if (type === FILE_TYPE || type === "\0") return archive.subarray(body, body + size);
    at = body + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return undefined;
}
