import { check } from 'recheck';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { shippedCatalogue } from '../src/adapters/index.ts';
import { FILES, isProduct } from './tidy/tree.ts';

/**
 * Code that matches strangers' texts against patterns. The conformance suite (conformance*) and
 * the recorder of exchanges (cassettes/) are left out: they run for adapter authors, on files and
 * answers that the author requested.
 */
const READ_FROM_STRANGERS = FILES.filter(isProduct).filter(
  ({ path }) =>
    /^src\/(adapters|intake|kernel|http|platform|reactions|tracking|prediction)\//.test(path) &&
    !/^src\/adapters\/(conformance|cassettes\/)/.test(path),
);

/**
 * In total they take recheck's native program 15 s, and its JavaScript version, where there is
 * none for the platform, 50 s.
 */
const TEST_TIMEOUT_MS = 240_000;
/** A pattern that cannot be judged in this time fails: simplify it. */
const PATTERN_TIMEOUT_MS = 15_000;

interface Pattern {
  readonly at: string;
  readonly source: string;
  readonly flags: string;
}

function patternsOf({ path, text }: { readonly path: string; readonly text: string }): Pattern[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: Pattern[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      const [source, flags] = [node.text.slice(1, end), node.text.slice(end + 1)];
      found.push({ at: `${path}:${line + 1}`, source, flags });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** recheck's complaint about a pattern; null: it is linear. */
async function complaint({ at, source, flags }: Pattern): Promise<string | null> {
  const found = await check(source, flags, { timeout: PATTERN_TIMEOUT_MS });
  if (found.status === 'safe') return null;
  const what = found.status === 'unknown' ? found.error.kind : found.complexity.summary;
  return `${at}: /${source}/${flags}: ${found.status}, ${what}`;
}

describe('patterns for strangers’ input', () => {
  it('would be detected if slow: recheck recognizes a slow one', async () => {
    expect(await complaint({ at: 'x.ts:1', source: '^(a+)+$', flags: '' })).toMatch(/vulnerable/);
    expect(await complaint({ at: 'x.ts:1', source: '\\s+$', flags: '' })).toMatch(/polynomial/);
  });

  it(
    'are linear: no nested and no neighbouring repetition of the same characters',
    async () => {
      const catalogued = shippedCatalogue()
        .list()
        .flatMap(({ id, formats }) =>
          formats.map(({ shape }) => ({
            at: `config/carriers.yaml: ${id}`,
            source: shape.source,
            flags: shape.flags,
          })),
        );
      expect(catalogued.length).toBeGreaterThan(30);
      const all = [...READ_FROM_STRANGERS.flatMap(patternsOf), ...catalogued];
      const distinct = new Map(
        all.map((pattern) => [`${pattern.flags}/${pattern.source}`, pattern]),
      );
      expect(distinct.size).toBeGreaterThan(150);
      const complaints: string[] = [];
      for (const pattern of distinct.values()) complaints.push((await complaint(pattern)) ?? '');
      expect(complaints.filter((one) => one !== '')).toEqual([]);
    },
    TEST_TIMEOUT_MS,
  );
});
