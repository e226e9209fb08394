import { Document, isMap, isSeq, parseDocument, Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import type { AdapterManifest, CodeMatch } from '../../adapters/contract/contract.ts';
import type { ReadStatus } from '../../kernel/status.ts';

/** A rule as an operator decided it. */
export interface NewRule {
  readonly match: CodeMatch;
  readonly status: ReadStatus;
  readonly reason: string | null;
  readonly milestone: string | null;
  readonly logical: boolean;
}

/**
 * Returns an overlay's text with a rule added, or replaced if one has an equal match; comments and
 * order stay. Null when the text is not an overlay to which a rule could be added. Pure.
 */
export function withRule(text: string, carrier: string, rule: NewRule): string | null {
  const document = text.trim() === '' ? new Document({ carrier, rules: [] }) : parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) return null;
  if (!document.has('rules')) document.set('rules', document.createNode([]));
  const rules = document.get('rules', true);
  if (!isSeq(rules)) return null;
  (rules as YAMLSeq).flow = false;
  const node = ruleNode(document, rule);
  const at = rules.items.findIndex((item) => ruleHasMatch(item, rule.match));
  if (at < 0) rules.items.push(node);
  else rules.items[at] = node;
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/** Whether an overlay's text has a rule with an equal match. Pure. */
export function hasRule(text: string, match: CodeMatch): boolean {
  const rules = parseDocument(text).get('rules', true);
  return isSeq(rules) && rules.items.some((item) => ruleHasMatch(item, match));
}

/** Whether two matches consist of the same codes. */
export function isSameMatch(a: CodeMatch, b: CodeMatch): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/**
 * Returns the codes on which a rule for these should match: the adapter's most specific combination
 * of which all codes are present. Null if there is none.
 */
export function suggestedMatch(
  { matchOrder }: Pick<AdapterManifest, 'matchOrder'>,
  codes: CodeMatch,
): CodeMatch | null {
  const keys = matchOrder.find((combination) =>
    combination.every((key) => codes[key] !== undefined),
  );
  return keys === undefined ? null : Object.fromEntries(keys.map((key) => [key, codes[key] ?? '']));
}

/**
 * Returns a rule in flow style on one line, with quoted codes, because `0123` and `NO` are texts.
 */
function ruleNode(document: Document, { match, status, reason, milestone, logical }: NewRule) {
  const quoted = Object.fromEntries(
    Object.entries(match).map(([key, value]) => {
      const scalar = new Scalar(value);
      scalar.type = Scalar.QUOTE_DOUBLE;
      return [key, scalar];
    }),
  );
  const node = document.createNode(
    {
      match: document.createNode(quoted, { flow: true }),
      status,
      ...(reason === null ? {} : { reason }),
      ...(milestone === null ? {} : { milestone }),
      ...(logical ? { logical } : {}),
    },
    { flow: true },
  );
  return node;
}

/** Whether a rule of an overlay's document has exactly this match. */
function ruleHasMatch(item: unknown, match: CodeMatch): boolean {
  if (!isMap(item)) return false;
  const found = (item as YAMLMap).get('match', true);
  if (!isMap(found)) return false;
  const codes = found.items.map(({ key, value }) => [
    String(key),
    String(value instanceof Scalar ? value.value : value),
  ]);
  return isSameMatch(Object.fromEntries(codes), match);
}
