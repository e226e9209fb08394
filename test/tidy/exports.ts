import { dirname, posix } from 'node:path';
import ts from 'typescript';
import { FILES, isTest, isTypeScript, parse, type RepositoryFile, where } from './tree.ts';

/** Who imports what, read from the sources alone: named exports make that possible. */
interface Module {
  readonly file: RepositoryFile;
  /** Exported name → position. */
  readonly exported: ReadonlyMap<string, { readonly at: number; readonly isType: boolean }>;
  readonly imports: readonly Import[];
}

interface Import {
  /** Path from the root. */
  readonly from: string;
  /** Names as the other file exports them; `*` for all. */
  readonly names: readonly string[];
}

/** What the hub provides to packages, and the adapter kit to the hub. */
const SPECIFIERS: Readonly<Record<string, string>> = {
  'waybill/adapter': 'src/adapters/sdk.ts',
  'waybill/adapter/kit': 'src/adapters/kit.ts',
  'waybill/adapter/sandbox': 'src/adapters/sandbox-kit/index.ts',
  '@waybill/adapter-kit': 'packages/adapter-kit/index.ts',
};

const modules = new Map<string, Module>(
  FILES.filter((file) => isTypeScript(file) || /\.(c|m)?js$/.test(file.path)).map((file) => [
    file.path,
    read(file),
  ]),
);

function read(file: RepositoryFile): Module {
  const exported = new Map<string, { at: number; isType: boolean }>();
  const imports: Import[] = [];
  const source = parse(file);
  const target = (specifier: ts.Expression): string | null => {
    if (!ts.isStringLiteral(specifier)) return null;
    const own = SPECIFIERS[specifier.text];
    if (own !== undefined || !specifier.text.startsWith('.')) return own ?? null;
    return posix.normalize(posix.join(dirname(file.path), specifier.text));
  };
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      const from = target(statement.moduleSpecifier);
      if (from !== null) imports.push({ from, names: importedNames(statement.importClause) });
    } else if (ts.isExportDeclaration(statement)) {
      const from = statement.moduleSpecifier ? target(statement.moduleSpecifier) : null;
      const elements =
        statement.exportClause && ts.isNamedExports(statement.exportClause)
          ? [...statement.exportClause.elements]
          : [];
      for (const each of elements) {
        const isType = statement.isTypeOnly || each.isTypeOnly;
        exported.set(each.name.text, { at: each.getStart(source), isType });
      }
      const names = elements.map((each) => (each.propertyName ?? each.name).text);
      if (from !== null) imports.push({ from, names: names.length > 0 ? names : ['*'] });
    } else if (isExported(statement)) {
      const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
      for (const { name, at } of declaredNames(statement, source))
        exported.set(name, { at, isType });
    }
  }
  const visit = (node: ts.Node): void => {
    // import('./x.ts') and new URL('./x.ts', import.meta.url): everything may be used.
    const [first] =
      ts.isCallExpression(node) || ts.isNewExpression(node) ? (node.arguments ?? []) : [];
    const from = first === undefined ? null : target(first);
    if (from !== null && /\.(tsx?|js)$/.test(from)) imports.push({ from, names: ['*'] });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { file, exported, imports };
}

function importedNames(clause: ts.ImportClause | undefined): string[] {
  const bindings = clause?.namedBindings;
  if (bindings === undefined) return clause?.name ? ['default'] : [];
  if (ts.isNamespaceImport(bindings)) return ['*'];
  return bindings.elements.map((each) => (each.propertyName ?? each.name).text);
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

function declaredNames(statement: ts.Statement, source: ts.SourceFile) {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) =>
      ts.isIdentifier(name) ? [{ name: name.text, at: name.getStart(source) }] : [],
    );
  }
  const { name } = statement as { readonly name?: ts.Node };
  return name !== undefined && ts.isIdentifier(name)
    ? [{ name: name.text, at: name.getStart(source) }]
    : [];
}

/** The folders of carriers and of channels are found by scanning, not by importing. */
const isScanned = (path: string): boolean =>
  /^((src\/adapters|packages\/carriers)\/[^/]+|packages\/adapter-kit\/template)\/(index|sandbox)\.ts$/.test(
    path,
  ) || /^src\/reactions\/notifications\/channels\/[^/]+\/(plugin|test-bench)\.ts$/.test(path);

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
