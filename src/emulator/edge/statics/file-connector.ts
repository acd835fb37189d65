// Connections to where a request is answered from a file of the machine: to the file if it is there, to the app if not.
import type { OpenAnswer } from "../../../platform/http-send.ts";
import type { Connector, PendingConn } from "../http1/conn.ts";
import { FileConn, type OpenFile } from "./file-conn.ts";
import type { StaticFile } from "./static-file.ts";

const READ_TIMEOUT_MS = 10_000;

export interface FileConnectorDeps {
  /** Opens all other connections. */
  readonly connector: Connector;
  open(path: string, body: unknown, timeoutMs: number): Promise<OpenAnswer>;
  timer(afterMs: number, run: () => void): () => void;
}

/** Reads files through control, which alone speaks with the engine. */
export function createFileConnector({ connector, open, timer }: FileConnectorDeps): Connector {
  const find = async ({ machineId, folder, names }: StaticFile): Promise<OpenFile | undefined> => {
    const question = { folder, names };
    const answer = await open(`/hangar/v1/machines/${machineId}/file`, question, READ_TIMEOUT_MS);
    const { status, headers, body: content } = answer;
    const { "content-length": bytes, etag: tag } = headers;
    if (status === 200 && bytes !== undefined && tag !== undefined) return { name: names.at(-1)!, bytes, tag, content };
    content.on("error", () => undefined).resume();
    return undefined;
  };
  return {
    connect(endpoint, timeoutMs, listener, outcome) {
      const { file } = endpoint;
      if (file === undefined) return connector.connect(endpoint, timeoutMs, listener, outcome);
      let inner: PendingConn | undefined;
      let cancelled = false;
      let cancelWait = (): void => undefined;
      const proceed = (found: OpenFile | undefined): void => {
        if (cancelled) return void found?.content.on("error", () => undefined).destroy();
        if (found === undefined) {
          inner = connector.connect(endpoint, timeoutMs, listener, outcome);
          return undefined;
        }
        const conn = new FileConn(endpoint.host, found, listener);
        const opened = (): void => outcome.opened(conn);
        // The file is where the machine is: the way there and back counts.
        if (file.rttMs > 0) {
          const cancel = timer(file.rttMs, opened);
          cancelWait = () => {
            cancel();
            conn.destroy();
          };
        } else opened();
        return undefined;
      };
      // Control that is away has no files: the app may answer.
      find(file).then(proceed, () => proceed(undefined));
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
