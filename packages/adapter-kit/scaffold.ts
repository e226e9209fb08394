import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of a new adapter, with its path in the checkout or the package. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

const TEMPLATE = fileURLToPath(new URL('template', import.meta.url));
const MAPPING = 'mapping.yaml';

/**
 * Makes a whole adapter to start from, which compiles and passes the suite at bronze: as a folder
 * and a mapping of a checkout of Waybill, or as a package of its own. The first file is its
 * `index.ts`.
 */
export async function scaffold(
  name: string,
  form: 'checkout' | 'package',
): Promise<readonly NewFile[]> {
  const files = (await templateFiles()).map((file) => ({
    ...file,
    text: renamed(file.text, name),
  }));
  if (form === 'checkout') {
    return files.map(({ path, text }) => ({
      path:
        path === MAPPING
          ? join('config', 'carrier-mappings', `${name}.yaml`)
          : join('src', 'adapters', name, path),
      text: text
        .replaceAll("'waybill/adapter/sandbox'", "'../sandbox-kit/index.ts'")
        .replaceAll("'waybill/adapter'", "'../sdk.ts'"),
    }));
  }
  return [
    // The mapping's schema is in the hub's repository, so a relative path to it would not work.
    ...files.map(({ path, text }) => ({
      path,
      text: text.replace(/^# yaml-language-server:.*\n#\n/, ''),
    })),
    { path: 'package.json', text: `${JSON.stringify(packageJson(name), null, 2)}\n` },
    { path: 'tsconfig.json', text: `${JSON.stringify(TSCONFIG, null, 2)}\n` },
    { path: '.gitignore', text: 'node_modules\n*.tgz\n*.js\n*.d.ts\n' },
  ];
}

async function templateFiles(): Promise<readonly NewFile[]> {
  const entries = await readdir(TEMPLATE, { withFileTypes: true, recursive: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(TEMPLATE, join(entry.parentPath, entry.name)))
    .sort((a, b) => Number(b === 'index.ts') - Number(a === 'index.ts') || (a < b ? -1 : 1));
  return Promise.all(
    paths.map(async (path) => ({ path, text: await readFile(join(TEMPLATE, path), 'utf8') })),
  );
}

/** Replaces the template's own name, in its three spellings, by the carrier's. */
function renamed(text: string, name: string): string {
  return text
    .replace(/\bTemplate\b/g, displayName(name))
    .replace(/\btemplate(?=['-]|$|\n)/gm, name)
    .replaceAll('<CARRIER>', name.replaceAll('-', '_').toUpperCase());
}

/** The display name of a carrier: `acme-post` → `Acme Post`. */
function displayName(name: string): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}

function packageJson(name: string) {
  return {
    name: `waybill-adapter-${name}`,
    version: '0.1.0',
    description: `${displayName(name)} for Waybill`,
    type: 'module',
    main: './index.js',
    types: './index.d.ts',
    exports: {
      '.': { types: './index.d.ts', default: './index.js' },
      './package.json': './package.json',
    },
    files: [
      '**/*.js',
      '**/*.d.ts',
      '*.csv',
      '*.yaml',
      'dictionary-1.txt',
      'fixtures',
      'scorecard.json',
    ],
    // `npm pack` and `npm publish` build first: a hub loads JavaScript only.
    scripts: { prepack: 'tsc', types: 'tsc --noEmit', test: 'waybill carrier test ./' },
    peerDependencies: { waybill: '>=0.1.0' },
    // A running hub provides its own copy; the installed one provides the types.
    peerDependenciesMeta: { waybill: { optional: true } },
    devDependencies: { '@types/node': '^20.19.0', typescript: '~5.9.3' },
  };
}

const TSCONFIG = {
  compilerOptions: {
    target: 'ES2023',
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    lib: ['ES2023'],
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    verbatimModuleSyntax: true,
    rewriteRelativeImportExtensions: true,
    erasableSyntaxOnly: true,
    skipLibCheck: true,
    declaration: true,
  },
  include: ['.'],
};
