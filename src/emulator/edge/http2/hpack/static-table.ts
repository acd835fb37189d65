// The fields that HPACK knows from the beginning (RFC 7541, appendix A).
import { HeaderField } from "./header-field.ts";

const FIELDS = `:authority
:method GET
:method POST
:path /
:path /index.html
:scheme http
:scheme https
:status 200
:status 204
:status 206
:status 304
:status 400
:status 404
:status 500
accept-charset
accept-encoding gzip, deflate
accept-language
accept-ranges
accept
access-control-allow-origin
age
allow
authorization
cache-control
content-disposition
content-encoding
content-language
content-length
content-location
content-range
content-type
cookie
date
etag
expect
expires
from
host
if-match
if-modified-since
if-none-match
if-range
if-unmodified-since
last-modified
link
location
max-forwards
proxy-authenticate
proxy-authorization
range
referer
refresh
retry-after
server
set-cookie
strict-transport-security
transfer-encoding
user-agent
vary
via
www-authenticate`;

/** Their numbers begin with 1. */
export const STATIC_FIELDS: readonly HeaderField[] = FIELDS.split("\n").map((text) => {
  const [name = "", ...value] = text.split(" ");
  return new HeaderField(name, value.join(" "));
});

/** The lowest number of each name. */
export const STATIC_NAMES: ReadonlyMap<string, number> = new Map(
  STATIC_FIELDS.map(({ name }, index) => [name, index + 1] as const).toReversed(),
);
