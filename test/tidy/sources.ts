import ts from 'typescript';
import { functionsIn, type SourceFunction } from './functions.ts';
import { type Module, moduleOf } from './modules.ts';
import type { RepositoryFile } from './tree.ts';

/** Everything the rules read from a source file. */
interface Source {
  readonly module: Module;
  /** What runs: the text with comments and literals blanked out, lines and columns as they were. */
  readonly code: string;
  readonly literals: readonly Literal[];
  readonly functions: readonly SourceFunction[];
}

interface Literal {
  readonly text: string;
  /** Offset of its first character. */
  readonly at: number;
}

const sources = new Map<string, Source>();

/**
 * Parses each file once and drops its tree: the trees of all files take a gigabyte, which the garbage
 * collector would visit again and again.
 */
export function sourceOf(file: RepositoryFile): Source {
  const known = sources.get(file.path);
  if (known !== undefined) return known;
  const tree = ts.createSourceFile(file.path, file.text, {
    languageVersion: ts.ScriptTarget.ES2023,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  });
  const read: Source = {
    module: moduleOf(file, tree),
    code: codeIn(file.text, tree),
    literals: literalsIn(tree),
    functions: functionsIn(tree),
  };
  sources.set(file.path, read);
  return read;
}

const WORDS = new Set([
  ts.SyntaxKind.StringLiteral,
  ts.SyntaxKind.NoSubstitutionTemplateLiteral,
  ts.SyntaxKind.TemplateHead,
  ts.SyntaxKind.TemplateMiddle,
  ts.SyntaxKind.TemplateTail,
  ts.SyntaxKind.RegularExpressionLiteral,
  ts.SyntaxKind.JsxText,
]);

function codeIn(text: string, tree: ts.SourceFile): string {
  const parts: string[] = [];
  let end = 0;
  const visit = (node: ts.Node): void => {
    if (!WORDS.has(node.kind)) {
      ts.forEachChild(node, visit);
      return;
    }
    const from = node.getStart(tree);
    parts.push(text.slice(end, from), blank(text.slice(from, node.end)));
    end = node.end;
  };
  visit(tree);
  parts.push(text.slice(end));
  // Only comments still contain these: literals are blank already.
  return parts.join('').replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, blank);
}

function blank(text: string): string {
  return text.replace(/[^\n]+/g, (line) => ' '.repeat(line.length));
}

function literalsIn(tree: ts.SourceFile): readonly Literal[] {
  const found: Literal[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) found.push({ text: node.text, at: node.getStart(tree) });
    if (ts.isTemplateExpression(node)) {
      const spans = node.templateSpans.map(({ literal }) => literal.text);
      found.push({ text: [node.head.text, ...spans].join('…'), at: node.getStart(tree) });
      for (const { expression } of node.templateSpans) visit(expression);
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}
