import { dirname, posix } from 'node:path';
import ts from 'typescript';
import type { RepositoryFile } from './tree.ts';

/** Who imports what, read from the sources alone: named exports make that possible. */
export interface Module {
  readonly file: RepositoryFile;
  /** Exported name → position. */
  readonly exported: ReadonlyMap<string, { readonly at: number; readonly isType: boolean }>;
  readonly imports: readonly Import[];
  /** Exported name → where it comes from, for what the file only passes on. */
  readonly forwarded: Readonly<Record<string, { readonly from: string; readonly name: string }>>;
}

export interface Import {
  /** Path from the root. */
  readonly from: string;
  /** Names as the other file exports them; `*` for all. */
  readonly names: readonly string[];
  /** Those of them that are left when types are erased. */
  readonly atRunTime: readonly string[];
}

/** What the hub provides to packages, and the adapter kit to the hub. */
const SPECIFIERS: Readonly<Record<string, string>> = {
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
  const forwarded: Record<string, { from: string; name: string }> = {};
  const target = (specifier: ts.Expression): string | null => {
    if (!ts.isStringLiteral(specifier)) return null;
    const own = SPECIFIERS[specifier.text];
    if (own !== undefined || !specifier.text.startsWith('.')) return own ?? null;
    return posix.normalize(posix.join(dirname(file.path), specifier.text));
  };
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      const from = target(statement.moduleSpecifier);
      if (from !== null) imports.push({ from, ...importedNames(statement.importClause) });
    } else if (ts.isExportDeclaration(statement)) {
      const from = statement.moduleSpecifier ? target(statement.moduleSpecifier) : null;
      const elements =
        statement.exportClause && ts.isNamedExports(statement.exportClause)
          ? [...statement.exportClause.elements]
          : [];
      for (const each of elements) {
        const isType = statement.isTypeOnly || each.isTypeOnly;
        exported.set(each.name.text, { at: each.getStart(source), isType });
        const name = (each.propertyName ?? each.name).text;
        if (from !== null && !isType) forwarded[each.name.text] = { from, name };
      }
      const names = elements.map((each) => (each.propertyName ?? each.name).text);
      if (from !== null) {
        const all = names.length > 0 ? names : ['*'];
        imports.push({ from, names: all, atRunTime: names.length > 0 ? [] : all });
      }
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
    if (from !== null && /\.(tsx?|js)$/.test(from)) imports.push(everything(from));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { file, exported, imports, forwarded };
}

const everything = (from: string): Import => ({ from, names: ['*'], atRunTime: ['*'] });

function importedNames(clause: ts.ImportClause | undefined): Omit<Import, 'from'> {
  // import './x.ts': nothing is named, and all of it runs.
  if (clause === undefined) return { names: [], atRunTime: ['*'] };
  const bindings = clause.namedBindings;
  const elements = bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : [];
  const nameOf = ({ propertyName, name }: ts.ImportSpecifier) => (propertyName ?? name).text;
  const whole = [
    ...(clause.name === undefined ? [] : ['default']),
    ...(bindings !== undefined && ts.isNamespaceImport(bindings) ? ['*'] : []),
  ];
  const names = [...whole, ...elements.map(nameOf)];
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return { names, atRunTime: [] };
  const kept = elements.filter(({ isTypeOnly }) => !isTypeOnly).map(nameOf);
  return { names, atRunTime: [...whole, ...kept] };
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
