import type { Module } from './modules.ts';
import { sourceOf } from './sources.ts';
import { FILES, isTest, isTypeScript, type RepositoryFile, where } from './tree.ts';

const modules = new Map<string, Module>(
  FILES.filter((file) => isTypeScript(file) || /\.(c|m)?js$/.test(file.path)).map((file) => [
    file.path,
    sourceOf(file).module,
  ]),
);

/** The folders of carriers, of channels and of shops' platforms are found by scanning, not by importing. */
const isScanned = (path: string): boolean =>
  /^((src\/adapters(\/bridges)?|packages\/carriers)\/[^/]+|packages\/adapter-kit\/template)\/(index|sandbox)\.ts$/.test(
    path,
  ) ||
  /^src\/shops\/platforms\/[^/]+\/(index|sandbox\/sandbox)\.ts$/.test(path) ||
  /^src\/reactions\/notifications\/channels\/[^/]+\/(plugin|test-bench)\.ts$/.test(path);

/** What package.json "exports" to adapters and native apps: used by those whom we do not know. */
const isPublished = (path: string): boolean =>
  path === 'src/adapters/sdk.ts' ||
  path === 'src/fleet/driver/index.ts' ||
  path === 'packages/adapter-kit/index.ts' ||
  // The entry of @waybill/client is generated when it is packed, and exports these.
  /^packages\/(client|python)\/(build\/build|src\/(connect|error|webhook))\.ts$/.test(path);

/** What esbuild makes scripts for browsers of: driver-app/build-app.ts, kit/assets.ts and maps/map-assets.ts name them. */
const isBundled = (path: string): boolean =>
  /^src\/(fleet\/driver-app\/(main\.tsx|service-worker\.ts)|http\/(console\/client\/main|maps\/client\/map)\.ts)$/.test(
    path,
  );

/** vitest.config.ts names it, and the test runner calls what it exports. */
const isSetup = (path: string): boolean => path.endsWith('-setup.ts');

/**
 * Exports of src/ that no file imports. A type may be exported for the signature that names it:
 * it counts as used when its own file uses it or a border passes it on.
 */
export function unusedExports(): string[] {
  const used = new Map<string, Set<string>>();
  for (const { imports } of modules.values()) {
    for (const { from, names } of imports) {
      const all = used.get(from) ?? new Set();
      for (const name of names) all.add(name);
      used.set(from, all);
    }
  }
  return [...modules.values()].flatMap(({ file, exported }) => {
    const { path } = file;
    if (!/^(src|packages)\//.test(path) || isScanned(path) || isSetup(path) || isPublished(path))
      return [];
    const names = used.get(file.path) ?? new Set();
    if (names.has('*')) return [];
    const isBorder = /\/index\.ts$/.test(file.path);
    return [...exported]
      .filter(([name]) => !names.has(name))
      .filter(([name, { isType }]) => !(isType && (isBorder || mentions(file, name) > 1)))
      .map(([name, { at }]) => `${where(file, at)}: ${name}`);
  });
}

function mentions(file: RepositoryFile, name: string): number {
  return [...file.text.matchAll(new RegExp(`\\b${name}\\b`, 'g'))].length;
}

/** Product files that neither the program, a carrier, a tool nor a bench reaches: tests at most. */
export function deadFiles(): string[] {
  const reached = new Set<string>();
  const queue = [...modules.keys()].filter(
    (path) =>
      path === 'src/main.ts' ||
      isPublished(path) ||
      isBundled(path) ||
      isScanned(path) ||
      /^(tools|bench|examples|migrations)\//.test(path),
  );
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    for (const { from } of modules.get(path)?.imports ?? []) queue.push(from);
  }
  return [...modules.keys()].filter(
    (path) =>
      /^(src|packages)\//.test(path) &&
      !reached.has(path) &&
      !isTest({ path }) &&
      // The suite every carrier's folder must pass; test/conformance.carriers.test.ts runs it.
      !/^src\/adapters\/conformance(-[a-z]+)*\.ts$/.test(path) &&
      // Sent to browsers as they are, by reading the folder.
      !path.includes('/assets/'),
  );
}
