import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { AppError } from "../../../../src/errors/app-error.ts";
import { openAuthorityHome } from "../../../../src/operations/certs/authority-home.ts";
import { prepareTrust, trust, type TrustDeps, untrust } from "../../../../src/operations/certs/trust.ts";
import { exists, listNames } from "../../../../src/platform/files.ts";
import { createAuthority } from "../../../../src/platform/x509.ts";
import { withTempDir } from "../../../support/temp-dir.ts";

const create = () => createAuthority("Test", Date.now());

/** A machine whose programs do what `act` says, and are written down. */
function machine(stateDir: string, more: Partial<TrustDeps> & { files?: readonly string[] } = {}) {
  const ran: string[] = [];
  const files = new Set(more.files);
  const deps: TrustDeps = {
    ...{ platform: "linux", home: "/home/ann", isRoot: false },
    authority: openAuthorityHome({ stateDir, create }),
    exists: async (file) => files.has(file),
    listNames: async (folder) => (folder === "/home/ann/.mozilla/firefox" ? ["a.default", "profiles.ini"] : []),
    run: async (file, args) => {
      ran.push([file, ...args].join(" "));
      if (args[0] === "install") files.add(args.at(-1) ?? "");
      if (args[0] === "rm") files.delete(args.at(-1) ?? "");
      return { exitCode: args[0] === "-L" ? 1 : 0, stderr: "" };
    },
    ...more,
  };
  return { deps, ran, files };
}

