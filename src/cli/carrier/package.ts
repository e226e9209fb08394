import { join } from 'node:path';
import { displayName, type NewFile, renamed } from './rename.ts';

/**
 * The template as a package of its own: the contract comes from `waybill/adapter`, the mapping and
 * all papers lie beside package.json.
 */
export function packageFiles(
  root: string,
  name: string,
  template: readonly NewFile[],
): readonly NewFile[] {
  const sources = template.map(({ path, text }) => ({
    path: join(root, path),
    text: withoutSchema(imports(renamed(text, name))),
  }));
  const more: readonly (readonly [string, string])[] = [
    ['package.json', `${JSON.stringify(packageJson(name), null, 2)}\n`],
    ['tsconfig.json', `${JSON.stringify(TSCONFIG, null, 2)}\n`],
  ];
  return [...sources, ...more.map(([path, text]) => ({ path: join(root, path), text }))];
}

function imports(text: string): string {
  return text
    .replaceAll(/'(?:\.\.\/)+sdk\.ts'/g, "'waybill/adapter'")
    .replaceAll(/'(?:\.\.\/)+sandbox-kit\/index\.ts'/g, "'waybill/adapter/sandbox'");
}

/** The schema lies in the hub's repository; a path to it would lead nowhere. */
function withoutSchema(text: string): string {
  return text.replace(/^# yaml-language-server:.*\n#\n/, '');
}

function packageJson(name: string) {
  return {
    name: `waybill-adapter-${name}`,
    version: '0.1.0',
    description: `${displayName(name)} for Waybill`,
    type: 'module',
    main: './index.ts',
    exports: { '.': './index.ts', './package.json': './package.json' },
    scripts: { types: 'tsc', test: 'waybill carrier test ./' },
    peerDependencies: { waybill: '>=0.1.0' },
    // The hub lends its own when it runs; installed, it brings the types.
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
    allowImportingTsExtensions: true,
    erasableSyntaxOnly: true,
    skipLibCheck: true,
    noEmit: true,
  },
  include: ['.'],
};
