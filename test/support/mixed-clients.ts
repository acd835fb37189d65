// Clients of the mixed soak. Each asks again and again in its own way, and checks that what it gets is its own: every request has
// a token that the answer repeats.
import { strict as assert } from "node:assert";
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import tls from "node:tls";
import { credentials, makeGenericClientConstructor, type ServiceError } from "@grpc/grpc-js";
import { WebSocket } from "ws";
import { ECHO } from "../interop/grpc-app.ts";
import { bodyOf } from "./mixed-apps.ts";

export interface MixedPlace {
  readonly port: number;
  readonly securePort: number;
  readonly authority: string;
}

const WEB = "iad.web.localhost";
const GRPC = "iad.grpc.localhost";
const ANSWER_WITHIN_MS = 20_000;
const CLIENT_MEMORY_MB = 10_000;

/** A client's way of asking. It throws where an answer is not what it should be, or does not come. */
export type Way = () => Promise<unknown>;

interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly body?: Buffer;
  /** Leave when so many bytes have come. */
  readonly leaveAfter?: number;
}

const sizeOf = (round: number): number => [0, 1, 1_000, 20_001, 300_000][round % 5]!;

/** @returns ways by name, and what ends what they keep */
export function mixedWays(place: MixedPlace): { readonly ways: ReadonlyMap<string, Way>; readonly close: () => void } {
  const { port, securePort, authority } = place;
  const plain = new http.Agent({ keepAlive: true });
  const secure = new https.Agent({ keepAlive: true, ca: authority, servername: WEB });
  const grpc = new (makeGenericClientConstructor(ECHO, "Echo"))(
    `127.0.0.1:${securePort}`,
    credentials.createSsl(Buffer.from(authority)),
    { "grpc.ssl_target_name_override": GRPC, "grpc.default_authority": GRPC, "grpc.enable_retries": 0 },
  );
  let session: http2.ClientHttp2Session | undefined;

  const overHttp1 = (agent: http.Agent | false, token: string, asked: Asked): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const { method = "GET", path, body, leaveAfter = Infinity } = asked;
      const headers = { host: WEB, "x-token": token, ...(body === undefined ? {} : { "content-length": body.length }) };
      const options = { agent, host: "127.0.0.1", port: agent === secure ? securePort : port, method, path, headers };
      const request = (agent === secure ? https : http).request({ ...options, timeout: ANSWER_WITHIN_MS });
      request.once("timeout", () => request.destroy(new Error("no answer in time"))).once("error", reject);
      request.once("response", (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes >= leaveAfter) {
            request.destroy();
            resolve(Buffer.concat(chunks));
          }
        });
        response.once("error", reject);
        response.once("end", () => {
          if (response.statusCode === 200) resolve(Buffer.concat(chunks));
          else reject(new Error(`status ${response.statusCode}`));
        });
      });
      request.end(body);
    });

  const openSession = (): http2.ClientHttp2Session => {
    if (session !== undefined && !session.closed && !session.destroyed) return session;
    const to = { port: securePort, host: "127.0.0.1", servername: WEB, ca: authority, ALPNProtocols: ["h2"] };
    session = http2.connect(`https://${WEB}`, {
      // What an upload had not sent when it was answered counts as used in this client's session for ever.
      maxSessionMemory: CLIENT_MEMORY_MB,
      createConnection: () => tls.connect(to),
    });
    return session.on("error", () => undefined);
  };
  const overHttp2 = async (token: string, asked: Asked): Promise<Buffer> => {
    const { method = "GET", path, body, leaveAfter = Infinity } = asked;
    const own = openSession();
    const stream = own.request(
      { ":method": method, ":path": path, "x-token": token },
      { endStream: body === undefined },
    );
    stream.setTimeout(ANSWER_WITHIN_MS, () => stream.close(http2.constants.NGHTTP2_CANCEL));
    if (body !== undefined) stream.end(body);
    const chunks: Buffer[] = [];
    let bytes = 0;
    let status: number | undefined;
    stream.on("response", (headers) => (status = headers[":status"]));
    stream.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= leaveAfter) stream.close(http2.constants.NGHTTP2_CANCEL);
    });
    stream.on("error", () => undefined);
    await new Promise((resolve) => void stream.once("close", resolve));
    // The edge has said goodbye before this was sent (RFC 9113 §8.7): nobody has seen it.
    if (stream.rstCode === http2.constants.NGHTTP2_REFUSED_STREAM && own.closed) return overHttp2(token, asked);
    if (bytes < leaveAfter && (status !== 200 || stream.rstCode !== 0))
      throw new Error(`status ${String(status)}, reset ${stream.rstCode}`);
    return Buffer.concat(chunks);
  };

  const gets = (ask: (token: string, asked: Asked) => Promise<Buffer>): Way => {
    let round = 0;
    return async () => {
      const [token, size] = [randomUUID(), sizeOf((round += 1))];
      const body = await ask(token, { path: `/body?size=${size}` });
      assert.ok(body.equals(bodyOf(token, size)), `another body than that of ${token}, ${size} bytes`);
    };
  };
  const uploads = (ask: (token: string, asked: Asked) => Promise<Buffer>): Way => {
    let round = 0;
    return async () => {
      const token = randomUUID();
      const body = bodyOf(token, 4 * sizeOf((round += 1)));
      const answer = JSON.parse((await ask(token, { method: "POST", path: "/up", body })).toString()) as object;
      assert.deepEqual(answer, { token, md5: createHash("md5").update(body).digest("hex") });
    };
  };
  const aborts =
    (ask: (token: string, asked: Asked) => Promise<Buffer>): Way =>
    async () => {
      const token = randomUUID();
      const part = await ask(token, { path: "/body?size=5000000", leaveAfter: 100_000 });
      assert.ok(part.equals(bodyOf(token, part.length)), `another body than that of ${token}`);
    };
  const talks: Way = async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, {
      headers: { host: WEB },
      handshakeTimeout: ANSWER_WITHIN_MS,
    });
    const broken = new Promise<never>((_resolve, reject) => {
      socket.once("error", reject).once("close", () => reject(new Error("the socket was closed")));
    });
    broken.catch(() => undefined);
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    try {
      await Promise.race([once(socket, "open", { signal }), broken]);
      for (let count = 0; count < 10; count += 1) {
        const token = `${randomUUID()} ${count}`;
        socket.send(token);
        const [message] = (await Promise.race([once(socket, "message", { signal }), broken])) as [Buffer];
        assert.equal(message.toString(), token);
      }
      socket.close();
      await once(socket, "close", { signal });
    } finally {
      socket.terminate();
    }
  };
  const calls: Way = async () => {
    const token = Buffer.from(randomUUID());
    const deadline = Date.now() + ANSWER_WITHIN_MS;
    const answer = await new Promise<Buffer>((resolve, reject) => {
      grpc["unary"]!(token, { deadline }, (error: ServiceError | null, value: Buffer) =>
        error === null ? resolve(value) : reject(error),
      );
    });
    assert.ok(answer.equals(token));
    const chat = grpc["chat"]!({ deadline }) as NodeJS.ReadWriteStream;
    for (let count = 0; count < 5; count += 1) {
      const message = Buffer.from(`${randomUUID()} ${count}`);
      chat.write(message as never);
      const [back] = (await once(chat, "data")) as [Buffer];
      assert.ok(back.equals(message));
    }
    chat.end();
    await once(chat.resume(), "end");
  };

  const [kept, fresh, safe] = [plain, false, secure].map(
    (agent) => (token: string, asked: Asked) => overHttp1(agent as http.Agent | false, token, asked),
  ) as [typeof overHttp2, typeof overHttp2, typeof overHttp2];
  return {
    ways: new Map<string, Way>([
      ["kept connections", gets(kept)],
      ["new connections", gets(fresh)],
      ["TLS", gets(safe)],
      ["HTTP/2", gets(overHttp2)],
      ["uploads", uploads(kept)],
      ["uploads over TLS", uploads(safe)],
      ["uploads over HTTP/2", uploads(overHttp2)],
      ["aborts", aborts(kept)],
      ["aborts over HTTP/2", aborts(overHttp2)],
      ["WebSockets", talks],
      ["gRPC", calls],
    ]),
    close: () => {
      plain.destroy();
      secure.destroy();
      session?.destroy();
      grpc.close();
    },
  };
}
