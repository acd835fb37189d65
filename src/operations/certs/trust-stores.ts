// Pure: which certificate stores a system has, and the programs that put an authority in and take it out.

export interface TrustSystem {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** Whether the user may change the system's files; else sudo is asked. */
  readonly isRoot: boolean;
  /** Folders that exist, of those in `candidateFolders`. */
  readonly folders: readonly string[];
  /** Browser databases that were found. */
  readonly databases: readonly string[];
  readonly hasCertutil: boolean;
}

export interface TrustStore {
  /** For people. */
  readonly name: string;
  /** Programs with their arguments, in order. */
  readonly trust: readonly (readonly string[])[];
  readonly untrust: readonly (readonly string[])[];
  /** Ends with 0 where the authority is in the store; absent: whether the file of that name exists. */
  readonly check: { readonly program: readonly string[] } | { readonly file: string };
}

export interface TrustPlan {
  readonly stores: readonly TrustStore[];
  /** What cannot be reached, and why. */
  readonly notes: readonly string[];
}

/** Where Linux distributions take authorities from, and how they are told. The first folder that exists counts. */
const LINUX_ANCHORS = [
  { folder: "/usr/local/share/ca-certificates", extension: "crt", refresh: ["update-ca-certificates"] },
  { folder: "/etc/pki/ca-trust/source/anchors", extension: "pem", refresh: ["update-ca-trust", "extract"] },
  { folder: "/etc/ca-certificates/trust-source/anchors", extension: "crt", refresh: ["trust", "extract-compat"] },
  { folder: "/usr/share/pki/trust/anchors", extension: "pem", refresh: ["update-ca-certificates"] },
] as const;

/** Folders whose presence `planTrust` wants to know. */
export const ANCHOR_FOLDERS: readonly string[] = LINUX_ANCHORS.map(({ folder }) => folder);

/** Folders below the home folder that hold browser databases: themselves, or one for each profile. */
export function browserFolders(platform: NodeJS.Platform, home: string): { shared: string[]; profiles: string[] } {
  if (platform === "darwin") return { shared: [], profiles: [`${home}/Library/Application Support/Firefox/Profiles`] };
  return {
    shared: [`${home}/.pki/nssdb`, `${home}/snap/chromium/current/.pki/nssdb`],
    profiles: [
      `${home}/.mozilla/firefox`,
      `${home}/snap/firefox/common/.mozilla/firefox`,
      `${home}/.var/app/org.mozilla.firefox/.mozilla/firefox`,
    ],
  };
}

/**
 * The stores of a system.
 * @param authority its certificate's file, and a name that no other authority has
 */
export function planTrust(authority: { readonly file: string; readonly id: string }, system: TrustSystem): TrustPlan {
  const stores = [...systemStores(authority, system), ...browserStores(authority, system)];
  const notes: string[] = [];
  if (system.databases.length > 0 && !system.hasCertutil) {
    const install =
      system.platform === "darwin" ? "brew install nss" : "apt-get install libnss3-tools, or dnf install nss-tools";
    notes.push(`The browsers' own stores need certutil (${install}): ${system.databases.join(", ")}`);
  }
  if (systemStores(authority, system).length === 0)
    notes.push(`The system's store is not known here; give programs the file ${authority.file}`);
  return { stores, notes };
}

function systemStores({ file, id }: { file: string; id: string }, system: TrustSystem): TrustStore[] {
  if (system.platform === "darwin") {
    const keychain = `${system.home}/Library/Keychains/login.keychain-db`;
    return [
      {
        name: "keychain of the user",
        trust: [["security", "add-trusted-cert", "-r", "trustRoot", "-k", keychain, file]],
        untrust: [["security", "remove-trusted-cert", file]],
        check: { program: ["security", "verify-cert", "-c", file] },
      },
    ];
  }
  const anchors = LINUX_ANCHORS.find(({ folder }) => system.folders.includes(folder));
  if (system.platform !== "linux" || anchors === undefined) return [];
  const sudo = system.isRoot ? [] : ["sudo"];
  const target = `${anchors.folder}/${id}.${anchors.extension}`;
  const fresh = anchors.refresh[0] === "update-ca-certificates" ? ["--fresh"] : [];
  return [
    {
      name: "system",
      trust: [
        [...sudo, "install", "-m", "644", file, target],
        [...sudo, ...anchors.refresh],
      ],
      untrust: [
        [...sudo, "rm", "-f", target],
        [...sudo, ...anchors.refresh, ...fresh],
      ],
      check: { file: target },
    },
  ];
}

function browserStores({ file, id }: { file: string; id: string }, system: TrustSystem): TrustStore[] {
  if (!system.hasCertutil) return [];
  return system.databases.map((folder) => ({
    name: `browser database ${folder}`,
    trust: [["certutil", "-A", "-d", `sql:${folder}`, "-t", "C,,", "-n", id, "-i", file]],
    untrust: [["certutil", "-D", "-d", `sql:${folder}`, "-n", id]],
    check: { program: ["certutil", "-L", "-d", `sql:${folder}`, "-n", id] },
  }));
}
