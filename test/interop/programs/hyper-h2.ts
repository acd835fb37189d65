// hyper-h2, HTTP/2 in Python: a client that checks every frame it is sent against the standard.
import { strict as assert } from "node:assert";
import path from "node:path";
import { GRPC_HOST, type InteropCase, type InteropProgram, WEB_HOST } from "../interop.ts";
import { runTool, versionOf } from "../run-tool.ts";

/** Where `make interop` puts it, apart from the machine's own packages. */
const PYTHON = path.join(import.meta.dirname, "../../../.cache/interop/bin/python");
const CLIENT = path.join(import.meta.dirname, "hyper_h2_client.py");

const client = (name: string, work: string, host = WEB_HOST): InteropCase => ({
  name,
  async run({ securePort, authorityFile }) {
    const { exitCode, stdout, stderr } = await runTool(PYTHON, [CLIENT, work, host, String(securePort), authorityFile]);
    assert.equal(exitCode, 0, stdout + stderr);
  },
});

export const hyperH2Program: InteropProgram = {
  name: "hyper-h2",
  version: () => versionOf(PYTHON, ["-c", "import h2; print(h2.__version__)"]),
  cases: [
    client("a request", "get"),
    client("100 streams at once, each with its own answer", "many"),
    client("an upload of 3 MB in the peer's windows", "upload"),
    client("a download of 20 MB in windows of 16 KB, opened bit by bit", "download"),
    client("trailers of an answer, after its body", "trailers"),
    client("a ping comes back as it was", "ping"),
    client("unknown frames and settings are passed over", "unknown"),
    client("a reset of one stream leaves the others alone", "reset"),
    client("a status of gRPC without a body", "grpc", GRPC_HOST),
  ],
};
