import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { z } from 'zod';

const schema = z.strictObject({
  packages: z.record(
    z.string(),
    z.strictObject({
      /** The package's name and exact version, and the hash of its archive, as npm writes them. */
      name: z.string(),
      version: z.string(),
      integrity: z.string(),
      /** Its folder below the folder of packages, and the hash of all files there (hashOfFolder). */
      folder: z.string(),
      files: z.string(),
      /** The module with the adapter, from the package's folder. */
      entry: z.string(),
      /** What the checks measured: a stored scorecard (adapters/registry/levels.ts). */
      scorecard: z.looseObject({ level: z.string() }),
      /**
       * What the adapter consisted of when it was checked (adapters/packages/describe.ts), with the
       * path of its mapping from the package's folder.
       */
      description: z.looseObject({ mapping: z.string().nullable() }),
    }),
  ),
});

/** The lock file of `waybill carrier add`: packages by carrier. */
export type PackageLock = z.output<typeof schema>;

/** An installed package whose files are those that were checked. */
export interface InstalledPackage {
  readonly carrier: string;
  /** Its module, as an absolute path. */
  readonly entry: string;
  readonly scorecard: unknown;
  readonly description: unknown;
}

/** An installed package that the hub does not load. */
export interface LeftOutPackage {
  /** The package's carrier, or `all` if the lock file cannot be read. */
  readonly carrier: string;
  readonly reason: string;
  readonly fix: string;
}

/** The folder of installed packages in the data folder. */
export function packagesFolder(data: string): string {
  return join(data, 'carriers');
}

const LOCK_FILE = 'lock.json';

/** Reads the lock file; empty if nothing was ever installed. Throws for a damaged file. */
export function readPackageLock(data: string): PackageLock {
  const file = join(packagesFolder(data), LOCK_FILE);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return { packages: {} };
    }
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new Error(`${file} is damaged`);
  }
}

/**
 * Reads the installed packages and verifies their files against the lock file. Never throws: what
 * cannot be used is left out, so that no package prevents the hub from starting.
 */
export function installedPackages(data: string): {
  readonly packages: readonly InstalledPackage[];
  readonly leftOut: readonly LeftOutPackage[];
} {
  const packages: InstalledPackage[] = [];
  const leftOut: LeftOutPackage[] = [];
  let lock: PackageLock;
  try {
    lock = readPackageLock(data);
  } catch (error) {
    const fix = `restore the file from a backup, or delete ${packagesFolder(data)} and add the packages again`;
    return { packages, leftOut: [{ carrier: 'all', reason: messageOf(error), fix }] };
  }
  for (const [carrier, locked] of Object.entries(lock.packages)) {
    const { name, version, entry, scorecard, description } = locked;
    const folder = join(packagesFolder(data), locked.folder);
    const reason = faultOf(folder, locked.files);
    if (reason === null) {
      const at = (path: string) => join(realpathSync(folder), path);
      const { mapping } = description;
      const described = { ...description, mapping: mapping === null ? null : at(mapping) };
      packages.push({ carrier, entry: at(entry), scorecard, description: described });
    } else {
      const fix = `add ${name}@${version} again (waybill carrier add), or remove it (waybill carrier remove ${carrier})`;
      leftOut.push({ carrier, reason, fix });
    }
  }
  return { packages, leftOut };
}

function faultOf(folder: string, files: string): string | null {
  try {
    return hashOfFolder(folder) === files
      ? null
      : `the files in ${folder} are not those that were checked when it was added`;
  } catch (error) {
    return `its files cannot be read (${messageOf(error)})`;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Returns a hash of everything below a folder: the path and content of each file, and the target
 * of each link, which is not followed. Throws for anything that is neither file, link nor folder,
 * and for a link that leads outside: through it, a package could read the machine's files.
 */
export function hashOfFolder(folder: string): string {
  const hash = createHash('sha512');
  const root = join(realpathSync(folder), sep);
  const visit = (path: string): void => {
    const entries = readdirSync(join(folder, path), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const inside = join(path, entry.name);
      if (entry.isDirectory()) visit(inside);
      else {
        const content = contentOf(join(folder, inside), entry, root);
        const kind = entry.isFile() ? 'file' : 'link';
        hash.update(JSON.stringify([kind, inside, content.length])).update(content);
      }
    }
  };
  visit('');
  return `sha512-${hash.digest('base64')}`;
}

function contentOf(path: string, entry: Dirent, root: string): Buffer {
  if (entry.isFile()) return readFileSync(path);
  if (entry.isSymbolicLink()) {
    if (!isWithin(root, path)) throw new Error(`${path} is a link that leads outside the package`);
    return Buffer.from(readlinkSync(path));
  }
  throw new Error(`${path} is neither a file, a link nor a folder`);
}

/** Whether a link leads to something below a folder, also after others that it leads to. */
function isWithin(root: string, link: string): boolean {
  try {
    return realpathSync(link).startsWith(root);
  } catch {
    return false;
  }
}

/** Replaces the lock file in one step; it is on disk when this resolves. */
export async function writePackageLock(data: string, lock: PackageLock): Promise<void> {
  const file = join(packagesFolder(data), LOCK_FILE);
  const draft = await open(`${file}.new`, 'w');
  try {
    await draft.writeFile(`${JSON.stringify(lock, null, 2)}\n`);
    await draft.sync();
  } finally {
    await draft.close();
  }
  await rename(`${file}.new`, file);
}

/** The names in the folder of packages that are part of no installed package. */
export function leftovers(data: string, { packages }: PackageLock): readonly string[] {
  const folders = new Set(Object.values(packages).map(({ folder }) => folder));
  return readdirSync(packagesFolder(data)).filter(
    (name) => !OWN_NAMES.has(name) && !folders.has(name),
  );
}

/** The lock file, the kit for the checks, and the lock of `add` and `remove`. */
const OWN_NAMES: ReadonlySet<string> = new Set([LOCK_FILE, '.kit', 'lock']);
