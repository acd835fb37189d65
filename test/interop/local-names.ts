// Has Node.js look names below localhost up as browsers and curl do (RFC 6761): systems' resolvers do not all know them.
import dns from "node:dns";

type Callback = (error: Error | null, address?: unknown, family?: number) => void;

export function resolveLocalNames(): void {
  const { lookup } = dns;
  const local = (name: string, options: { readonly all?: boolean }, done: Callback): void => {
    if (!name.endsWith(".localhost")) return lookup(name, options, done as never);
    const found = { address: "127.0.0.1", family: 4 };
    return queueMicrotask(() => (options.all === true ? done(null, [found]) : done(null, found.address, found.family)));
  };
  Object.assign(dns, { lookup: local });
}
