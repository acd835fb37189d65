// Pure: one field of a request as HPACK keeps it, with what it means for a head of HTTP/1.1. A client says most of its fields
// once for all its requests, so this is found out once, too.

/** What a field is to a request's head. */
export const ROLE = {
  /** It passes as a line. */
  line: 0,
  cookie: 1,
  host: 2,
  length: 3,
  /** `te: trailers`, which concerns this connection alone. */
  te: 4,
  method: 5,
  path: 6,
  scheme: 7,
  authority: 8,
  /** It makes the request none. */
  refused: 9,
} as const;
export type Role = (typeof ROLE)[keyof typeof ROLE];

const ROLES: ReadonlyMap<string, Role> = new Map([
  ...[":method", ":path", ":scheme", ":authority"].map((name, index) => [name, (ROLE.method + index) as Role] as const),
  ...["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"].map(
    (name) => [name, ROLE.refused] as const,
  ),
  ["cookie", ROLE.cookie],
  ["host", ROLE.host],
  ["content-length", ROLE.length],
  ["te", ROLE.te],
]);

const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
/**
 * Nothing beyond one byte: cut down to one, it could become the end of a line. No space at an end, either: the other side of
 * the way takes it off.
 */
const VALUE = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/;
const SPACE = /\s/;
/** What an entry of a table counts beside its text (RFC 7541 §4.1). */
const ENTRY_BYTES = 32;

export class HeaderField {
  readonly name: string;
  readonly value: string;
  /** As HPACK and the limits of HTTP/2 count. */
  readonly size: number;
  readonly role: Role;
  /** As a line of HTTP/1.1, where it is one. */
  readonly line: string;

  /** Characters are bytes (latin1). */
  constructor(name: string, value: string) {
    this.name = name;
    this.value = value;
    this.size = name.length + value.length + ENTRY_BYTES;
    this.role = roleOf(name, value);
    this.line = this.role === ROLE.line ? `${name}: ${value}\r\n` : "";
  }
}

function roleOf(name: string, value: string): Role {
  const role = ROLES.get(name) ?? ROLE.line;
  if (!VALUE.test(value) || (role === ROLE.line && !TOKEN.test(name))) return ROLE.refused;
  if (role >= ROLE.method && SPACE.test(value)) return ROLE.refused;
  return role === ROLE.te && value !== "trailers" ? ROLE.refused : role;
}
