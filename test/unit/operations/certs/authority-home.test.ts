import { stat, writeFile } from "node:fs/promises";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { openAuthorityHome } from "../../../../src/operations/certs/authority-home.ts";
import { withTempDir } from "../../../support/temp-dir.ts";

let made = 0;
const create = async () => {
  made += 1;
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${made}\n-----END CERTIFICATE-----\n`,
    key: `-----BEGIN PRIVATE KEY-----\n${made}\n-----END PRIVATE KEY-----\n`,
  };
};

describe("the authority's home", () => {
  test("keeps one authority for all planets, its key readable by its owner only", () =>
    withTempDir(async (stateDir) => {
      const home = openAuthorityHome({ stateDir, create });
      expect(await home.present()).toBeUndefined();
      const first = await home.ensure();
      expect(await openAuthorityHome({ stateDir, create }).ensure()).toEqual(first);
      expect(await home.present()).toEqual(first);
      expect((await stat(`${stateDir}/authority/authority.key`)).mode & 0o777).toBe(0o600);
      expect((await stat(`${stateDir}/authority`)).mode & 0o777).toBe(0o700);
      expect(await readFile(home.certificateFile, "utf8")).toBe(first.certificate);
    }));

  test("is the same for commands that make it at the same time", () =>
    withTempDir(async (stateDir) => {
      const all = await Promise.all(Array.from({ length: 5 }, () => openAuthorityHome({ stateDir, create }).ensure()));
      expect(new Set(all.map(({ key }) => key)).size).toBe(1);
      expect(await readFile(`${stateDir}/authority/authority.pem`, "utf8")).toBe(all[0]?.certificate);
    }));

  test("says what lies in its place", () =>
    withTempDir(async (stateDir) => {
      const home = openAuthorityHome({ stateDir, create });
      await home.ensure();
      await writeFile(`${stateDir}/authority/authority.key`, "half");
      await expect(home.ensure()).rejects.toMatchObject({ code: "AUTHORITY_INVALID" });
    }));
});
