import ts from 'typescript';

export interface SourceFunction {
  readonly name: string;
  /** From the first word to the brace. */
  readonly lines: number;
}

/** Functions, methods and closures. */
export function functionsIn(tree: ts.SourceFile): readonly SourceFunction[] {
  const lineAt = (at: number) => tree.getLineAndCharacterOfPosition(at).line;
  const found: SourceFunction[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const lines = lineAt(node.end) - lineAt(node.getStart(tree)) + 1;
      found.push({ name: node.name?.getText(tree) ?? '(closure)', lines });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}
