import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { adapterFolders } from '../../adapters/index.ts';
import { carriersForCommand } from '../../app/installed-carriers.ts';
import { findLockHolder } from '../../platform/process/folder-lock.ts';
import { readConfig } from '../../platform/settings/config.ts';
import { loadAdapterKit } from './adapter-kit.ts';

export interface CarrierNewArgs {
  readonly name: string;
  /** Where a package is written; null: to a folder of that name in the working directory. */
  readonly folder: string | null;
  /** Whether to write a separate package, also inside this repository. */
  readonly asPackage: boolean;
}

/**
 * The form of names in the registry: folder name, YAML name, URL segment and part of a setting's
 * name.
 */
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const NAME_CHARS_MAX = 40;
/** Folders and words with another meaning here. */
const RESERVED_NAMES = [
  'bridges',
  'contract',
  'detect',
  'docs',
  'packages',
  'registry',
  'sandbox-kit',
  'sdk',
  'session',
  'template',
];
const ADAPTERS = join('src', 'adapters');

/**
 * `waybill carrier new`: writes a complete starter adapter that compiles and passes the kit at
 * bronze. In a checkout of Waybill it becomes a folder and a mapping of that checkout; anywhere
 * else, or with `--package`, a package that a hub loads by its setting. Overwrites nothing.
 * Resolves with the exit code: 2 for a name or a folder that cannot be used.
 */
export async function carrierNew(
  args: CarrierNewArgs,
  cwd: string,
  env: NodeJS.ProcessEnv,
  write: (line: string) => void,
  writeError: (line: string) => void,
): Promise<number> {
  const { name } = args;
  if (!NAME.test(name) || name.length > NAME_CHARS_MAX || RESERVED_NAMES.includes(name)) {
    writeError(
      `"${name}" cannot be a carrier's name. Use lower-case letters and digits, words joined by "-", at most ${NAME_CHARS_MAX} characters (acme-post), and none of ${RESERVED_NAMES.join(', ')}.`,
    );
    return 2;
  }
  if ((await carriersHere(env)).includes(name)) {
    writeError(
      `"${name}" already exists in this installation, and two carriers of one name keep a hub from ` +
        `starting; take another name, such as ${name}-express.`,
    );
    return 2;
  }
  const isCheckout = existsSync(join(cwd, ADAPTERS, 'contract', 'contract.ts'));
  const inside = isCheckout && !args.asPackage && args.folder === null;
  const root = inside ? cwd : resolve(cwd, args.folder ?? name);
  const kit = await loadAdapterKit(writeError);
  if (kit === null) return 2;
  const files = (await kit.scaffold(name, inside ? 'checkout' : 'package')).map((file) => ({
    path: join(root, file.path),
    text: file.text,
  }));
  const existing = files.filter(({ path }) => existsSync(path));
  const target = dirname(files[0]?.path ?? cwd);
  if (existing.length > 0 || (existsSync(target) && (await readdir(target)).length > 0)) {
    const found = existing[0]?.path ?? target;
    writeError(`${relative(cwd, found)} already exists; remove it or choose another name.`);
    return 2;
  }
  for (const { path, text } of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: 'wx' });
    write(relative(cwd, path));
  }
  const path = relative(cwd, target);
  const testArgument = inside ? name : path.startsWith('..') ? path : `./${path}`;
  write(`\nNext: npx waybill carrier test ${testArgument}`);
  const hub = await hubHere(env);
  if (hub !== null) {
    const first = inside ? '' : `build it (npm run prepack), name it in WAYBILL_ADAPTERS and `;
    write(`A hub is running here (process ${hub}): ${first}restart it so that it knows ${name}.`);
  }
  return 0;
}

/**
 * Returns the id of the hub process that uses this data folder, or null if none does. A hub loads
 * carriers only at its start.
 */
async function hubHere(env: NodeJS.ProcessEnv): Promise<number | null> {
  try {
    return (await findLockHolder(readConfig(env).data))?.pid ?? null;
  } catch {
    return null;
  }
}

/**
 * Returns the carriers that ship with Waybill, and those of installed packages as far as they can
 * be loaded.
 */
async function carriersHere(env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  try {
    const registry = await carriersForCommand(readConfig(env), () => {});
    return registry.list().map(({ manifest }) => manifest.name);
  } catch {
    // A broken one is reported at the start, and does not prevent writing another.
    return adapterFolders().map(({ name }) => name);
  }
}
