// Builds the joined files of bundle.js. It is loaded only when there are none for these sources.
import { readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, stop } from 'esbuild';

/** Sources that are found by scanning folders and imported by URL. */
const FOUND = [
  /^src\/main\.ts$/,
  /^src\/adapters\/(kit|sdk|sandbox-kit\/index)\.ts$/,
  /^src\/adapters\/[^/]+\/(index|sandbox)\.ts$/,
  /^src\/reactions\/notifications\/channels\/[^/]+\/plugin\.ts$/,
];
/** Matches the URL of a source next to another, which is run in a process of its own. */
const BESIDE = /new URL\('(\.{1,2}\/[^']+\.ts)', import\.meta\.url\)/g;

/**
 * Joins the sources into a few files. Packages stay external, where Node.js finds them.
 * @returns the path of the joined file in the folder, by the path of each source that is imported
 * by URL.
 */
export async function buildBundle(options) {
  try {
    return await joinSources(options);
  } finally {
    // esbuild's service would otherwise remain a child process for as long as the hub runs.
    await stop();
  }
}

async function joinSources({ root, sources, folder }) {
  const entryPoints = entriesOf(sources);
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    outbase: root,
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    // Stack traces name the source file. Its text is on disk, so it is not copied.
    sourcemap: 'linked',
    sourcesContent: false,
    tsconfig: join(root, 'tsconfig.json'),
    metafile: true,
    logLevel: 'silent',
    plugins: [addressOfSource(root, sources)],
  });
  const index = {};
  for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (entryPoint !== undefined) index[entryPoint] = relative(folder, join(root, path));
  }
  return index;
}

function entriesOf(sources) {
  const entries = new Set();
  for (const [path, text] of sources) {
    if (FOUND.some((pattern) => pattern.test(path))) entries.add(path);
    for (const [, beside] of text.matchAll(BESIDE)) {
      const named = posix.join(dirname(path), beside);
      if (sources.has(named)) entries.add(named);
    }
  }
  return [...entries];
}

/**
 * A plugin for modules that use their own URL, because they look for files beside their source.
 * Only these modules are loaded here: esbuild reads the others itself, without passing their text
 * between two processes.
 */
function addressOfSource(root, sources) {
  const own = [...sources].filter(([, text]) => text.includes('import.meta.'));
  const files = own.map(([path]) => path.replaceAll(/[.[\]/\\]/g, '\\$&')).join('|');
  return {
    name: 'address of source',
    setup({ onLoad }) {
      if (own.length === 0) return;
      onLoad({ filter: new RegExp(`/(${files})$`) }, ({ path }) => {
        const text = sources.get(relative(root, path)) ?? readFileSync(path, 'utf8');
        const address = JSON.stringify(pathToFileURL(path).href);
        const contents = text.replaceAll('import.meta.url', address);
        if (contents.includes('import.meta.')) {
          return { errors: [{ text: `${path}: of import.meta only url is known here` }] };
        }
        return { contents, loader: path.endsWith('x') ? 'tsx' : 'ts' };
      });
    },
  };
}
