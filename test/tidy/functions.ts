import ts from 'typescript';
import type { RepositoryFile } from './tree.ts';

export interface LongFunction {
  readonly path: string;
  readonly name: string;
  readonly lines: number;
}

/** Functions, methods and closures with more lines than that, from their first word to the brace. */
export function functionsOver(file: RepositoryFile, linesMax: number): readonly LongFunction[] {
  const { path, text } = file;
  const kind = path.endsWith('.tsx') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind);
  const lineAt = (at: number) => source.getLineAndCharacterOfPosition(at).line;
  const found: LongFunction[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const lines = lineAt(node.end) - lineAt(node.getStart()) + 1;
      const name = node.name?.getText() ?? '(closure)';
      if (lines > linesMax) found.push({ path, name, lines });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
