// Asks a registry whether it has an image, by the registry's own HTTP interface.
import type { RegistryCredentials } from "./docker-push.ts";

/** What a manifest of an image may be. */
const MANIFESTS = [
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
].join(", ");
const TIMEOUT_MS = 10_000;

/** Registries of this machine speak HTTP, as the Docker engine expects of them; all others HTTPS. */
function schemeOf(host: string): "http" | "https" {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/.test(host) ? "http" : "https";
}

/**
 * The digest of an image in a registry; undefined where it has none of that name, or does not say.
 * @param name without host, for instance my-app
 */
export async function findManifest(
  { host, user, password }: RegistryCredentials,
  name: string,
  tag: string,
  send: typeof fetch,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const deadline = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await send(`${schemeOf(host)}://${host}/v2/${name}/manifests/${tag}`, {
      method: "HEAD",
      headers: {
        accept: MANIFESTS,
        authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
      },
      redirect: "error",
      signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
    });
    if (!response.ok) return undefined;
    const digest = response.headers.get("docker-content-digest") ?? "";
    return /^sha256:[0-9a-f]{64}$/.test(digest) ? digest : undefined;
  } catch {
    // Who cannot say is pushed to, which says why not.
    signal?.throwIfAborted();
    return undefined;
  }
}
