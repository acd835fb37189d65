// What a hostile machine may send: nothing of it lands beside the target.
import { execa } from "execa";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync } from "node:fs";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { packTar } from "../../../src/platform/tar-pack.ts";
import { isInnerLink, unpackTar } from "../../../src/platform/tar-unpack.ts";
import { renderTarHeader, TAR_END, type TarHeader, tarPadding } from "../../../src/platform/tar.ts";

type Member = Partial<Omit<TarHeader, "size">> & { readonly path: string; readonly content?: string };

let base: string;
let target: string;

beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), "hangar-unpack-"));
  mkdirSync(path.join(base, "in"));
  writeFileSync(path.join(base, "secret"), "untouched");
  target = path.join(base, "in/got");
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

async function* archiveOf(members: readonly Member[]): AsyncGenerator<Uint8Array> {
  for (const { content = "", ...member } of members) {
    const size = Buffer.byteLength(content);
    const header = { kind: "file", mode: 0o644, target: "", ...member, size } as const;
    // a path as it is: the writer would drop slashes at its beginning
    const bytes = renderTarHeader({ ...header, path: header.path.replace(/^\//u, "#") });
    if (header.path.startsWith("/")) {
      bytes.write("/", 0);
      const sum = bytes.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
      bytes.write(sum.toString(8).padStart(6, "0"), 148);
    }
    yield bytes;
    yield Buffer.from(content);
    yield tarPadding(size);
  }
  yield TAR_END;
}

async function allOf(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}

const unpack = (members: readonly Member[]) => unpackTar(archiveOf(members), { root: "d", target });

test.each<[string, readonly Member[]]>([
  ["a path that leads upwards", [{ path: "d/../../secret", content: "x" }]],
  ["an absolute path", [{ path: "/secret", content: "x" }]],
  ["another name", [{ path: "secret", content: "x" }]],
  ["a path with a backslash", [{ path: "d\\..\\secret", content: "x" }]],
  ["a hard link to the outside", [{ path: "d/h", kind: "hard-link", target: "../secret" }]],
  [
    "a file where a link is",
    [
      { path: "d/l", kind: "link", target: "x" },
      { path: "d/l", content: "x" },
    ],
  ],
  [
    "a file below a link",
    [
      { path: "d/l", kind: "link", target: "x" },
      { path: "d/l/secret", content: "x" },
    ],
  ],
  [
    "a file twice",
    [
      { path: "d/f", content: "x" },
      { path: "d/f", content: "y" },
    ],
  ],
  [
    "a file below a file",
    [
      { path: "d/f", content: "x" },
      { path: "d/f/g", content: "y" },
    ],
  ],
  ["nothing but a device", [{ path: "d", kind: "other" }]],
  ["nothing", []],
])("%s is refused, and nothing is left behind", async (_what, members) => {
  await expect(unpack(members)).rejects.toMatchObject({ code: "ARCHIVE_UNSAFE" });
  expect(readdirSync(path.join(base, "in"))).toEqual([]);
  expect(readdirSync(base).toSorted()).toEqual(["in", "secret"]);
  expect(readFileSync(path.join(base, "secret"), "utf8")).toBe("untouched");
});

test("links that lead out are left out, as are links of links and devices", async () => {
  const got = await unpack([
    { path: "d", kind: "folder", mode: 0o755 },
    { path: "d/out", kind: "link", target: "../../secret" },
    { path: "d/abs", kind: "link", target: "/etc/passwd" },
    { path: "d/sub/up", kind: "link", target: ".." },
    { path: "d/sly", kind: "link", target: "sub/up/../../secret" },
    { path: "d/hard", kind: "hard-link", target: "d/none" },
    { path: "d/null", kind: "other" },
    { path: "d/f", content: "x", mode: 0o4755 },
    { path: "d/same", kind: "hard-link", target: "d/f" },
  ]);
  expect(got).toEqual({ files: 1, bytes: 1, skipped: ["d/out", "d/abs", "d/sly", "d/hard", "d/null"] });
  expect(readdirSync(target).toSorted()).toEqual(["f", "same", "sub"]);
  expect(readlinkSync(path.join(target, "sub/up"))).toBe("..");
  expect(statSync(path.join(target, "f")).mode & 0o7777).toBe(0o755);
});

test("a file that is replaced is not followed, and stays where the archive is cut", async () => {
  symlinkSync("../secret", target);
  const [cut] = await allOf(archiveOf([{ path: "d", content: "x".repeat(2_000) }]));
  const half = (async function* () {
    yield cut ?? Buffer.alloc(0);
  })();
  await expect(unpackTar(half, { root: "d", target })).rejects.toMatchObject({ code: "UNREACHABLE" });
  expect(readlinkSync(target)).toBe("../secret");
  await unpack([{ path: "d", content: "new" }]);
  expect(readFileSync(target, "utf8")).toBe("new");
  expect(readFileSync(path.join(base, "secret"), "utf8")).toBe("untouched");
});

test.each([
  [["d", "l"], "f", true],
  [["d", "l"], "..", false],
  [["d", "s", "l"], "../f", true],
  [["d", "s", "l"], "../..", false],
  [["d", "s", "l"], "x/../..", false],
  [["d"], "x", false],
  [["d"], "..", false],
  [["d", "l"], "", false],
])("a link at %j to %j stays inside: %s", (parts, to, inside) => {
  expect(isInnerLink(parts, to)).toBe(inside);
});

test("what is packed here is what tar and we unpack", async () => {
  const from = path.join(base, "from");
  mkdirSync(path.join(from, "sub"), { recursive: true });
  writeFileSync(path.join(from, "sub/f"), "x".repeat(70_000), { mode: 0o600 });
  writeFileSync(path.join(from, "empty"), "");
  symlinkSync("sub/f", path.join(from, "l"));
  await execa("mkfifo", [path.join(from, "pipe")]);
  const skipped: string[] = [];
  const packed = await allOf(packTar(from, "d", { onSkipped: (file) => void skipped.push(file) }));
  expect(skipped).toEqual([path.join(from, "pipe")]);
  const listed = await execa("tar", ["-t", "-f", "-"], { input: Buffer.concat(packed) });
  expect(listed.stdout.split("\n")).toEqual(["d/", "d/empty", "d/l", "d/sub/", "d/sub/f"]);
  const got = await unpackTar(
    (async function* () {
      yield* packed;
    })(),
    { root: "d", target },
  );
  expect(got).toMatchObject({ files: 2, bytes: 70_000, skipped: [] });
  expect(readFileSync(path.join(target, "l"), "utf8")).toBe("x".repeat(70_000));
  expect(statSync(path.join(target, "sub/f")).mode & 0o777).toBe(0o600);
});
