/** A path of the API from its parts, each escaped: no name can leave its place. */
export function pathOf(...parts: readonly string[]): string {
  return ["/v1", ...parts.map(encodeURIComponent)].join("/");
}
