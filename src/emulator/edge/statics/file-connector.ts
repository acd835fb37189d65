// Connections to where a request is answered from a file of the machine: to the file if it is there, to the app if not.
import { FileAnswerSchema } from "../../../contract/world.ts";
import type { Connector, PendingConn } from "../http1/conn.ts";
import { FileConn } from "./file-conn.ts";
import type { StaticFile } from "./static-file.ts";

const READ_TIMEOUT_MS = 10_000;

export interface FileConnectorDeps {
  /** Opens all other connections. */
  readonly connector: Connector;
  post(path: string, body: unknown, timeoutMs: number): Promise<{ readonly status: number; readonly body: string }>;
  timer(afterMs: number, run: () => void): () => void;
}

/** Reads files through control, which alone speaks with the engine. */
export function createFileConnector({ connector, post, timer }: FileConnectorDeps): Connector {
  const read = async ({ machineId, folder, names }: StaticFile): Promise<Buffer | undefined> => {
    const { status, body } = await post(`/hangar/v1/machines/${machineId}/file`, { folder, names }, READ_TIMEOUT_MS);
    if (status !== 200) return undefined;
    const { content } = FileAnswerSchema.parse(JSON.parse(body));
    return content === null ? undefined : Buffer.from(content, "base64");
  };
  return {
    connect(endpoint, timeoutMs, listener, outcome) {
      const { file } = endpoint;
      if (file === undefined) return connector.connect(endpoint, timeoutMs, listener, outcome);
      let inner: PendingConn | undefined;
      let cancelled = false;
      let cancelWait = (): void => undefined;
      const proceed = (content: Buffer | undefined): void => {
        if (cancelled) return;
        if (content === undefined) {
          inner = connector.connect(endpoint, timeoutMs, listener, outcome);
          return;
        }
        // The file is where the machine is: the way there and back counts.
        const open = (): void => outcome.opened(new FileConn(endpoint.host, file.names.at(-1)!, content, listener));
        if (file.rttMs > 0) cancelWait = timer(file.rttMs, open);
        else open();
      };
      // Control that is away has no files: the app may answer.
      read(file).then(proceed, () => proceed(undefined));
      return {
        cancel() {
          cancelled = true;
          cancelWait();
          inner?.cancel();
        },
      };
    },
  };
}
