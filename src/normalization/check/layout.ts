import { isMap, isPair, isScalar, isSeq, type Node } from 'yaml';
import type { Path, YamlSource } from '../files/yaml-source.ts';
import type { MappingProblem } from '../mapping/problem.ts';

interface LayoutFindings {
  readonly problems: readonly MappingProblem[];
  /** Paths of unquoted codes, so that no other check reports them again. */
  readonly unquoted: readonly Path[];
}

/**
 * Checks what the parsed value no longer shows: unquoted codes, rules over several lines, and
 * whether `tests` comes last. Because `tests` is required and must be the last key, a half-written
 * file is invalid, rather than valid with missing rules.
 */
export function checkLayout(source: YamlSource, file: string): LayoutFindings {
  const problems: MappingProblem[] = [];
  const unquoted: Path[] = [];
  const add = (offset: number, found: string, fix: string): void => {
    problems.push({ file, ...source.placeOfOffset(offset), severity: 'error', found, fix });
  };

  for (const [list, codesKey] of [
    ['rules', 'match'],
    ['tests', 'given'],
  ] as const) {
    const items = source.nodeAt([list]);
    if (!isSeq(items)) continue;
    items.items.forEach((item, i) => {
      if (!isMap(item)) return;
      const [start, end] = item.range ?? [0, 0];
      const oneLine = source.placeOfOffset(start).line === source.placeOfOffset(end).line;
      if (item.flow !== true || !oneLine) {
        add(start, `${list}[${i}] is not one line in flow style.`, 'Write - { … } on one line.');
      }
      const codes = item.get(codesKey, true);
      if (!isMap(codes)) return;
      for (const pair of codes.items) {
        const value: unknown = isPair(pair) ? pair.value : null;
        const key: unknown = isPair(pair) && isScalar(pair.key) ? pair.key.value : null;
        if (!isScalar(value) || value.type !== 'PLAIN' || typeof key !== 'string') continue;
        const written = value.source ?? '';
        if (!needsQuotes(written)) continue;
        unquoted.push([list, i, codesKey, key]);
        add(
          value.range?.[0] ?? start,
          `${key}: ${written} is not in quotes: YAML reads it as a number, a date or a yes/no, and the code is lost.`,
          `Write ${key}: "${written}".`,
        );
      }
    });
  }
  problems.push(...checkTestsLast(source, file));
  return { problems, unquoted };
}

const NUMBER =
  /^[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[\da-f_]+|\d[\d_]*(?:\.[\d_]*)?(?:e[-+]?\d+)?|\.\d[\d_]*(?:e[-+]?\d+)?|\.inf|\.nan|\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?)$/i;
const WORD = /^(?:~|null|true|false|yes|no|on|off|y|n)$/i;
const DATE = /^\d{4}-\d{1,2}-\d{1,2}(?:$|[Tt\s])/;

/** Whether a YAML 1.1 or 1.2 parser would not read the unquoted text as text. */
function needsQuotes(text: string): boolean {
  return NUMBER.test(text) || WORD.test(text) || DATE.test(text);
}

function checkTestsLast(source: YamlSource, file: string): MappingProblem[] {
  const top: Node | null = source.nodeAt([]);
  if (!isMap(top)) return [];
  const keys = top.items.map((item) => (isScalar(item.key) ? item.key.value : null));
  const at = keys.indexOf('tests');
  if (at === -1 || at === keys.length - 1) return [];
  return [
    {
      file,
      ...source.placeOfKey(['tests']),
      severity: 'error',
      found: 'tests is not the last key of the file.',
      fix: 'Move it to the end: a truncated file must not look complete.',
    },
  ];
}
