// Client of what a planet streams on upgraded connections: commands in machines and archives of their files.
import {
  type CommandRequest,
  FileStatSchema,
  type FileStat,
  FRAME,
  SESSION_PROTOCOL,
  SessionEndSchema,
  type SessionRequest,
  type SessionSignal,
  type TerminalSize,
} from "../contract/sessions.ts";
import { AppError } from "../errors/app-error.ts";
import { type FrameChannel, openFrameChannel } from "../platform/frames.ts";
import { requestUpgrade } from "../platform/http-upgrade.ts";
import { apiErrorOf } from "./machines/api-error.ts";
import { createTransport, type TransportOptions } from "./machines/transport.ts";

export type Printed = { readonly stream: "stdout" | "stderr"; readonly bytes: Buffer };

/** A command that runs in a machine. */
export interface CommandSession {
  /** What it prints, until it ends, and then its exit code; to be read once. @throws UNREACHABLE where the planet goes away */
  output(): AsyncGenerator<Printed, number>;
  write(bytes: Uint8Array): Promise<void>;
  endInput(): Promise<void>;
  resize(size: TerminalSize): Promise<void>;
  signal(signal: SessionSignal): Promise<void>;
  /** Breaks off; the command gets SIGHUP. */
  close(): void;
}

export interface RestOptions {
  /** Also where its program does not run. */
  readonly atRest?: boolean;
}

export interface SessionsClient {
  openCommand(app: string, machine: string, request: Omit<CommandRequest, "kind">): Promise<CommandSession>;
  /** A tar archive of a file or folder. @throws PATH_NOT_FOUND, MACHINE_STATE */
  readArchive(app: string, machine: string, path: string, options?: RestOptions): AsyncGenerator<Buffer>;
  /** Unpacks a tar archive in a folder that is there; what has the same names is replaced. @throws MACHINE_STATE */
  writeArchive(
    app: string,
    machine: string,
    folder: string,
    archive: AsyncIterable<Uint8Array>,
    options?: RestOptions,
  ): Promise<void>;
  /** @throws PATH_NOT_FOUND, MACHINE_STATE */
  stat(app: string, machine: string, path: string): Promise<FileStat>;
}

const CONNECT_MS = 30_000;

async function* printedOn(channel: FrameChannel): AsyncGenerator<Printed, number> {
  for await (const { kind, payload } of channel.frames()) {
    if (kind === FRAME.stdout) yield { stream: "stdout", bytes: payload };
    else if (kind === FRAME.stderr) yield { stream: "stderr", bytes: payload };
    else if (kind === FRAME.end) return SessionEndSchema.parse(JSON.parse(payload.toString())).exit_code;
    else if (kind === FRAME.failed) throw apiErrorOf(0, payload.toString(), "GET", "session");
  }
  throw new AppError("UNREACHABLE", "The planet broke the session off", {
    suggestions: ["hangar status", "hangar up"],
  });
}

/** Makes no request by itself. */
export function createSessionsClient(options: TransportOptions): SessionsClient {
  const { baseUrl, token, signal } = options;
  const transport = createTransport(options);
  const pathOf = (app: string, machine: string): string =>
    `/hangar/v1/apps/${encodeURIComponent(app)}/machines/${encodeURIComponent(machine)}`;

  const open = async (app: string, machine: string, request: SessionRequest): Promise<FrameChannel> => {
    const path = `${pathOf(app, machine)}/session`;
    const answer = await requestUpgrade(`${baseUrl}${path}`, {
      protocol: SESSION_PROTOCOL,
      token,
      timeoutMs: CONNECT_MS,
      ...(signal === undefined ? {} : { signal }),
    });
    if (answer.socket === undefined) throw apiErrorOf(answer.status, answer.body, "GET", path);
    const channel = openFrameChannel(answer.socket);
    await channel.send(FRAME.open, JSON.stringify(request));
    return channel;
  };

  return {
    openCommand: async (app, machine, request) => {
      const channel = await open(app, machine, { kind: "command", ...request });
      return {
        output: () => printedOn(channel),
        write: (bytes) => channel.send(FRAME.input, bytes),
        endInput: () => channel.send(FRAME.inputEnd),
        resize: (size) => channel.send(FRAME.resize, JSON.stringify(size)),
        signal: (name) => channel.send(FRAME.signal, JSON.stringify({ signal: name })),
        close: channel.destroy,
      };
    },
    async *readArchive(app, machine, path, { atRest = false } = {}) {
      const channel = await open(app, machine, { kind: "read", path, ...(atRest ? { at_rest: true } : {}) });
      try {
        for await (const { bytes } of printedOn(channel)) yield bytes;
      } finally {
        channel.destroy();
      }
    },
    writeArchive: async (app, machine, folder, archive, { atRest = false } = {}) => {
      const channel = await open(app, machine, { kind: "write", folder, ...(atRest ? { at_rest: true } : {}) });
      try {
        const answer = printedOn(channel).next();
        let isRefused = false;
        answer.catch(() => {
          // nobody reads what is still sent
          isRefused = true;
          channel.destroy();
        });
        for await (const chunk of archive) {
          if (isRefused) break;
          await channel.send(FRAME.input, chunk);
        }
        await channel.send(FRAME.inputEnd);
        await answer;
      } finally {
        channel.destroy();
      }
    },
    stat: (app, machine, path) =>
      transport.fetch(
        { method: "GET", path: `${pathOf(app, machine)}/files?path=${encodeURIComponent(path)}` },
        FileStatSchema,
      ),
  };
}
