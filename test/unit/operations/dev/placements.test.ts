import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readPlacements } from "../../../../src/operations/dev/placements.ts";

const TEMPLATE = readFileSync(new URL("../../../../templates/apps/where-am-i/Dockerfile", import.meta.url), "utf8");
const COMMON = `
FROM node:24 AS base
WORKDIR /srv
FROM base
COPY package.json package-lock.json ./
RUN npm ci
COPY --chown=node:node . .
CMD ["node", "index.js"]
`;
const copied = (...paths: string[]): unknown => ({ kind: "copied", paths });
const BUILT = { kind: "built" };
const OUTSIDE = { kind: "outside" };

describe("where the files of a context are in the image", () => {
  test.each([
    ["server.js", copied("/app/server.js")],
    ["package.json", copied("/app/package.json")],
    ["README.md", OUTSIDE],
    ["lib/server.js", OUTSIDE],
  ])("of the template: %s", (file, placement) => {
    expect(readPlacements(TEMPLATE)(file)).toEqual(placement);
  });

  test.each([
    ["index.js", copied("/srv/index.js")],
    ["lib/deep/a.js", copied("/srv/lib/deep/a.js")],
    ["package.json", BUILT],
    ["package-lock.json", BUILT],
  ])("where dependencies are installed before the sources come: %s", (file, placement) => {
    expect(readPlacements(COMMON)(file)).toEqual(placement);
  });

  test.each<[string, string, string, unknown]>([
    ["a build from all sources", "FROM a\nWORKDIR /a\nCOPY . .\nRUN make", "x.c", BUILT],
    ["a build in another stage", "FROM a AS b\nWORKDIR /a\nCOPY . .\nFROM a\nCOPY --from=b /a /b", "x.c", BUILT],
    ["a stage that is not the wanted one", "FROM a AS one\nCOPY x /x\nFROM a AS two", "x", BUILT],
    ["a file by its name", "FROM a\nCOPY app.js /opt/main.js", "app.js", copied("/opt/main.js")],
    ["a file into a folder", "FROM a\nCOPY app.js /opt/", "app.js", copied("/opt/app.js")],
    ["a file into the working folder", "FROM a\nWORKDIR /opt\nCOPY app.js /opt", "app.js", copied("/opt/app.js")],
    ["a folder", "FROM a\nCOPY src /opt/src", "src/a/b.js", copied("/opt/src/a/b.js")],
    ["a pattern", "FROM a\nCOPY *.js /opt/", "a.js", copied("/opt/a.js")],
    ["a pattern, deeper", "FROM a\nCOPY *.js /opt/", "lib/a.js", OUTSIDE],
    ["two places", "FROM a\nCOPY a /1/\nCOPY . /2/", "a", copied("/1/a", "/2/a")],
    ["JSON", 'FROM a\nCOPY ["a b", "/1/"]', "a b", copied("/1/a b")],
    ["several lines", "FROM a\nCOPY a \\\n # why\n b \\\n /1/", "b", copied("/1/b")],
    ["a working folder on another", "FROM a\nWORKDIR /a\nWORKDIR b\nCOPY x .", "x", copied("/a/b/x")],
    ["a working folder that only the base knows", "FROM a\nCOPY x .", "x", BUILT],
    ["a variable", "FROM a\nARG V\nCOPY x$V /x", "anything", BUILT],
    ["a text of its own", "FROM a\nCOPY <<EOF /x\nCOPY y /y\nEOF", "y", BUILT],
    ["a text of a command", "FROM a\nRUN <<EOF\nCOPY y /y\nEOF\nCOPY z /z", "y", OUTSIDE],
    ["a mounted context", "FROM a\nRUN --mount=type=bind,target=/s make -C /s", "x", BUILT],
    ["another mode", "FROM a\nCOPY --chmod=755 x /x", "x", BUILT],
    ["an archive that is unpacked", "FROM a\nADD x.tar.gz /x", "x.tar.gz", BUILT],
    ["another escape", "# escape=`\nFROM a\nCOPY a `\n /1/", "a", copied("/1/a")],
  ])("%s", (_name, dockerfile, file, placement) => {
    expect(readPlacements(dockerfile)(file)).toEqual(placement);
  });

  test("the wanted stage counts, by its name", () => {
    const text = "FROM a AS dev\nCOPY x /x\nFROM a AS prod\nCOPY y /y";
    expect(readPlacements(text, "DEV")("x")).toEqual(copied("/x"));
    expect(readPlacements(text, "dev")("y")).toEqual(BUILT);
    expect(readPlacements(text)("y")).toEqual(copied("/y"));
  });
});
