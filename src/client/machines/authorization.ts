// Pure: how a token of the remote platform is sent. Macaroons go by a scheme of their own; everything else is a bearer
// token. (Public behaviour of the platform's own command line: tokens are lists joined by commas.)

/** How macaroons begin. */
const MACAROON = /^fm(?:1[ra]|2)_/;
/** Words in front of a token, as people copy them. */
const SCHEME = /^(?:Bearer|FlyV1)\s+/i;

/** The token without the scheme in front of it and without blanks around its parts; empty where there is none. */
export function normalizeToken(text: string): string {
  return text
    .trim()
    .replace(SCHEME, "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .join(",");
}

/** The value of the Authorization header. */
export function authorizationOf(token: string): string {
  const normalized = normalizeToken(token);
  const macaroons = normalized.split(",").filter((part) => MACAROON.test(part));
  return macaroons.length > 0 ? `FlyV1 ${macaroons.join(",")}` : `Bearer ${normalized}`;
}
