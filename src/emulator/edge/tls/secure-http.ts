// HTTP over TLS as a port's transport: the client's choice decides between HTTP/2 and HTTP/1.1.
import type { Transport } from "../http1/listener.ts";
import type { Sockets } from "../http1/sockets.ts";
import type { Http2Sessions } from "../http2/sessions.ts";
import type { Secured } from "./handshake.ts";
import type { TlsServer } from "./tls-server.ts";

export interface SecureHttpDeps {
  readonly sockets: Pick<Sockets, "transport">;
  readonly sessions: Pick<Http2Sessions, "serve">;
  createServer(opened: (secured: Secured) => void): TlsServer;
}

export function secureHttpTransport({ sockets, sessions, createServer }: SecureHttpDeps): Transport {
  return (adopt) => {
    const { shake } = createServer(({ alpn, open }) => {
      if (alpn === "h2") sessions.serve(open, adopt);
      else adopt(open);
    });
    return sockets.transport(shake);
  };
}
