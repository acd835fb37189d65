// Wire shapes of sessions: one connection of HTTP/1.1, upgraded, on which a command in a machine or an archive of its files
// streams. After the upgrade both sides send frames (platform/frames.ts), the client an `open` one first.
import { z } from "zod";

/** What both sides name in the Upgrade header. */
export const SESSION_PROTOCOL = "hangar-session/1";

/** Kinds of frames. */
export const FRAME = {
  /** Client, first: a SessionRequest as JSON. */
  open: 1,
  /** Client: bytes for the command to read, or of the archive to unpack. */
  input: 2,
  /** Client: there are no more of these. */
  inputEnd: 3,
  /** Client: a TerminalSize as JSON. */
  resize: 4,
  /** Client: a SessionSignal as JSON. */
  signal: 5,
  /** Server: bytes that were printed, or of an archive. */
  stdout: 16,
  stderr: 17,
  /** Server, last: a SessionEnd as JSON. */
  end: 18,
  /** Server, last: the body of an error as JSON. */
  failed: 19,
} as const;

/** Size of a terminal in characters. */
export const TerminalSizeSchema = z.object({
  columns: z.int().min(1).max(65_535),
  rows: z.int().min(1).max(65_535),
});
export type TerminalSize = z.infer<typeof TerminalSizeSchema>;

const CommandSchema = z.object({
  kind: z.literal("command"),
  command: z.array(z.string()).min(1).max(10_000),
  /** With it, the command has a terminal of this size; without, it has plain streams. */
  terminal: TerminalSizeSchema.extend({ type: z.string().max(64) }).optional(),
  /** A name or a number, with a group after a colon where it is not the user's own. */
  user: z.string().max(128).optional(),
  container: z.string().max(63).optional(),
});
const ReadFilesSchema = z.object({
  kind: z.literal("read"),
  path: z.string().startsWith("/").max(4_096),
  /** Also out of a machine whose program does not run. */
  at_rest: z.boolean().optional(),
});
const WriteFilesSchema = z.object({
  kind: z.literal("write"),
  folder: z.string().startsWith("/").max(4_096),
  /** Also into a machine whose program does not run. */
  at_rest: z.boolean().optional(),
});

/** What a session is for: a command, a tar archive of a file or folder, or one that is unpacked in a folder. */
export const SessionRequestSchema = z.discriminatedUnion("kind", [CommandSchema, ReadFilesSchema, WriteFilesSchema]);
export type SessionRequest = z.infer<typeof SessionRequestSchema>;
export type CommandRequest = z.infer<typeof CommandSchema>;

export const SessionSignalSchema = z.object({ signal: z.enum(["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"]) });
export type SessionSignal = z.infer<typeof SessionSignalSchema>["signal"];

/** The exit code of the command; 0 for archives. */
export const SessionEndSchema = z.object({ exit_code: z.int() });

/** GET /hangar/v1/apps/{app}/machines/{id}/files?path=: what is there. */
export const FileStatSchema = z.object({
  name: z.string(),
  kind: z.enum(["file", "folder", "link", "other"]),
  /** Bytes. */
  size: z.number(),
  /** Permissions. */
  mode: z.int(),
});
export type FileStat = z.infer<typeof FileStatSchema>;
