import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import type { Plugin } from 'esbuild';

/**
 * Bundles a package's module with all it imports into one script, because Node's permission model
 * forbids the hooks by which `waybill/adapter` is resolved elsewhere (bin/adapter-resolve.js).
 * Rejects if something cannot be resolved.
 *
 * @param nodePaths folders to look for packages in that are not installed beside it.
 */
export async function bundlePackage(
  entry: string,
  nodePaths: readonly string[] = [],
): Promise<string> {
  const { build, stop } = await import('esbuild');
  try {
    const { outputFiles } = await build({
      entryPoints: [entry],
      write: false,
      bundle: true,
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      nodePaths: [...nodePaths],
      external: ['waybill/*'],
      plugins: [OWN_ADDRESS],
      logLevel: 'silent',
    });
    return outputFiles[0]?.text ?? '';
  } finally {
    await stop();
  }
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
  // CommonJS libraries may use more of what Node.js gives them: `require.resolve`, `__dirname`.
  if (typeof run === 'function') run(Object.assign(requireModule, load), module, dirname(entry));
  return module.exports;
}
