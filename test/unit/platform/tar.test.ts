import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { readTar, renderTarHeader, TAR_END, type TarHeader, tarPadding } from "../../../src/platform/tar.ts";

const LONG = `deep/${"folder/".repeat(30)}file`;

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), "hangar-tar-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function archiveOf(members: readonly (Partial<TarHeader> & { path: string; content?: string })[]): Buffer {
  const parts = members.flatMap(({ content = "", ...header }) => {
    const body = Buffer.from(content);
    const whole = { kind: "file" as const, mode: 0o644, target: "", ...header, size: body.length };
    return [renderTarHeader(whole), body, tarPadding(body.length)];
  });
  return Buffer.concat([...parts, TAR_END]);
}

/** In pieces that end anywhere. */
async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function membersOf(bytes: Buffer, size = 97): Promise<(TarHeader & { content: string })[]> {
  const found: (TarHeader & { content: string })[] = [];
  for await (const { content, ...header } of readTar(inPieces(bytes, size))) {
    const pieces: Buffer[] = [];
    for await (const piece of content()) pieces.push(piece);
    found.push({ ...header, content: Buffer.concat(pieces).toString() });
  }
  return found;
}

test("the system's tar unpacks what is written", async () => {
  const to = folder();
  const archive = archiveOf([
    { path: "/etc", kind: "folder", mode: 0o755 },
    { path: "/etc/text", content: "grüße\n", mode: 0o600 },
    { path: `/${LONG}`, content: "long", mode: 0o755 },
    { path: "/empty" },
    { path: "/link", kind: "link", target: `etc/${"x".repeat(120)}` },
  ]);
  await execa("tar", ["-x", "-f", "-", "--no-same-owner", "-p", "-C", to], { input: archive });
  expect(readFileSync(path.join(to, "etc/text"), "utf8")).toBe("grüße\n");
  expect(statSync(path.join(to, "etc/text")).mode & 0o777).toBe(0o600);
  expect(readFileSync(path.join(to, LONG), "utf8")).toBe("long");
  expect(readFileSync(path.join(to, "empty"))).toHaveLength(0);
  expect(readlinkSync(path.join(to, "link"))).toBe(`etc/${"x".repeat(120)}`);
});

test("members belong to whom they are said to, or else to root", async () => {
  const owners = [
    undefined,
    { uid: 1_000, gid: 33 },
    { uid: 2 ** 21 - 1, gid: 2 ** 21 },
    { uid: 2 ** 31, gid: 65_534 },
  ];
  const archive = archiveOf(owners.map((owner, index) => ({ path: `file-${index}`, owner })));
  const read = (await membersOf(archive)).map(({ owner }) => owner);
  expect(read).toEqual([{ uid: 0, gid: 0 }, ...owners.slice(1)]);
  const { stdout } = await execa("tar", ["-t", "-v", "--numeric-owner", "-f", "-"], { input: archive });
  expect(
    [...stdout.matchAll(/ (\d+)\/(\d+) /g)].map(([, uid, gid]) => ({ uid: Number(uid), gid: Number(gid) })),
  ).toEqual(read);
});

test.each(["gnu", "pax", "ustar"])("what the system's tar packs as %s is read", async (format) => {
  const from = folder();
  mkdirSync(path.join(from, "sub"));
  writeFileSync(path.join(from, "sub/text"), "text", { mode: 0o640 });
  const name = format === "ustar" ? `sub/${"n".repeat(90)}` : `sub/${"n".repeat(180)}ü`;
  writeFileSync(path.join(from, name), "x".repeat(2_000));
  symlinkSync("text", path.join(from, "sub/link"));
  const packed = await execa("tar", ["-c", `--format=${format}`, "-f", "-", "-C", from, "sub"], {
    encoding: "buffer",
  });
  const members = await membersOf(Buffer.from(packed.stdout));
  const one = (wanted: string) => members.find((member) => member.path === wanted);
  expect(one("sub/")).toMatchObject({ kind: "folder" });
  expect(one("sub/text")).toMatchObject({ kind: "file", content: "text", mode: 0o640 });
  expect(one(name)?.content).toBe("x".repeat(2_000));
  expect(one("sub/link")).toMatchObject({ kind: "link", target: "text", size: 0 });
});

test("contents may be left unread", async () => {
  const archive = archiveOf([
    { path: "a", content: "x".repeat(700) },
    { path: "b", content: "y" },
  ]);
  const paths: string[] = [];
  for await (const { path: each } of readTar(inPieces(archive, 100))) paths.push(each);
  expect(paths).toEqual(["a", "b"]);
});

test.each([
  ["in a file", (bytes: Buffer) => bytes.subarray(0, 600)],
  ["in a header", (bytes: Buffer) => bytes.subarray(0, 300)],
  ["before its end", (bytes: Buffer) => bytes.subarray(0, bytes.length - 1_024)],
  ["and damaged", (bytes: Buffer) => bytes.with(3, 0x41)],
])("an archive that is cut %s is refused", async (_where, cut) => {
  const archive = archiveOf([{ path: "abcdef", content: "x".repeat(700) }]);
  await expect(membersOf(Buffer.from(cut(archive)))).rejects.toMatchObject({ code: "UNREACHABLE" });
});
