import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openResultCache } from './cached-results.ts';
import { shippedFile } from './shipped.ts';
import { withEsbuild } from './with-esbuild.ts';

/** A script for browsers, bundled from a folder of sources. */
export interface BrowserScript {
  /** The file's name contains a hash of the sources. */
  readonly fileName: string;
  /** Returns the bundled file; it is built on the first call ever, and then read from the cache. */
  readonly read: () => Promise<Buffer>;
}

/**
 * A script of `folder`, whose entry is `<name>.ts`. Its sources may import packages and each other.
 * Building takes esbuild a tenth of a second, and each process keeps the result.
 */
export function browserScript(folder: URL, name: string): BrowserScript {
  const hash = hashOf(new URL(`${name}.ts`, folder));
  let built: Promise<Buffer> | null = null;
  const read = async (): Promise<Buffer> => {
    const cache = openResultCache();
    const key = ['browser script', name, hash];
    const known = cache.read(key);
    if (typeof known === 'string') return Buffer.from(known);
    const text = await bundle(folder, name);
    cache.store(key, text);
    return Buffer.from(text);
  };
  return {
    fileName: `${name}.${hash}.js`,
    read() {
      built ??= read().catch((error: unknown) => {
        built = null;
        throw error;
      });
      return built;
    },
  };
}

async function bundle(folder: URL, name: string): Promise<string> {
  const { outputFiles } = await withEsbuild((build) =>
    build({
      absWorkingDir: fileURLToPath(folder),
      entryPoints: [`${name}.ts`],
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      target: 'es2022',
      platform: 'browser',
      legalComments: 'none',
      logLevel: 'silent',
    }),
  );
  return outputFiles[0]?.text ?? '';
}

const IMPORTED = /\bfrom '(\.{1,2}\/[^']+)'|\bimport '(\.{1,2}\/[^']+)'/g;

/** A hash of the entry and of all sources that it imports, and of package.json. */
function hashOf(entry: URL): string {
  const texts = new Map<string, string>();
  const read = (url: URL) => {
    if (texts.has(url.href)) return;
    const text = readFileSync(url, 'utf8');
    texts.set(url.href, text);
    for (const [, from, own] of text.matchAll(IMPORTED)) read(new URL(from ?? own ?? '', url));
  };
  read(entry);
  const hash = createHash('sha256').update(readFileSync(shippedFile('package.json')));
  for (const text of texts.values()) hash.update(text);
  return hash.digest('hex').slice(0, 12);
}
