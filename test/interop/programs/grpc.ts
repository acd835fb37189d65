// grpc-js: all kinds of calls, with metadata, trailers, statuses, deadlines and cancellation.
import { strict as assert } from "node:assert";
import { once } from "node:events";
import {
  type Client,
  credentials,
  makeGenericClientConstructor,
  Metadata,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import { ECHO } from "../grpc-app.ts";
import { GRPC_HOST, type InteropProgram, type Stage } from "../interop.ts";
import { packageVersion } from "../package-version.ts";

const EchoClient = makeGenericClientConstructor(ECHO, "Echo");
type Callback = (error: ServiceError | null, answer?: Buffer) => void;
/** What makeGenericClientConstructor makes of ECHO. */
type Echo = Client & Record<keyof typeof ECHO, (...args: unknown[]) => NodeJS.ReadWriteStream>;

const using = (work: (client: Echo) => Promise<void>) => async (stage: Stage) => {
  const secure = credentials.createSsl(Buffer.from(stage.authority));
  const client = new EchoClient(`127.0.0.1:${stage.securePort}`, secure, {
    "grpc.ssl_target_name_override": GRPC_HOST,
    "grpc.default_authority": GRPC_HOST,
    "grpc.max_receive_message_length": 16_000_000,
  }) as unknown as Echo;
  try {
    await work(client);
  } finally {
    client.close();
  }
};
/** The status that the call ended with. */
const statusOf = (call: NodeJS.EventEmitter): Promise<{ code: number; metadata: Metadata }> =>
  new Promise((resolve) => void call.once("status", resolve));
const failure = (start: (done: Callback) => void): Promise<ServiceError> =>
  new Promise((resolve, reject) =>
    start((error) => (error === null ? reject(new Error("it did not fail")) : resolve(error))),
  );
const answer = (start: (done: Callback) => NodeJS.EventEmitter): Promise<{ bytes: Buffer; trailers: Metadata }> =>
  new Promise((resolve, reject) => {
    let bytes: Buffer | undefined;
    const call = start((error, value) => (error === null ? (bytes = value) : reject(error)));
    void statusOf(call).then(({ code, metadata }) => code === 0 && resolve({ bytes: bytes!, trailers: metadata }));
  });

export const grpcProgram: InteropProgram = {
  name: "@grpc/grpc-js",
  version: () => packageVersion("@grpc/grpc-js"),
  cases: [
    {
      name: "a unary call with metadata and trailers",
      run: using(async (client) => {
        const metadata = new Metadata();
        metadata.set("x-ask", "who");
        const { bytes, trailers } = await answer((done) => client.unary(Buffer.from("hi"), metadata, done));
        assert.equal(bytes.toString(), "hi");
        assert.deepEqual(trailers.get("x-asked"), ["who"]);
      }),
    },
    {
      name: "messages of no bytes and of 4 MB",
      run: using(async (client) => {
        for (const size of [0, 4_000_000]) {
          const { bytes } = await answer((done) => client.unary(Buffer.alloc(size, "m"), done));
          assert.equal(bytes.length, size);
        }
      }),
    },
    {
      name: "a stream from the server, 1,000 messages",
      run: using(async (client) => {
        const call = client.count(Buffer.from("1000"));
        const got: string[] = [];
        call.on("data", (message: Buffer) => got.push(message.toString()));
        await once(call, "end");
        assert.deepEqual(
          got,
          Array.from({ length: 1_000 }, (_, index) => String(index)),
        );
      }),
    },
    {
      name: "a stream from the client",
      run: using(async (client) => {
        const { bytes } = await answer((done) => {
          const call = client.sum(done);
          for (let count = 1; count <= 100; count += 1) call.write(Buffer.from(String(count)) as never);
          call.end();
          return call;
        });
        assert.equal(bytes.toString(), "5050");
      }),
    },
    {
      name: "streams both ways, each answer waited for",
      run: using(async (client) => {
        const call = client.chat();
        for (let count = 0; count < 50; count += 1) {
          call.write(Buffer.from(String(count)) as never);
          const [message] = (await once(call, "data")) as [Buffer];
          assert.equal(message.toString(), String(count));
        }
        const ended = statusOf(call);
        call.end();
        assert.equal((await ended).code, status.OK);
      }),
    },
    {
      name: "a status with details",
      run: using(async (client) => {
        const { code, details } = await failure((done) => void client.refuse(Buffer.alloc(0), done));
        assert.deepEqual([code, details], [status.FAILED_PRECONDITION, "not with me: äöü"]);
      }),
    },
    {
      name: "a method that is not there",
      run: using(async (client) => {
        const bytes = (value: Buffer): Buffer => value;
        const { code } = await failure((done) => {
          client.makeUnaryRequest("/echo.Echo/none", bytes, bytes, Buffer.alloc(0), done);
        });
        assert.equal(code, status.UNIMPLEMENTED);
      }),
    },
    {
      name: "a deadline",
      run: using(async (client) => {
        const deadline = Date.now() + 300;
        const { code } = await failure((done) => void client.never(Buffer.alloc(0), { deadline }, done));
        assert.equal(code, status.DEADLINE_EXCEEDED);
      }),
    },
    {
      name: "cancellation by the client",
      run: using(async (client) => {
        const { code } = await failure((done) => {
          const call = client.never(Buffer.alloc(0), done) as unknown as { cancel(): void };
          setTimeout(() => call.cancel(), 100);
        });
        assert.equal(code, status.CANCELLED);
      }),
    },
    {
      name: "200 calls at once on one connection",
      run: using(async (client) => {
        const calls = Array.from({ length: 200 }, (_, n) =>
          answer((done) => client.unary(Buffer.from(String(n)), done)),
        );
        assert.deepEqual(
          (await Promise.all(calls)).map(({ bytes }) => Number(bytes.toString())),
          Array.from({ length: 200 }, (_, n) => n),
        );
      }),
    },
  ],
};
