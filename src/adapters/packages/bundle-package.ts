import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import type { Plugin } from 'esbuild';
import { withEsbuild } from '../../platform/with-esbuild.ts';

/**
 * Bundles a package's module with all it imports into one script, because Node's permission model
 * forbids the hooks by which `waybill/adapter` is resolved elsewhere (bin/adapter-resolve.js).
 * Rejects if something cannot be resolved, or lies outside `within`.
 *
 * @param options.nodePaths more folders in which imported packages are looked up.
 * @param options.within the only folders whose files may be in the bundle, for code that is not
 *   trusted; absent: any file.
 */
export async function bundlePackage(
  entry: string,
  {
    nodePaths = [],
    within,
  }: { readonly nodePaths?: readonly string[]; readonly within?: readonly string[] } = {},
): Promise<string> {
  const { outputFiles } = await withEsbuild((build) =>
    build({
      entryPoints: [entry],
      write: false,
      bundle: true,
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      nodePaths: [...nodePaths],
      external: ['waybill/*'],
      plugins: [...(within === undefined ? [] : [onlyWithin(within)]), OWN_URL],
      logLevel: 'silent',
    }),
  );
  return outputFiles[0]?.text ?? '';
}

/** Rejects files outside these folders, after links are resolved. */
function onlyWithin(folders: readonly string[]): Plugin {
  const roots = folders.map((folder) => join(realpathSync(folder), sep));
  return {
    name: 'only within',
    setup({ onLoad }) {
      onLoad({ filter: /.*/ }, ({ path }) =>
        roots.some((root) => realpathSync(path).startsWith(root))
          ? null
          : { errors: [{ text: `${path} is outside the package` }] },
      );
    },
  };
}

/** A pattern, because bin/bundle-build.js replaces the plain text in the hub's own sources. */
const META_URL = /import\.meta\.url/g;

/** Gives each module its own URL, not the bundle's, because modules read files beside them. */
const OWN_URL: Plugin = {
  name: 'own URL',
  setup({ onLoad }) {
    onLoad({ filter: /\.[mc]?[jt]s$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (text.search(META_URL) < 0) return null;
      const url = JSON.stringify(pathToFileURL(path).href);
      const loader = path.endsWith('ts') ? 'ts' : 'js';
      return { contents: text.replace(META_URL, url), loader };
    });
  },
};

/** Modules for network, processes, threads and loading code: no adapter needs them. */
const DENIED =
  /^(node:)?(child_process|cluster|dgram|dns|http|http2|https|inspector|module|net|repl|tls|vm|worker_threads)(\/|$)/;

/** The hub's own modules by specifier: packages get the same instances as the hub. */
export type OwnModules = Readonly<Record<string, unknown>>;

/** Evaluates a bundled module and returns its exports. Throws what it throws. */
export function runBundle(
  script: string,
  entry: string,
  own: OwnModules,
  { trusted = false } = {},
): unknown {
  const load = createRequire(entry);
  const requireModule = (name: string): unknown => {
    const known = own[name];
    if (known !== undefined) return known;
    // Files are bundled. One that is loaded here would itself import what is denied.
    if (!trusted && (DENIED.test(name) || !isBuiltin(name))) {
      throw new Error(`a package cannot import ${name}`);
    }
    return load(name);
  };
  const wrapped = `(function (require, module, __dirname) {${script}\n})`;
  const run: unknown = new Script(wrapped, { filename: entry }).runInThisContext();
  const module = { exports: {} };
  // CommonJS libraries may also use `require.resolve` and `__dirname`. Code that is not trusted does
  // not get `require.cache`, because its modules could load denied ones.
  const more = trusted ? load : { resolve: load.resolve };
  if (typeof run === 'function') run(Object.assign(requireModule, more), module, dirname(entry));
  return module.exports;
}
