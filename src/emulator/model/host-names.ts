// Pure: the host names that lead to apps of a planet without anybody's doing.

const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const PLANET_NAME = new RegExp(`^(?:${LABEL}\\.){1,2}(?:localhost|fly\\.dev)$`);

/** Whether the name, in lower case, has the form `[region.]app.localhost` or `[region.]app.fly.dev`. */
export function isPlanetName(name: string): boolean {
  return name.length <= 253 && PLANET_NAME.test(name);
}
