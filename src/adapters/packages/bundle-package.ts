import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
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
 * @param options.nodePaths folders to look for packages in that are not installed beside it.
 * @param options.within the folders of somebody else's code, which must not include other files in
 *   its bundle; absent: the code is trusted.
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
      plugins: [...(within === undefined ? [] : [onlyWithin(within)]), OWN_ADDRESS],
      logLevel: 'silent',
    }),
  );
  return outputFiles[0]?.text ?? '';
}

/** Refuses files outside these folders, wherever links lead. */
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

/** As a pattern, because the text itself is replaced in the hub's own sources (bin/bundle-build.js). */
const ADDRESS = /import\.meta\.url/g;

/** Keeps the addresses of modules that look for files beside them. */
const OWN_ADDRESS: Plugin = {
  name: 'own address',
  setup({ onLoad }) {
    onLoad({ filter: /\.[mc]?[jt]s$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (text.search(ADDRESS) < 0) return null;
      const address = JSON.stringify(pathToFileURL(path).href);
      const loader = path.endsWith('ts') ? 'ts' : 'js';
      return { contents: text.replace(ADDRESS, address), loader };
    });
  },
};

/** Modules that no adapter needs: for sockets, processes, threads, and for loading further code. */
const DENIED =
  /^(node:)?(child_process|cluster|dgram|dns|http|http2|https|inspector|module|net|repl|tls|vm|worker_threads)(\/|$)/;

/** The hub's own modules by specifier, so that a package and the hub mean the same things. */
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
    if (!trusted && DENIED.test(name)) throw new Error(`a package cannot import ${name}`);
    return own[name] ?? load(name);
  };
  const wrapped = `(function (require, module, __dirname) {${script}\n})`;
  const run: unknown = new Script(wrapped, { filename: entry }).runInThisContext();
  const module = { exports: {} };
  // CommonJS libraries may use more of what Node.js gives them: `require.resolve`, `__dirname`. Others'
  // code does not get `require.cache`, whose modules could load the denied ones.
  const more = trusted ? load : { resolve: load.resolve };
  if (typeof run === 'function') run(Object.assign(requireModule, more), module, dirname(entry));
  return module.exports;
}
