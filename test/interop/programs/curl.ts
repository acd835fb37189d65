// curl: HTTP/1.0, 1.1 and 2, plain and with TLS, uploads and downloads.
import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { type InteropCase, type InteropProgram, type Stage, WEB_HOST } from "../interop.ts";
import { runTool, versionOf } from "../run-tool.ts";

const WHAT = "\n%{http_code} %{http_version} %{num_connects} %{size_download}";

interface Answer {
  readonly body: string;
  readonly status: number;
  readonly version: string;
  readonly connects: number;
  readonly bytes: number;
}

async function curl(args: readonly string[], input?: Buffer): Promise<Answer> {
  const { exitCode, stdout, stderr } = await runTool("curl", ["-sS", "-w", WHAT, ...args], input);
  assert.equal(exitCode, 0, stderr);
  const at = stdout.lastIndexOf("\n");
  const [status, version = "", connects, bytes] = stdout.slice(at + 1).split(" ");
  return {
    body: stdout.slice(0, at),
    status: Number(status),
    version,
    connects: Number(connects),
    bytes: Number(bytes),
  };
}

const plain = ({ port }: Stage, place = "/"): string => `http://${WEB_HOST}:${port}${place}`;
const secure = ({ securePort }: Stage, place = "/"): string => `https://${WEB_HOST}:${securePort}${place}`;
const trusting = ({ authorityFile }: Stage): string[] => ["--cacert", authorityFile];
const UPLOAD = Buffer.alloc(5_000_000, "upload ");

async function upload(stage: Stage, args: readonly string[]): Promise<void> {
  const file = path.join(stage.dir, "upload");
  await writeFile(file, UPLOAD);
  const { body, status } = await curl([...args, "--data-binary", `@${file}`]);
  assert.equal(status, 200);
  const { bytes, md5 } = JSON.parse(body) as { bytes: number; md5: string };
  assert.deepEqual({ bytes, md5 }, { bytes: UPLOAD.length, md5: createHash("md5").update(UPLOAD).digest("hex") });
}

const asked = (name: string, args: (stage: Stage) => readonly string[], version: string): InteropCase => ({
  name,
  async run(stage) {
    const answer = await curl(args(stage));
    assert.equal(answer.status, 200);
    assert.equal(answer.version, version);
  },
});

export const curlProgram: InteropProgram = {
  name: "curl",
  version: () => versionOf("curl"),
  cases: [
    asked("GET, HTTP/1.1", (stage) => [plain(stage)], "1.1"),
    asked("GET, HTTP/1.0", (stage) => ["-0", plain(stage)], "1.1"),
    asked("GET, an upgrade to h2c is answered in HTTP/1.1", (stage) => ["--http2", plain(stage)], "1.1"),
    asked("GET, TLS, HTTP/1.1", (stage) => [...trusting(stage), "--http1.1", secure(stage)], "1.1"),
    asked("GET, TLS 1.2, HTTP/2", (stage) => [...trusting(stage), "--tls-max", "1.2", secure(stage)], "2"),
    asked("GET, TLS 1.3, HTTP/2", (stage) => [...trusting(stage), "--tlsv1.3", secure(stage)], "2"),
    asked("HEAD, HTTP/1.1", (stage) => ["-I", plain(stage)], "1.1"),
    asked("HEAD, HTTP/2", (stage) => ["-I", ...trusting(stage), secure(stage)], "2"),
    {
      name: "HTTP/2 without TLS is refused, and does not hang",
      async run(stage) {
        const { exitCode } = await runTool("curl", ["-sS", "--http2-prior-knowledge", plain(stage)]);
        assert.notEqual(exitCode, 0);
      },
    },
    {
      name: "three requests on one connection",
      async run(stage) {
        const { stdout } = await runTool("curl", [
          "-sS",
          "-w",
          "\n%{num_connects}\n",
          ...[1, 2, 3].map((n) => plain(stage, `/${n}`)),
        ]);
        assert.deepEqual(stdout.match(/^\d$/gm), ["1", "0", "0"]);
      },
    },
    { name: "upload of 5 MB with Expect, HTTP/1.1", run: (stage) => upload(stage, [plain(stage)]) },
    {
      name: "upload of 5 MB in chunks, HTTP/1.1",
      run: (stage) => upload(stage, ["-H", "Transfer-Encoding: chunked", plain(stage)]),
    },
    { name: "upload of 5 MB, HTTP/2", run: (stage) => upload(stage, [...trusting(stage), secure(stage)]) },
    {
      name: "download of 20 MB, HTTP/1.1 and HTTP/2",
      async run(stage) {
        for (const args of [[plain(stage, "/download")], [...trusting(stage), secure(stage, "/download")]])
          assert.equal((await curl(["-o", "/dev/null", ...args])).bytes, 20_000_000);
      },
    },
    {
      name: "a certificate of another authority is not believed",
      async run(stage) {
        const { exitCode } = await runTool("curl", ["-sS", secure(stage)]);
        assert.equal(exitCode, 60);
      },
    },
  ],
};
