import { dirname, posix } from 'node:path';
import ts from 'typescript';
import type { RepositoryFile } from './tree.ts';

/** Who imports what, read from the sources alone: named exports make that possible. */
export interface Module {
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
export const SPECIFIERS: Readonly<Record<string, string>> = {
  'waybill/adapter': 'src/adapters/sdk.ts',
  'waybill/adapter/kit': 'src/adapters/kit.ts',
  'waybill/adapter/sandbox': 'src/adapters/sandbox-kit/index.ts',
  'waybill/driver': 'src/fleet/driver/index.ts',
  '@waybill/adapter-kit': 'packages/adapter-kit/index.ts',
};

/** What a file exports and imports. */
export function moduleOf(file: RepositoryFile, source: ts.SourceFile): Module {
  const exported = new Map<string, { at: number; isType: boolean }>();
  const imports: Import[] = [];
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
