// Builds the bundle of bundle.js. It is loaded only when there is none for these sources.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, stop } from 'esbuild';

/** Sources that are found by scanning folders and imported by URL. */
const FOUND = [
  /^src\/main\.ts$/,
  /^src\/adapters\/(kit|sdk|sandbox-kit\/index)\.ts$/,
  /^(src\/adapters(?:\/bridges)?|packages\/carriers)\/[^/]+\/(index|sandbox)\.ts$/,
  /^packages\/adapter-kit\/index\.ts$/,
  /^src\/shops\/platforms\/[^/]+\/(index|sandbox\/sandbox)\.ts$/,
  /^src\/reactions\/notifications\/channels\/[^/]+\/plugin\.ts$/,
];
/** In the bundle, the URL of the installation's folder, ending in "/". */
const ROOT_URL = '__waybillRoot';
/** Matches the URL of a source next to another, which is run in a process of its own. */
const BESIDE = /new URL\('(\.{1,2}\/[^']+\.ts)', import\.meta\.url\)/g;

/** A crash prints the line in which it happened. */
const LINE_CHARS_MAX = 120;

/** esbuild takes what `require` returns for the default export, even if it is an ES module. */
const END = `
  if (typeof __toESM !== 'undefined') {
    const toModule = __toESM;
    __toESM = (loaded, isNodeMode) => isModule(loaded) ? loaded : toModule(loaded, isNodeMode);
  }
  return module.exports.importers;
})`;

/**
 * Bundles the sources into one script rather than ES modules, because Node.js can store the
 * compiled code of a script. Its value is a function of `require`, a test for ES modules, `module`
 * and the URL of the installation's folder, so that the bundle works in any. This returns a function by the path of each source that is imported by URL, which
 * evaluates and returns the module. Packages stay external, where Node.js finds them.
 *
 * @param sources bytes by path from the root.
 * @param file where to write the script; its source map is written beside it.
 */
export async function buildBundle({ root, sources, file }) {
  const texts = new Map([...sources].map(([path, bytes]) => [path, bytes.toString('utf8')]));
  const importers = entriesOf(texts).map((path) => {
    const text = JSON.stringify(path);
    return `${text}: () => import(${JSON.stringify(`./${path}`)})`;
  });
  try {
    await build({
      absWorkingDir: root,
      stdin: { contents: `export const importers = {${importers}};`, resolveDir: root },
      outfile: file,
      bundle: true,
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      // A package is then loaded once, and not also as an ES module where it is loaded on demand.
      supported: { 'dynamic-import': false },
      banner: { js: `(function (require, isModule, module, ${ROOT_URL}) {` },
      footer: { js: END },
      // Each process keeps the script's text in memory.
      minifyWhitespace: true,
      lineLimit: LINE_CHARS_MAX,
      // Stack traces name the source file. Its text is on disk, so it is not copied.
      sourcemap: 'external',
      sourcesContent: false,
      tsconfig: join(root, 'tsconfig.json'),
      logLevel: 'silent',
      plugins: [addressOfSource(root, texts)],
    });
    writeFileSync(file, inAscii(readFileSync(file, 'utf8')));
    // Few processes ever read it.
    writeFileSync(`${file}.map.gz`, gzipSync(readFileSync(`${file}.map`)));
    rmSync(`${file}.map`);
  } finally {
    // esbuild's service would otherwise remain a child process for as long as the hub runs.
    await stop();
  }
}

/**
 * Escapes other characters, because one of them doubles the memory of a script's text. esbuild
 * leaves them only in regular expressions.
 */
function inAscii(script) {
  const escaped = (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return script.replaceAll(/(?<!\\)[^\0-\x7f]/g, escaped);
}

function entriesOf(texts) {
  const entries = new Set();
  for (const [path, text] of texts) {
    if (FOUND.some((pattern) => pattern.test(path))) entries.add(path);
    for (const [, beside] of text.matchAll(BESIDE)) {
      const named = posix.join(dirname(path), beside);
      if (texts.has(named)) entries.add(named);
    }
  }
  return [...entries];
}

/**
 * A plugin for modules that use their own URL, because they look for files beside their source.
 * Only these modules are loaded here: esbuild reads the others itself, without passing their text
 * between two processes.
 */
function addressOfSource(root, texts) {
  const own = [...texts].filter(([, text]) => text.includes('import.meta.'));
  const files = own.map(([path]) => path.replaceAll(/[.[\]/\\]/g, '\\$&')).join('|');
  return {
    name: 'address of source',
    setup({ onLoad }) {
      if (own.length === 0) return;
      onLoad({ filter: new RegExp(`/(${files})$`) }, ({ path }) => {
        const text = texts.get(relative(root, path)) ?? readFileSync(path, 'utf8');
        const address = JSON.stringify(relative(root, path).replaceAll(sep, '/'));
        const contents = text.replaceAll('import.meta.url', `(${ROOT_URL} + ${address})`);
        if (contents.includes('import.meta.')) {
          return { errors: [{ text: `${path}: of import.meta only url is known here` }] };
        }
        return { contents, loader: path.endsWith('x') ? 'tsx' : 'ts' };
      });
    },
  };
}
