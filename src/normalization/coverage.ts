import type { AdapterManifest, CodeKind, CodeMatch } from '../adapters/contract/contract.ts';
import { type CodeReview, type DocumentedCode, reviewOf } from './codes-csv.ts';
import type { Mapping, MappingRule } from './mapping/rule.ts';
import { readFact } from './read-fact.ts';

/**
 * How much of a list of codes a mapping covers. A code mapped to `none` on purpose counts as
 * mapped.
 */
export interface Coverage {
  readonly codes: number;
  readonly mapped: number;
  /** Those that are mapped by rules without `reviewed: false`. */
  readonly reviewed: number;
  /** `mapped / codes`, from 0 to 1; null when there are no codes. */
  readonly share: number | null;
}

export interface DocumentedCoverage extends Coverage {
  /** Who reviewed how many of the reviewed codes, and when. The reviews come from the list. */
  readonly reviews: readonly (CodeReview & { readonly codes: number })[];
  /** Invalid reviews in the list, a sentence each. */
  readonly reviewFaults: readonly string[];
  /**
   * Rows of the list that are not codes of facts (error codes, annotations); they are not counted
   * above.
   */
  readonly aside: number;
  /** How many of the mapped codes have no rule, because no source says what they mean. */
  readonly unknown: number;
  /** How many codes are in two sources or more. */
  readonly confirmed: number;
  readonly unmapped: readonly { readonly kind: string; readonly code: string }[];
  /** Codes that are mapped to `delivered` although the carrier's own description says otherwise. */
  readonly denied: readonly DocumentedCode[];
}

/** The share of a list that may be unknown, with a reason, and still count as mapped. */
const UNKNOWN_SHARE_MAX = 0.05;

/**
 * Words in descriptions of codes that are not a delivery to the recipient. No description of a
 * delivery found so far contains them.
 */
const NO_DELIVERY =
  /\b(?:not (?:be )?|(?:unable|failed|will|due) to (?:be )?|will be |to be )deliver|\bundeliver|\b(?:returned|delivered back|sent back) to (?:the )?(?:sender|shipper)\b/i;

/**
 * Returns how much of the documented codes a mapping covers. `codeKinds` comes from the adapter's
 * manifest.
 */
export function documentedCoverage(
  mapping: Mapping,
  documented: readonly DocumentedCode[],
  codeKinds: AdapterManifest['codeKinds'] = {},
): DocumentedCoverage {
  const byCode = rulesByCode(mapping);
  const unmapped: { kind: string; code: string }[] = [];
  const denied: DocumentedCode[] = [];
  const reviews = new Map<string, CodeReview & { codes: number }>();
  const reviewFaults: string[] = [];
  const unknown: { kind: string; code: string }[] = [];
  let codes = 0;
  let reviewed = 0;
  let confirmed = 0;
  for (const row of documented) {
    const { kind, code, description } = row;
    const ways = codeKinds[kind];
    if (ways === undefined) continue;
    codes += 1;
    if (new Set(row.sources).size > 1) confirmed += 1;
    const rules = ways.flatMap((way) => rulesFor(way, code, byCode));
    const isUnknown = rules.length === 0 && row.unknown !== undefined;
    if (rules.length === 0) (isUnknown ? unknown : unmapped).push({ kind, code });
    const review = reviewOf(row);
    if (typeof review === 'string') reviewFaults.push(review);
    else if (
      review !== null &&
      (isUnknown || (rules.length > 0 && rules.every((rule) => rule.reviewed)))
    ) {
      reviewed += 1;
      countReview(reviews, review);
    }
    const isDelivered = rules.length > 0 && rules.every(({ status }) => status === 'delivered');
    if (isDelivered && NO_DELIVERY.test(description)) denied.push(row);
  }
  unmapped.push(...unknown.splice(Math.floor(codes * UNKNOWN_SHARE_MAX)));
  const mapped = codes - unmapped.length;
  return {
    ...toCoverage(codes, mapped, reviewed),
    aside: documented.length - codes,
    unknown: unknown.length,
    confirmed,
    unmapped,
    denied,
    reviews: [...reviews.values()],
    reviewFaults,
  };
}

function countReview(
  reviews: Map<string, CodeReview & { codes: number }>,
  { by, on }: CodeReview,
): void {
  const key = JSON.stringify([by, on]);
  const found = reviews.get(key);
  if (found === undefined) reviews.set(key, { by, on, codes: 1 });
  else found.codes += 1;
}

/** Returns how much of the received codes, each combination once, a mapping covers. */
export function storedCoverage(mapping: Mapping, codes: readonly CodeMatch[]): Coverage {
  const readings = codes.map((codes) => readFact(mapping, { codes, logical: false }));
  const mapped = readings.filter(({ known, unheard }) => known && unheard === undefined);
  return toCoverage(codes.length, mapped.length, mapped.filter(({ reviewed }) => reviewed).length);
}

function toCoverage(codes: number, mapped: number, reviewed: number): Coverage {
  return { codes, mapped, reviewed, share: codes === 0 ? null : mapped / codes };
}

/**
 * Returns the rule for exactly this code if there is one, else all that name it together with other
 * codes.
 */
function rulesFor(
  way: CodeKind,
  code: string,
  byCode: ReadonlyMap<string, readonly MappingRule[]>,
): readonly MappingRule[] {
  const required = way.with ?? {};
  const candidates = (byCode.get(codeKey(way.key, code)) ?? []).filter(({ match }) =>
    Object.entries(required).every(([key, value]) => match[key] === value),
  );
  const size = 1 + Object.keys(required).length;
  const alone = candidates.filter(({ match }) => Object.keys(match).length === size);
  return alone.length > 0 ? alone : candidates;
}

/**
 * Returns, for each single code, the rules that name it, so that a fallback never counts as
 * coverage.
 */
function rulesByCode(mapping: Mapping): Map<string, MappingRule[]> {
  const byCode = new Map<string, MappingRule[]>();
  for (const rule of mapping.rules) {
    for (const [key, value] of Object.entries(rule.match)) {
      const at = codeKey(key, value);
      const rules = byCode.get(at);
      if (rules === undefined) byCode.set(at, [rule]);
      else rules.push(rule);
    }
  }
  return byCode;
}

function codeKey(key: string, code: string): string {
  return JSON.stringify([key, code]);
}
