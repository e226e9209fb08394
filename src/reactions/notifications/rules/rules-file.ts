import { type Document, LineCounter, parseDocument } from 'yaml';
import { type RuleSet, ruleSet } from './rule-set.ts';

/** Ours has 3,000 characters; a file that is much longer is another file. */
const FILE_CHARS_MAX = 200_000;

/** What is wrong with the file of rules: file, line, member and what to write instead. */
export class RulesFileError extends Error {
  override readonly name = 'RulesFileError';
}

/** @throws RulesFileError with every problem, a line each. */
export function readRulesFile(text: string, file: string): RuleSet {
  if (text.length > FILE_CHARS_MAX) {
    throw new RulesFileError(`${file}: more than ${FILE_CHARS_MAX} characters`);
  }
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines });
  const broken = yaml.errors.map(({ pos, message }) => {
    return `${file}:${lines.linePos(pos[0]).line}: ${message.split('\n')[0]}`;
  });
  if (broken.length > 0) throw new RulesFileError(broken.join('\n'));
  const read = ruleSet.safeParse(valueIn(yaml, file));
  if (read.success) return read.data;
  /** Where the value stands, or its nearest parent that is there. */
  const lineOf = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = yaml.getIn(path.slice(0, length) as unknown[], true);
      const { range } = (node ?? {}) as { range?: readonly number[] };
      if (range?.[0] !== undefined) return lines.linePos(range[0]).line;
    }
    return 1;
  };
  throw new RulesFileError(
    read.error.issues
      .map(({ path, message }) => {
        return `${file}:${lineOf(path)}: ${path.join('.') || 'the file'}: ${message}`;
      })
      .join('\n'),
  );
}

/** Aliases are how a small file becomes a huge one, and none is needed here. */
function valueIn(yaml: Document, file: string): unknown {
  try {
    return yaml.toJS({ maxAliasCount: 0 });
  } catch {
    throw new RulesFileError(`${file}: it refers to a part of itself; write that out`);
  }
}
