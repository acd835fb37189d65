// Sessions inside machines: commands and archives of files, as frames on an upgraded connection.
import {
  FRAME,
  SESSION_PROTOCOL,
  type SessionRequest,
  SessionRequestSchema,
  SessionSignalSchema,
  TerminalSizeSchema,
} from "../../contract/sessions.ts";
import { AppError, asAppError } from "../../errors/app-error.ts";
import { type Frame, openFrameChannel, type FrameChannel } from "../../platform/frames.ts";
import type { AttachedCommand, MachineInside } from "../machines/machine-inside.ts";
import type { MachineRecord } from "../model/records.ts";
import type { ContainerRuntime } from "../runtime/container-runtime.ts";
import { errorBody } from "./error-body.ts";
import type { UpgradeRoute } from "./upgrades.ts";

export interface SessionDeps {
  readonly machine: (app: string, id: string) => MachineRecord;
  readonly inside: Pick<MachineInside, "openCommand" | "containerId">;
  readonly runtime: Pick<ContainerRuntime, "readArchive" | "writeArchive">;
}

type Frames = AsyncGenerator<Frame>;

function parsed<T>(schema: { parse(value: unknown): T }, { payload }: Frame): T {
  try {
    return schema.parse(JSON.parse(payload.toString()));
  } catch (cause) {
    throw new AppError("REQUEST_INVALID", "a frame of the session is not as it should be", { cause });
  }
}

/** Passes the client's frames on to the command, until the client ends. */
async function feed(command: AttachedCommand, frames: Frames): Promise<void> {
  for await (const frame of frames) {
    if (frame.kind === FRAME.input) await command.write(frame.payload);
    else if (frame.kind === FRAME.inputEnd) command.endInput();
    else if (frame.kind === FRAME.resize) await command.resize(parsed(TerminalSizeSchema, frame));
    else if (frame.kind === FRAME.signal) await command.signal(parsed(SessionSignalSchema, frame).signal);
  }
}

async function runCommand(command: AttachedCommand, frames: Frames, channel: FrameChannel): Promise<void> {
  let ended = false;
  // A client that is gone takes its command with it, as a terminal does that is closed.
  const hangUp = async (): Promise<void> => {
    if (ended) return;
    ended = true;
    await command.signal("SIGHUP");
    command.release();
  };
  const feeding = feed(command, frames).then(hangUp, hangUp);
  for await (const { stream, bytes } of command.output())
    await channel.send(stream === "stdout" ? FRAME.stdout : FRAME.stderr, bytes);
  if (!ended) {
    ended = true;
    await channel.send(FRAME.end, JSON.stringify({ exit_code: await command.exitCode() }));
  }
  channel.end();
  await feeding;
}

async function* archiveOf(frames: Frames): AsyncGenerator<Uint8Array> {
  // Not by for-of: its end would close the connection, on which the answer has still to go.
  for (let step = await frames.next(); step.done !== true; step = await frames.next()) {
    if (step.value.kind === FRAME.inputEnd) return;
    if (step.value.kind === FRAME.input) yield step.value.payload;
  }
  throw new AppError("UNREACHABLE", "the client went away before the archive was whole");
}

async function serve(
  request: SessionRequest,
  machine: MachineRecord,
  [frames, channel]: readonly [Frames, FrameChannel],
  { inside, runtime }: SessionDeps,
): Promise<void> {
  if (request.kind === "command") {
    await runCommand(await inside.openCommand(machine, request), frames, channel);
    return;
  }
  const container = await inside.containerId(machine, { atRest: request.at_rest === true });
  if (request.kind === "write") await runtime.writeArchive(container, request.folder, archiveOf(frames));
  else {
    const archive = await runtime.readArchive(container, request.path);
    if (archive === undefined) throw new AppError("PATH_NOT_FOUND", `there is no ${request.path} in the machine`);
    for await (const chunk of archive) await channel.send(FRAME.stdout, chunk);
  }
  await channel.send(FRAME.end, JSON.stringify({ exit_code: 0 }));
  channel.end();
}

/** /hangar/v1/apps/{app}/machines/{id}/session */
export function sessionRoute(deps: SessionDeps): UpgradeRoute {
  return {
    protocol: SESSION_PROTOCOL,
    path: /^\/hangar\/v1\/apps\/([^/]+)\/machines\/([^/]+)\/session$/,
    prepare: async ({ words: [app = "", id = ""] }) => {
      const machine = deps.machine(app, id);
      return async (socket) => {
        const channel = openFrameChannel(socket);
        try {
          const frames = channel.frames();
          const first = await frames.next();
          if (first.done === true || first.value.kind !== FRAME.open)
            throw new AppError("REQUEST_INVALID", "a session has to begin with what it is for");
          await serve(parsed(SessionRequestSchema, first.value), machine, [frames, channel], deps);
        } catch (thrown) {
          await channel.send(FRAME.failed, JSON.stringify(errorBody(asAppError(thrown), "")));
          channel.end();
        }
      };
    },
  };
}
