import type { CodeMatch, ReportedFact } from '../adapters/contract/contract.ts';
import type { ReadStatus } from '../kernel/status.ts';
import { lookupKey, type Mapping, type MappingRule } from './mapping/rule.ts';

/**
 * Reads a coded fact with a mapping. The most specific matching rule wins (the manifest's
 * `matchOrder`); without one the fact is stored and read as `in_transit`, logical and unknown, so
 * that it is shown, steers almost nothing and waits for review (invariant 6).
 */
export function readFact(mapping: Mapping, fact: Pick<ReportedFact, 'codes' | 'logical'>): Reading {
  const { codes } = fact;
  const { carrier, version } = mapping;
  const rule = matchingRule(mapping, codes);
  const shared = {
    correction: carrier.corrections.some(({ match }) => includesAll(match, codes)),
    returnCancelled: carrier.returnCancelled.some((match) => includesAll(match, codes)),
    mappingVersion: version,
  };
  if (rule === null) {
    return {
      status: 'in_transit',
      reason: null,
      milestone: null,
      logical: true,
      hidden: false,
      known: false,
      reviewed: false,
      rule: null,
      ...shared,
    };
  }
  const withoutRule = keysWithoutRule(mapping, codes);
  return {
    status: rule.status,
    reason: rule.reason,
    milestone: rule.milestone,
    logical: rule.logical || fact.logical,
    hidden: rule.hidden,
    known: true,
    reviewed: rule.reviewed,
    rule: rule.match,
    ...shared,
    ...(rule.text === null ? {} : { text: rule.text }),
    ...(withoutRule.length === 0 ? {} : { unheard: withoutRule }),
  };
}

/** Returns the most specific rule for the codes; null if none matches. */
function matchingRule(mapping: Mapping, codes: CodeMatch): MappingRule | null {
  const { matchOrder } = mapping.carrier;
  for (let i = 0; i < matchOrder.length; i += 1) {
    const key = lookupKey(matchOrder[i] ?? [], codes);
    const rule = key === null ? undefined : mapping.index[i]?.get(key);
    if (rule !== undefined) return rule;
  }
  return null;
}

/** Returns the match keys whose code no rule mentions, alone or with others. */
function keysWithoutRule(mapping: Mapping, codes: CodeMatch): string[] {
  const keys: string[] = [];
  for (const key of mapping.carrier.matchKeys) {
    const value = Object.hasOwn(codes, key) ? codes[key] : undefined;
    if (value !== undefined && !mapping.mentioned.get(key)?.has(value)) keys.push(key);
  }
  return keys;
}

/** Whether the fact has all codes of the match. */
function includesAll(match: CodeMatch, codes: CodeMatch): boolean {
  return Object.entries(match).every(
    ([key, value]) => Object.hasOwn(codes, key) && codes[key] === value,
  );
}

/**
 * A mapping's reading of a fact's codes. Stored with the fact when it is first read; refolding uses
 * the stored one, so a changed mapping alone changes no history.
 */
export interface Reading {
  readonly status: ReadStatus;
  /** The API's `sub_status`; an open list. */
  readonly reason: string | null;
  /**
   * Finer than a status, for texts and rules: `customs_cleared`, `label_created` …; an open list.
   */
  readonly milestone: string | null;
  /** Not a scan of the parcel: manifest data, computed or predicted notices, unknown codes. */
  readonly logical: boolean;
  /** Set for `none` facts that customers need not see at all. */
  readonly hidden: boolean;
  /** False if no rule matched: it is read as `in_transit`, logical, and queued for review. */
  readonly known: boolean;
  /** False if the rule was derived automatically from a table and no person has reviewed it. */
  readonly reviewed: boolean;
  /** The rule that matched, e.g. `{ event: 'DE', exception: '03' }`; null when unknown. */
  readonly rule: CodeMatch | null;
  /** Whether the carrier takes back a delivery with this code (fold rule 4). */
  readonly correction: boolean;
  /** Whether the carrier cancels a return with this code (fold rule 5). */
  readonly returnCancelled: boolean;
  /** The hash of the mapping that made this reading. */
  readonly mappingVersion: string;
  /** The key of the rule's own text; absent for nearly all. */
  readonly text?: string;
  /**
   * Keys whose value no rule mentions although a rule matched without them: a coarser code (its
   * type, its rollup) determined the reading, and the code itself belongs in the review queue.
   * Absent when there is none.
   */
  readonly unheard?: readonly string[];
}
