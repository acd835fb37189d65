// The package types its whole; only its parser of strings is loaded, because the rest brings streams and a writer.
declare module "@iarna/toml/parse-string.js" {
  export default function parseString(text: string): Record<string, unknown>;
}
