import { expect, test } from "vitest";
import { AppError } from "../../../../src/errors/app-error.ts";
import { placeFiles } from "../../../../src/operations/dev/place-files.ts";
import { type Owner, renderTarHeader, TAR_END } from "../../../../src/platform/tar.ts";

const NODE: Owner = { uid: 1_000, gid: 1_000 };
const ROOT: Owner = { uid: 0, gid: 0 };

/** A machine with these paths. */
function machineWith(paths: Readonly<Record<string, Owner>>) {
  const asked: string[] = [];
  const readArchive = async function* (_app: string, _id: string, at: string, options = {}): AsyncGenerator<Buffer> {
    expect(options).toEqual({ atRest: true });
    asked.push(at);
    const owner = paths[at];
    if (owner === undefined) throw new AppError("PATH_NOT_FOUND", `there is no ${at}`);
    yield renderTarHeader({ path: at, kind: "file", size: 0, mode: 0o644, target: "", owner });
    yield renderTarHeader({
      path: `${at}/below`,
      kind: "file",
      size: 0,
      mode: 0o644,
      target: "",
      owner: { uid: 7, gid: 7 },
    });
    yield TAR_END;
  };
  const machine = { app: "my-app", machine: "m1", sessions: { readArchive } };
  return {
    asked,
    place: (...targets: string[]) =>
      placeFiles(
        targets.map((target) => ({ file: `here${target}`, target })),
        machine,
      ),
  };
}

test("a file belongs to whom it belonged", async () => {
  const { place } = machineWith({ "/": ROOT, "/app": ROOT, "/app/a.js": NODE });
  expect(await place("/app/a.js")).toEqual([{ file: "here/app/a.js", name: "app/a.js", owner: NODE }]);
});

test("a new one to whom its folder does, which is looked at once", async () => {
  const { asked, place } = machineWith({ "/": ROOT, "/app": NODE });
  expect((await place("/app/a.js", "/app/b.js")).map(({ name, owner }) => [name, owner])).toEqual([
    ["app/a.js", NODE],
    ["app/b.js", NODE],
  ]);
  expect(asked).toEqual(["/app/a.js", "/app/b.js", "/app"]);
});

test("folders that are not there are made, from the outside in, and belong to whom the one above them does", async () => {
  const { place } = machineWith({ "/": ROOT, "/app": NODE });
  expect(await place("/app/new/sub/a.js", "/app/new/b.js")).toEqual([
    { name: "app/new", owner: NODE },
    { name: "app/new/sub", owner: NODE },
    { file: "here/app/new/sub/a.js", name: "app/new/sub/a.js", owner: NODE },
    { file: "here/app/new/b.js", name: "app/new/b.js", owner: NODE },
  ]);
});

test("what else goes wrong is told", async () => {
  const readArchive = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.alloc(0);
    throw new AppError("MACHINE_STATE", "it is gone");
  };
  const machine = { app: "my-app", machine: "m1", sessions: { readArchive } };
  await expect(placeFiles([{ file: "a", target: "/a" }], machine)).rejects.toMatchObject({ code: "MACHINE_STATE" });
});
