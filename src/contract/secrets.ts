// Wire shapes of an app's secrets and secret keys. A secret's digest is the first 16 hexadecimal digits of the SHA-256 of
// its value, so that a client can tell whether it has the same one.
import { z } from "zod";

/** A name that can be an environment variable. */
export const SecretNameSchema = z
  .string()
  .max(255)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be letters, digits and underscores");
const value = z.string().max(512 * 1_024);

export const SecretSchema = z.looseObject({
  name: z.string(),
  digest: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  /** Only where it was asked for. */
  value: z.string().optional(),
});
export type Secret = z.infer<typeof SecretSchema>;

export const SecretsSchema = z.looseObject({ secrets: z.array(SecretSchema) });

/** POST secrets: null deletes. */
export const UpdateSecretsSchema = z.looseObject({ values: z.record(SecretNameSchema, z.union([value, z.null()])) });
export const SecretsVersionSchema = z.looseObject({ version: z.int() });
export const UpdateSecretsAnswerSchema = z.looseObject({ secrets: z.array(SecretSchema), version: z.int() });
export const SetSecretSchema = z.looseObject({ value });

/** Bytes on the wire: numbers as the specification has them, or base64 as Go programs send them. */
export const BytesSchema = z
  .union([z.array(z.int().min(0).max(255)).max(524_288), z.base64().max(700_000)])
  .transform((given) => (typeof given === "string" ? Buffer.from(given, "base64") : Buffer.from(given)));

export const SECRET_KEY_TYPES = [
  "hs256",
  "hs384",
  "hs512",
  "es256",
  "xaes256gcm",
  "nacl_auth",
  "nacl_box",
  "nacl_secretbox",
  "nacl_sign",
] as const;
export type SecretKeyType = (typeof SECRET_KEY_TYPES)[number];

export const SecretKeySchema = z.looseObject({
  name: z.string(),
  type: z.enum(SECRET_KEY_TYPES),
  public_key: z.array(z.int()).optional(),
  created_at: z.string(),
  updated_at: z.string(),
});

export const SetSecretKeySchema = z.looseObject({ type: z.enum(SECRET_KEY_TYPES), value: BytesSchema });
export const GenerateSecretKeySchema = z.looseObject({ type: z.enum(SECRET_KEY_TYPES) });
export const EncryptSchema = z.looseObject({ plaintext: BytesSchema, associated_data: BytesSchema.optional() });
export const DecryptSchema = z.looseObject({ ciphertext: BytesSchema, associated_data: BytesSchema.optional() });
export const SignSchema = z.looseObject({ plaintext: BytesSchema });
export const VerifySchema = z.looseObject({ plaintext: BytesSchema, signature: BytesSchema });
