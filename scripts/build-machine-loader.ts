// Builds src/emulator/machines/loader/binaries.ts, the program that gives machines their secrets, from
// scripts/machine-loader/loader.c. Needs gcc for both processors (gcc, gcc-aarch64-linux-gnu, or the other way round);
// users of Hangar need neither, which is why what it makes is kept.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const root = path.join(import.meta.dirname, "..");
const SOURCE = path.join(root, "scripts/machine-loader/loader.c");
const TARGET = path.join(root, "src/emulator/machines/loader/binaries.ts");
const FLAGS =
  "-Os -std=c11 -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables -fno-builtin -fno-pie -no-pie " +
  "-nostdlib -static -Wall -Wextra -Wl,-N,--build-id=none,-z,noexecstack -s";
const COMPILERS = { x86_64: "x86_64-linux-gnu-gcc", aarch64: "aarch64-linux-gnu-gcc" } as const;
const LINE = 108;

/** SHA-256 of the source: kept beside what was built from it, so that one cannot change without the other. */
export function sourceDigest(): string {
  return createHash("sha256").update(readFileSync(SOURCE)).digest("hex");
}

/** The program for a processor, as the compiler of this machine makes it. */
export function buildLoader(architecture: keyof typeof COMPILERS): Buffer {
  const folder = mkdtempSync(path.join(tmpdir(), "hangar-loader-"));
  try {
    const output = path.join(folder, "loader");
    const own = architecture === "aarch64" ? ["-mno-outline-atomics"] : [];
    execFileSync(COMPILERS[architecture], [...FLAGS.split(" "), ...own, "-o", output, SOURCE], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function constant(name: string, bytes: Buffer): string {
  const pieces = bytes.toString("base64").match(new RegExp(`.{1,${LINE}}`, "g")) ?? [];
  return `const ${name} = [\n${pieces.map((piece) => `  "${piece}",\n`).join("")}];\n`;
}

function main(): void {
  const text = `// Made by scripts/build-machine-loader.ts from scripts/machine-loader/loader.c; not to be edited.

/** SHA-256 of the source these were built from. */
export const LOADER_SOURCE_SHA256 = "${sourceDigest()}";

${constant("X86_64", buildLoader("x86_64"))}
${constant("AARCH64", buildLoader("aarch64"))}
/** The programs by processor, as the engine names it, in base64. */
export const LOADERS: Readonly<Record<string, string>> = {
  x86_64: X86_64.join(""),
  amd64: X86_64.join(""),
  aarch64: AARCH64.join(""),
  arm64: AARCH64.join(""),
};
`;
  writeFileSync(TARGET, text);
}

if (import.meta.main) main();
