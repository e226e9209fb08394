import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * A method detached from its object, as in `each(poller.run)`, loses its `this`, and the compiler
 * does not report it. Functions of plain objects have no `this` to lose.
 */
it('no method is detached from an object of a class', () => {
  const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const product = fileNames.filter(
    (name) => name.startsWith(path.join(ROOT, 'src')) && !/\.test\.tsx?$/.test(name),
  );
  expect(withoutImports(product, { ...options, incremental: false })).toEqual([]);
});

it('detects them in a call, in an object, and in destructuring', () => {
  const file = path.join(ROOT, 'src/made-up.ts');
  const source = `
    class Poller { count = 0; run() { this.count += 1; } bound = () => this.count; }
    const poller = new Poller();
    const each = (run: () => void) => run();
    poller.run();
    each(() => poller.run());
    each(poller.bound);
    each(poller.run.bind(poller));
    each(poller.run);
    export const jobs = { run: poller.run };
    export const { run } = poller;
  `;
  const options = { strict: true, target: ts.ScriptTarget.ES2023, types: [] };
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name === file
      ? ts.createSourceFile(name, source, options.target, true)
      : getSourceFile.call(host, name, ...rest);
  host.fileExists = (
    (exists) => (name: string) =>
      name === file || exists(name)
  )(host.fileExists.bind(host));
  expect(withoutImports([file], options, host).map((each) => each.split(': ')[1])).toEqual([
    'poller.run',
    'poller.run',
    'run',
  ]);
});

/** Each as `file:line: expression`. */
function withoutImports(
  files: readonly string[],
  options: ts.CompilerOptions,
  host?: ts.CompilerHost,
): string[] {
  const program = ts.createProgram({ rootNames: [...files], options, ...(host && { host }) });
  const checker = program.getTypeChecker();
  const found: string[] = [];
  for (const file of program.getSourceFiles()) {
    if (!files.includes(file.fileName)) continue;
    const visit = (node: ts.Node): void => {
      const symbol = mayTake(node) ? symbolOf(checker, node) : undefined;
      if (symbol !== undefined && isMethodOfClass(symbol)) {
        const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
        found.push(`${path.relative(ROOT, file.fileName)}:${line + 1}: ${node.getText(file)}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return found;
}

/** `a.b` that is neither called nor accessed further, or `b` from `const { b } = a`. */
function mayTake(node: ts.Node): node is ts.PropertyAccessExpression | ts.BindingElement {
  if (ts.isBindingElement(node)) return ts.isObjectBindingPattern(node.parent);
  if (!ts.isPropertyAccessExpression(node)) return false;
  let outer: ts.Node = node;
  while (ts.isNonNullExpression(outer.parent) || ts.isParenthesizedExpression(outer.parent)) {
    outer = outer.parent;
  }
  const { parent } = outer;
  if (ts.isCallExpression(parent)) return parent.expression !== outer;
  if (ts.isPropertyAccessExpression(parent)) return false;
  // A comparison or `typeof` does not call it.
  return !ts.isBinaryExpression(parent) && !ts.isTypeOfExpression(parent);
}

function symbolOf(
  checker: ts.TypeChecker,
  node: ts.PropertyAccessExpression | ts.BindingElement,
): ts.Symbol | undefined {
  if (ts.isPropertyAccessExpression(node)) return checker.getSymbolAtLocation(node.name);
  const name = node.propertyName ?? node.name;
  if (!ts.isIdentifier(name)) return undefined;
  return checker.getTypeAtLocation(node.parent).getProperty(name.text);
}

function isMethodOfClass(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).some(
    (each) =>
      ts.isMethodDeclaration(each) &&
      ts.isClassLike(each.parent) &&
      (ts.getCombinedModifierFlags(each) & ts.ModifierFlags.Static) === 0,
  );
}
