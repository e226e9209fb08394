import ts from 'typescript';
import { parse, type RepositoryFile } from './tree.ts';

export interface LongFunction {
  readonly path: string;
  readonly name: string;
  readonly lines: number;
}

/** Functions, methods and closures with more lines than that, from their first word to the brace. */
export function functionsOver(file: RepositoryFile, linesMax: number): readonly LongFunction[] {
  const { path } = file;
  const source = parse(file);
  const lineAt = (at: number) => source.getLineAndCharacterOfPosition(at).line;
  const found: LongFunction[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const lines = lineAt(node.end) - lineAt(node.getStart(source)) + 1;
      if (lines > linesMax) {
        found.push({ path, name: node.name?.getText(source) ?? '(closure)', lines });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
