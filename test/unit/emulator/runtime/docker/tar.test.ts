import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { parseTarFile, renderTar } from "../../../../../src/emulator/runtime/docker/tar.ts";

test("the system's tar unpacks what renderTar writes", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "hangar-tar-"));
  try {
    const long = `deep/${"folder/".repeat(30)}file`;
    const block = Buffer.alloc(512, 7);
    const archive = renderTar([
      { path: "/etc/text", content: "grüße\n", mode: 0o600 },
      { path: `/${long}`, content: "long", mode: 0o755 },
      { path: "/empty", content: "", mode: 0o644 },
      { path: "/block", content: block, mode: 0o644 },
    ]);
    await execa("tar", ["-x", "-f", "-", "--no-same-owner", "-p", "-C", folder], { input: archive });
    expect(readFileSync(path.join(folder, "etc/text"), "utf8")).toBe("grüße\n");
    expect(statSync(path.join(folder, "etc/text")).mode & 0o777).toBe(0o600);
    expect(readFileSync(path.join(folder, long), "utf8")).toBe("long");
    expect(statSync(path.join(folder, long)).mode & 0o777).toBe(0o755);
    expect(readFileSync(path.join(folder, "empty"))).toHaveLength(0);
    expect(readFileSync(path.join(folder, "block"))).toEqual(block);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the first file is read back, also behind a long name", () => {
  const content = Buffer.from([0, 1, 2, 255]);
  expect(parseTarFile(renderTar([{ path: `/${"x".repeat(150)}`, content, mode: 0o644 }]))).toEqual(content);
  expect(parseTarFile(renderTar([]))).toBeUndefined();
});
