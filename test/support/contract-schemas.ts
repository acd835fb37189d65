// The wire shapes that Hangar's own client reads, by operation of the specification.
import { z } from "zod";
import { AppSchema } from "../../src/contract/apps.ts";
import { CertificateDetailSchema, CertificatesSchema, IpAssignmentsSchema } from "../../src/contract/certificates.ts";
import {
  ExecAnswerSchema,
  LeaseAnswerSchema,
  MachineEventSchema,
  MachineSchema,
  MachineVersionSchema,
  MemorySchema,
  ProcessStatSchema,
  WaitAnswerSchema,
} from "../../src/contract/machine.ts";
import { RegionsSchema } from "../../src/contract/platform.ts";
import {
  SecretKeySchema,
  SecretSchema,
  SecretsSchema,
  SecretsVersionSchema,
  UpdateSecretsAnswerSchema,
} from "../../src/contract/secrets.ts";
import { ExtendAnswerSchema, SnapshotSchema, VolumeSchema } from "../../src/contract/volumes.ts";

const APP = "/apps/{app_name}";
const MACHINE = `${APP}/machines/{machine_id}`;
const VOLUME = `${APP}/volumes/{volume_id}`;

export const CONTRACT: Readonly<Record<string, z.ZodType>> = {
  "POST /apps": AppSchema,
  [`GET ${APP}`]: AppSchema,
  "GET /platform/regions": RegionsSchema,
  [`POST ${APP}/machines`]: MachineSchema,
  [`GET ${MACHINE}`]: MachineSchema,
  [`POST ${MACHINE}`]: MachineSchema,
  [`GET ${MACHINE}/events`]: z.array(MachineEventSchema),
  [`GET ${MACHINE}/versions`]: z.array(MachineVersionSchema),
  [`GET ${MACHINE}/wait`]: WaitAnswerSchema,
  [`GET ${MACHINE}/lease`]: LeaseAnswerSchema,
  [`POST ${MACHINE}/lease`]: LeaseAnswerSchema,
  [`POST ${MACHINE}/exec`]: ExecAnswerSchema,
  [`GET ${MACHINE}/ps`]: z.array(ProcessStatSchema),
  [`GET ${MACHINE}/memory`]: MemorySchema,
  [`PUT ${MACHINE}/memory`]: MemorySchema,
  [`GET ${APP}/volumes`]: z.array(VolumeSchema),
  [`POST ${APP}/volumes`]: VolumeSchema,
  [`GET ${VOLUME}`]: VolumeSchema,
  [`PUT ${VOLUME}/extend`]: ExtendAnswerSchema,
  [`GET ${VOLUME}/snapshots`]: z.array(SnapshotSchema),
  [`GET ${APP}/secrets`]: SecretsSchema,
  [`POST ${APP}/secrets`]: UpdateSecretsAnswerSchema,
  [`GET ${APP}/secrets/{secret_name}`]: SecretSchema,
  [`DELETE ${APP}/secrets/{secret_name}`]: SecretsVersionSchema,
  [`GET ${APP}/secretkeys`]: z.looseObject({ secret_keys: z.array(SecretKeySchema) }),
  [`GET ${APP}/secretkeys/{secret_name}`]: SecretKeySchema,
  [`GET ${APP}/certificates`]: CertificatesSchema,
  [`GET ${APP}/certificates/{hostname}`]: CertificateDetailSchema,
  [`GET ${APP}/ip_assignments`]: IpAssignmentsSchema,
};
