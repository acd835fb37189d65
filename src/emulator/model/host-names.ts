// Pure: the host names that lead to apps of a planet without anybody's doing, and how certificates name others.

const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const PLANET_NAME = new RegExp(`^(?:${LABEL}\\.){1,2}(?:localhost|fly\\.dev)$`);

/** Whether the name, in lower case, has the form `[region.]app.localhost` or `[region.]app.fly.dev`. */
export function isPlanetName(name: string): boolean {
  return name.length <= 253 && PLANET_NAME.test(name);
}

/** Whether the planet's authority signs for the name: for apps, and for this machine, where clients of single ports come. */
export function isSignedName(name: string): boolean {
  return name === "localhost" || isPlanetName(name);
}

/** The names under which a certificate for the host can be kept, best first: its own, and the one with a star. */
export function certificateNames(name: string): readonly string[] {
  const dot = name.indexOf(".");
  return dot < 0 ? [name] : [name, `*${name.slice(dot)}`];
}