describe("certs trust", () => {
  test.each([
    ["/usr/local/share/ca-certificates", "crt", "sudo update-ca-certificates"],
    ["/etc/pki/ca-trust/source/anchors", "pem", "sudo update-ca-trust extract"],
    ["/etc/ca-certificates/trust-source/anchors", "crt", "sudo trust extract-compat"],
  ])("knows the system that has %s", (folder, extension, refresh) =>
    withTempDir(async (stateDir) => {
      const { deps, ran } = machine(stateDir, { files: [folder] });
      const prepared = await prepareTrust(deps);
      const first = await trust(prepared, deps);
      expect(ran).toEqual([
        expect.stringMatching(
          new RegExp(`^sudo install -m 644 ${prepared.certificate} ${folder}/hangar-[0-9a-f]{12}\\.${extension}$`),
        ),
        refresh,
      ]);
      expect(first.stores).toEqual([{ store: "system", state: "trusted" }]);
      expect((await trust(prepared, deps)).stores).toEqual([{ store: "system", state: "trusted already" }]);
      expect((await untrust(prepared, deps)).stores).toEqual([{ store: "system", state: "removed" }]);
      expect((await untrust(prepared, deps)).stores).toEqual([{ store: "system", state: "was not there" }]);
    }),
  );

  test("asks nobody for rights that it has", () =>
    withTempDir(async (stateDir) => {
      const { deps, ran } = machine(stateDir, { isRoot: true, files: ["/usr/local/share/ca-certificates"] });
      await trust(await prepareTrust(deps), deps);
      expect(ran.every((line) => !line.startsWith("sudo"))).toBe(true);
    }));

  test("finds the databases of Chromium and of Firefox' profiles", () =>
    withTempDir(async (stateDir) => {
      const files = ["/home/ann/.pki/nssdb/cert9.db", "/home/ann/.mozilla/firefox/a.default/cert9.db"];
      const { deps, ran } = machine(stateDir, { files });
      const prepared = await prepareTrust(deps);
      await trust(prepared, deps);
      const added = ran.filter((line) => line.startsWith("certutil -A"));
      expect(added).toEqual([
        expect.stringContaining("-d sql:/home/ann/.pki/nssdb -t C,, -n hangar-"),
        expect.stringContaining("-d sql:/home/ann/.mozilla/firefox/a.default -t C,, -n hangar-"),
      ]);
    }));

  test("says what is missing for the browsers", () =>
    withTempDir(async (stateDir) => {
      const { deps } = machine(stateDir, {
        files: ["/home/ann/.pki/nssdb/cert9.db"],
        run: async (file) => {
          throw new AppError("NOT_FOUND", `no ${file}`);
        },
      });
      const { stores, notes } = await prepareTrust(deps);
      expect(stores).toEqual([]);
      expect(notes).toEqual([expect.stringContaining("libnss3-tools"), expect.stringContaining("authority.pem")]);
    }));

  test("changes the other stores when one refuses, and fails", () =>
    withTempDir(async (stateDir) => {
      const files = ["/usr/local/share/ca-certificates", "/home/ann/.pki/nssdb/cert9.db"];
      const { deps } = machine(stateDir, { files });
      const refusing: TrustDeps = {
        ...deps,
        run: (file, args) =>
          file === "sudo" ? Promise.resolve({ exitCode: 1, stderr: "not allowed" }) : deps.run(file, args),
      };
      await expect(prepareTrust(refusing).then((prepared) => trust(prepared, refusing))).rejects.toMatchObject({
        code: "TRUST_STORE_FAILED",
        message: expect.stringContaining("not allowed"),
        details: { stores: [{ state: "failed" }, { state: "trusted" }] },
      });
    }));

  test("uses the keychain on macOS", () =>
    withTempDir(async (stateDir) => {
      const { deps, ran } = machine(stateDir, { platform: "darwin", home: "/Users/ann" });
      const run: TrustDeps["run"] = async (file, args) => {
        await deps.run(file, args);
        return { exitCode: args[0] === "verify-cert" ? 1 : 0, stderr: "" };
      };
      await trust(await prepareTrust({ ...deps, run }), { ...deps, run });
      expect(ran.at(-1)).toMatch(/^security add-trusted-cert -r trustRoot -k \/Users\/ann\/Library\/Keychains\//);
    }));

  const debian = existsSync("/usr/sbin/update-ca-certificates") && existsSync("/etc/ca-certificates.conf");
  test.runIf(debian)(
    "is understood by Debian's own programs",
    () =>
      withTempDir(async (folder) => {
        const local = path.join(folder, "local");
        const certs = path.join(folder, "certs");
        const hooks = path.join(folder, "hooks");
        for (const each of [local, certs, hooks]) await mkdir(each);
        // The same programs, on folders of this test instead of the system's.
        const inside = (word: string): string => word.replace("/usr/local/share/ca-certificates", local);
        const run: TrustDeps["run"] = async (file, args) => {
          const folders = ["--localcertsdir", local, "--etccertsdir", certs, "--hooksdir", hooks];
          const system = file === "update-ca-certificates";
          const words = [...args.map(inside), ...(system ? folders : [])];
          await promisify(execFile)(system ? "/usr/sbin/update-ca-certificates" : file, words);
          return { exitCode: 0, stderr: "" };
        };
        const deps: TrustDeps = {
          ...{ platform: "linux", home: folder, isRoot: true, listNames, run },
          authority: openAuthorityHome({ stateDir: folder, create }),
          exists: (file) => exists(inside(file)),
        };
        const prepared = await prepareTrust(deps);
        const { certificate } = (await deps.authority.present()) ?? { certificate: "" };
        const bundle = (): Promise<string> => readFile(path.join(certs, "ca-certificates.crt"), "utf8");
        expect((await trust(prepared, deps)).stores).toEqual([{ store: "system", state: "trusted" }]);
        expect(await bundle()).toContain(certificate.trim());
        expect((await untrust(prepared, deps)).stores).toEqual([{ store: "system", state: "removed" }]);
        expect(await bundle()).not.toContain(certificate.trim());
      }),
    60_000,
  );

  test.runIf(existsSync("/usr/bin/certutil"))("is understood by certutil", () =>
    withTempDir(async (home) => {
      const database = path.join(home, ".pki/nssdb");
      await mkdir(database, { recursive: true });
      const certutil = (...args: string[]) => promisify(execFile)("certutil", args);
      await certutil("-N", "-d", `sql:${database}`, "--empty-password");
      const run: TrustDeps["run"] = (file, args) =>
        promisify(execFile)(file, args).then(
          () => ({ exitCode: 0, stderr: "" }),
          (error: { code: number; stderr: string }) => ({ exitCode: error.code, stderr: error.stderr }),
        );
      const deps: TrustDeps = {
        ...{ platform: "linux", home, isRoot: true, listNames, run },
        authority: openAuthorityHome({ stateDir: home, create }),
        exists: async (file) => file.startsWith(home) && (await exists(file)),
      };
      const prepared = await prepareTrust(deps);
      expect((await trust(prepared, deps)).stores).toMatchObject([{ state: "trusted" }]);
      expect((await certutil("-L", "-d", `sql:${database}`)).stdout).toMatch(/hangar-[0-9a-f]{12} +C,,/);
      expect((await trust(prepared, deps)).stores).toMatchObject([{ state: "trusted already" }]);
      expect((await untrust(prepared, deps)).stores).toMatchObject([{ state: "removed" }]);
    }),
  );
});
