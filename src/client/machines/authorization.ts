const MACAROON = /^fm(?:1r|1a|2)_/;

/**
 * The Authorization header for a token as people have it: with or without its scheme, or several joined by commas. A
 * macaroon needs the platform's own scheme; anything else, a planet's token among them, is a bearer token.
 */
export function authorizationOf(token: string): string {
  const parts = token
    .trim()
    .replace(/^(?:Bearer|FlyV1)\s+/i, "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const macaroons = parts.filter((part) => MACAROON.test(part));
  return macaroons.length > 0 ? `FlyV1 ${macaroons.join(",")}` : `Bearer ${parts.join(",")}`;
}
