import ts from 'typescript';

/** Where an error's text is an English sentence instead of a key of the catalogue. */
export interface WrittenSentence {
  readonly line: number;
  readonly text: string;
}

/** Methods of zod whose arguments are not messages. */
const NO_CHECKS: ReadonlySet<string> = new Set([
  'describe',
  'meta',
  'default',
  'prefault',
  'startsWith',
  'example',
]);
/** Members of options and of issues that zod shows as the message. */
const MESSAGES: ReadonlySet<string> = new Set(['error', 'message', 'reason', 'fix']);
/** Constructors and builders of what a request is refused with. */
const REFUSALS = /^(?:Problem|\w*Fault|\w*Refused|fault|invalidMembers?|addIssue)$/;
/** Occurs in every file that calls one of them. */
const MAY_REFUSE = /(?:Problem|Fault|Refused|fault|invalidMembers?|addIssue)\s*[(<]/;

/**
 * Sentences in the arguments of zod's checks, and of what refuses a request. Sentences anywhere in a
 * check written as a function (`superRefine`) count: they become its messages.
 */
export function writtenSentences(path: string, source: string): readonly WrittenSentence[] {
  const importsZod = /from 'zod'/.test(source);
  // Parsing takes a hundred times as long as this.
  if (!importsZod && !MAY_REFUSE.test(source)) return [];
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const found: WrittenSentence[] = [];
  const visit = (node: ts.Node, isMessage: boolean): void => {
    if (ts.isCallExpression(node) && nameOf(node.expression) === 'issueText') return;
    // A member may be called `reason` itself; its description is no message.
    if (ts.isCallExpression(node) && nameOf(node.expression) === 'describe') {
      visit(node.expression, isMessage);
      return;
    }
    const text = isMessage ? sentenceIn(node) : null;
    if (text !== null) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      found.push({ line: line + 1, text });
      return;
    }
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      visit(node.expression, isMessage);
      const reads = importsZod && isCheck(node) ? 'check' : isRefusal(node) ? 'refusal' : null;
      for (const argument of node.arguments ?? []) {
        visit(argument, reads !== null || isMessage);
      }
      return;
    }
    ts.forEachChild(node, (child) => visit(child, isMessage && mayBeMessage(child)));
  };
  visit(file, false);
  return found;
}

/** Of an object, only the members that hold messages. */
function mayBeMessage(node: ts.Node): boolean {
  if (!ts.isPropertyAssignment(node)) return true;
  const name = node.name.getText();
  return MESSAGES.has(name) || ts.isObjectLiteralExpression(node.initializer);
}

function isRefusal(node: ts.CallExpression | ts.NewExpression): boolean {
  return REFUSALS.test(nameOf(node.expression));
}

/** A call of a method of zod, or one in a chain that begins with `z`. */
function isCheck(node: ts.CallExpression | ts.NewExpression): boolean {
  if (!ts.isPropertyAccessExpression(node.expression)) return false;
  const name = node.expression.name.text;
  return !NO_CHECKS.has(name) && (CHECKS.has(name) || rootOf(node.expression) === 'z');
}

const CHECKS: ReadonlySet<string> = new Set([
  ...['refine', 'superRefine', 'check', 'regex', 'min', 'max', 'length', 'addIssue'],
]);

function rootOf(node: ts.Expression): string {
  if (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node)) {
    return rootOf(node.expression);
  }
  return node.getText();
}

function nameOf(node: ts.Expression): string {
  return ts.isPropertyAccessExpression(node) ? node.name.text : node.getText();
}

/** A literal of two words or more. */
function sentenceIn(node: ts.Node): string | null {
  if (!ts.isStringLiteralLike(node) && !ts.isTemplateExpression(node)) return null;
  const text = node.getText().slice(1, -1);
  return /\p{L}{2,},? \p{L}+/u.test(text.replaceAll(/\$\{[^}]*\}/g, 'x')) ? text : null;
}
