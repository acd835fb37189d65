// Listening for local clients: on a port of this machine, or on a socket file.
import { createServer, type AddressInfo, type Socket } from "node:net";
import { AppError } from "../errors/app-error.ts";

/** Where clients come in. Port 0 is any that is free. */
export type ListenPlace = { readonly address: string; readonly port: number } | { readonly file: string };

export interface StreamListener {
  /** As clients name it: `127.0.0.1:5432`, `[::1]:5432` or the path of a file. */
  readonly name: string;
  /** Port on which it listens; undefined for a file. */
  readonly port: number | undefined;
  /** Accepts nobody more; connections that are open stay. A socket file is removed. */
  close(): void;
}

/** Why nothing can listen there. */
function failureOf(place: ListenPlace, name: string, cause: NodeJS.ErrnoException): AppError {
  if ("file" in place) {
    return cause.code === "EADDRINUSE"
      ? new AppError("FILE_EXISTS", `There is a ${name} already`, { cause, suggestions: ["name another one"] })
      : new AppError("FILE_ACCESS", `The socket file ${name} cannot be made`, { cause });
  }
  if (cause.code === "EADDRINUSE")
    return new AppError("PORT_TAKEN", `${name} is used by another program`, {
      cause,
      suggestions: ["name another port, or 0 for any that is free"],
    });
  if (cause.code === "EACCES")
    return new AppError("PORT_TAKEN", `This user may not listen on ${name}`, {
      cause,
      suggestions: ["name a port above 1023"],
    });
  return new AppError("USAGE", `Nothing can listen on ${name}`, { cause });
}

/**
 * Listens until it is closed. One way of a connection may end before the other.
 * @throws PORT_TAKEN, FILE_EXISTS, FILE_ACCESS; USAGE where there is no such address
 */
export function listenForStreams(place: ListenPlace, opened: (socket: Socket) => void): Promise<StreamListener> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, opened);
  const nameOf = (port: number): string => {
    if ("file" in place) return place.file;
    return place.address.includes(":") ? `[${place.address}]:${port}` : `${place.address}:${port}`;
  };
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      reject(failureOf(place, nameOf("file" in place ? 0 : place.port), cause));
    });
    server.once("listening", () => {
      const port = "file" in place ? undefined : (server.address() as AddressInfo).port;
      resolve({ name: nameOf(port ?? 0), port, close: () => void server.close() });
    });
    if ("file" in place) server.listen({ path: place.file });
    else server.listen({ host: place.address, port: place.port });
  });
}
