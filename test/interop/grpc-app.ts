// An app of gRPC with each of the four kinds of calls. Messages are bytes: nothing here depends on a schema.
import { type handleBidiStreamingCall, type handleClientStreamingCall, Metadata } from "@grpc/grpc-js";
import { type handleServerStreamingCall, type handleUnaryCall, type ServiceDefinition } from "@grpc/grpc-js";
import { Server, ServerCredentials, status } from "@grpc/grpc-js";

const bytes = (value: Buffer): Buffer => value;
const kind = (name: string, requestStream: boolean, responseStream: boolean) => ({
  ...{ path: `/echo.Echo/${name}`, requestStream, responseStream },
  ...{ requestSerialize: bytes, requestDeserialize: bytes, responseSerialize: bytes, responseDeserialize: bytes },
});

export const ECHO = {
  unary: kind("unary", false, false),
  sum: kind("sum", true, false),
  count: kind("count", false, true),
  chat: kind("chat", true, true),
  refuse: kind("refuse", false, false),
  never: kind("never", false, false),
} satisfies ServiceDefinition;

const unary: handleUnaryCall<Buffer, Buffer> = ({ request, metadata }, done) => {
  const trailer = new Metadata();
  trailer.set("x-asked", String(metadata.get("x-ask")[0] ?? ""));
  done(null, request, trailer);
};

const sum: handleClientStreamingCall<Buffer, Buffer> = (call, done) => {
  let total = 0;
  call.on("data", (message: Buffer) => (total += Number(message.toString())));
  call.on("end", () => done(null, Buffer.from(String(total))));
};

const count: handleServerStreamingCall<Buffer, Buffer> = (call) => {
  for (let number = 0; number < Number(call.request.toString()); number += 1) call.write(Buffer.from(String(number)));
  call.end();
};

const chat: handleBidiStreamingCall<Buffer, Buffer> = (call) => {
  call.on("data", (message: Buffer) => call.write(message));
  call.on("end", () => call.end());
};

const refuse: handleUnaryCall<Buffer, Buffer> = (_call, done) =>
  done({ code: status.FAILED_PRECONDITION, details: "not with me: äöü" });

export interface GrpcApp {
  readonly port: number;
  stop(): void;
}

export async function startGrpcApp(host: string): Promise<GrpcApp> {
  const server = new Server({ "grpc.max_receive_message_length": 16_000_000 });
  server.addService(ECHO, { unary, sum, count, chat, refuse, never: () => undefined });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`${host}:0`, ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return { port, stop: () => server.forceShutdown() };
}
