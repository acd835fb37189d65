import { describe, expect, test } from "vitest";
import { renderDockerfile } from "../../../../src/operations/launch/render-dockerfile.ts";

describe("renderDockerfile", () => {
  test("fills placeholders and takes lines without a value away", () => {
    expect(
      renderDockerfile("FROM {{image}}:1\n{{env}}\n\n{{more}}\n\nRUN {{a}} {{b}}\n", {
        image: "x",
        env: "",
        more: "ENV A=1\nENV B=2",
        a: "",
        b: "y",
      }),
    ).toBe("FROM x:1\n\nENV A=1\nENV B=2\n\nRUN  y\n");
  });

  test("does not look into values, and refuses a placeholder without one", () => {
    expect(renderDockerfile("CMD {{start}}", { start: '["{{port}}"]' })).toBe('CMD ["{{port}}"]\n');
    expect(() => renderDockerfile("CMD {{start}}", {})).toThrow("needs a value for start");
  });
});
