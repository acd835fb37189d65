import { describe, expect, test } from "vitest";
import { readAppConfig } from "../../../../src/operations/config/load-app-config.ts";
import { unsupportedSettings } from "../../../../src/operations/deploy/unsupported.ts";

const settingsOf = async (text: string): Promise<string[]> => {
  const { config } = await readAppConfig(`app = "shop"\n${text}`, "fly.toml");
  return unsupportedSettings(config, config.deploy.strategy ?? "rolling");
};

describe("unsupportedSettings", () => {
  test("is silent about a configuration that is carried out whole", async () => {
    const text =
      '[http_service]\n  internal_port = 8080\n[deploy]\n  strategy = "bluegreen"\n  release_command = "migrate"\n  seed_command = "seed"\n[[files]]\n  guest_path = "/a"\n  raw_value = "YQ=="\n';
    expect(await settingsOf(text)).toEqual([]);
  });

  test.each([
    ["[[services]]\n  internal_port = 25\n  [[services.ports]]\n    port = 25\n", "other ports"],
    [
      '[[services]]\n  internal_port = 53\n  protocol = "udp"\n  [[services.ports]]\n    port = 53\n',
      "--service-ports",
    ],
    [
      '[deploy]\n  strategy = "immediate"\n[[machine_checks]]\n  image = "x"\n  command = ["y"]\n',
      "[[machine_checks]]",
    ],
    ['[[statics]]\n  guest_path = "/app/public"\n  url_prefix = "/public"\n  tigris_bucket = "b"\n', "[[statics]]"],
  ])("names %j", async (text, words) => {
    expect(await settingsOf(text)).toEqual([expect.stringContaining(words)]);
  });
});
