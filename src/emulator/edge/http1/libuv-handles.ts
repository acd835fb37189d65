// Node.js' own handles below its sockets: what node:net itself is built on, and no public interface. Nothing needs them:
// where they are missing, or behave differently, choose-sockets.ts takes node:net. The only file that knows where they are.
import type net from "node:net";
import { AppError } from "../../../errors/app-error.ts";

/** What carries bytes both ways. Results are 0 or negative numbers of errors. */
export interface StreamHandle {
  /** Called with `this` as the handle whenever something was read; how much stands in streamState. */
  onread: (this: StreamHandle) => void;
  /** Ours: whom onread tells. */
  reader?: { read(bytesOrError: number): void };
  /** Reads go into this buffer from now on; called once for each handle. */
  useUserBuffer(buffer: Uint8Array): void;
  readStart(): number;
  readStop(): number;
  /** Bytes for TCP are not copied: they must stay as they are until the request completes, where it does later. */
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
  shutdown(request: { oncomplete: (status: number) => void }): number;
}

/** A TCP connection, or a socket that listens. */
export interface TcpHandle extends StreamHandle {
  writeLatin1String(request: WriteRequest, text: string): number;
  setNoDelay(on: boolean): number;
  getpeername(into: { address?: string; port?: number }): number;
  bind(address: string, port: number): number;
  connect(request: { oncomplete: (status: number) => void }, address: string, port: number): number;
  /** Closes so that the peer is told of an abort. */
  reset(): number;
  close(): void;
}

export interface WriteRequest {
  oncomplete: (this: WriteRequest, status: number) => void;
  /** Ours: whom oncomplete tells. */
  writer?: { wrote(status: number): void };
  /** Ours: what is still to be written. Nothing else keeps it in memory, where the kernel's turn comes later. */
  bytes?: Buffer;
}

export interface Handles {
  connection(): TcpHandle;
  connectRequest(): { oncomplete: (status: number) => void };
  writeRequest(): WriteRequest;
  shutdownRequest(): { oncomplete: (status: number) => void };
  /** What the last call on any handle came to. */
  readonly streamState: Int32Array;
  /** Positions in it. */
  readonly readBytesOrError: number;
  readonly lastWriteWasAsync: number;
  /** Has a listening server give out handles in place of sockets. */
  takeHandles(server: net.Server, take: (handle: TcpHandle) => void): void;
}

interface TcpBinding {
  readonly TCP: new (kind: number) => TcpHandle;
  readonly TCPConnectWrap: new () => { oncomplete: (status: number) => void };
  readonly constants: { readonly SOCKET: number };
}

interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest;
  readonly ShutdownWrap: new () => { oncomplete: (status: number) => void };
  readonly streamBaseState: Int32Array;
  readonly kReadBytesOrError: number;
  readonly kLastWriteWasAsync: number;
}

interface ListeningHandle {
  onconnection: (status: number, handle: TcpHandle | undefined) => void;
}

/** The major version whose handles are known: a wrong use of them can end the process, which no test at start survives. */
const KNOWN_NODE = "24";

/** @throws PLANET_START_FAILED this Node.js may have other handles, or an error of its own */
export function openHandles(): Handles {
  const { node } = process.versions;
  if (node.split(".")[0] !== KNOWN_NODE)
    throw new AppError("PLANET_START_FAILED", `those of Node.js ${node} are not known`);
  const binding = (process as unknown as { binding(name: string): unknown }).binding.bind(process);
  const { noDeprecation } = process;
  // That they are not public is known here, and no news for the users of a planet.
  process.noDeprecation = true;
  const { TCP, TCPConnectWrap, constants } = binding("tcp_wrap") as TcpBinding;
  const stream = binding("stream_wrap") as StreamBinding;
  if (noDeprecation === undefined) delete process.noDeprecation;
  else process.noDeprecation = noDeprecation;
  return {
    connection: () => new TCP(constants.SOCKET),
    connectRequest: () => new TCPConnectWrap(),
    writeRequest: () => new stream.WriteWrap(),
    shutdownRequest: () => new stream.ShutdownWrap(),
    streamState: stream.streamBaseState,
    readBytesOrError: stream.kReadBytesOrError,
    lastWriteWasAsync: stream.kLastWriteWasAsync,
    takeHandles(server, take) {
      const { _handle: listening } = server as unknown as { readonly _handle: ListeningHandle };
      listening.onconnection = (status, handle) => {
        if (status === 0 && handle !== undefined) take(handle);
      };
    },
  };
}
