import type { CodeMatch, ReportedFact } from '../adapters/contract/contract.ts';
import type { Mapping } from './mapping/rule.ts';
import { lookupKey, type MappingRule } from './mapping/rule.ts';
import type { Reading } from './reading.ts';

/**
 * The mapping's reading of a coded fact. The most specific matching rule wins (the manifest's
 * `matchOrder`); without one the fact is stored and read as `in_transit`, logical and unknown, so
 * that it is shown, steers almost nothing and waits for review (invariant 6).
 */
export function readFact(mapping: Mapping, fact: Pick<ReportedFact, 'codes' | 'logical'>): Reading {
  const { codes } = fact;
  const { carrier, version } = mapping;
  const rule = matchingRule(mapping, codes);
  const shared = {
    correction: carrier.corrections.some((match) => covers(match, codes)),
    returnCancelled: carrier.returnCancelled.some((match) => covers(match, codes)),
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
  const unheard = unmentionedKeys(mapping, codes);
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
    ...(unheard.length === 0 ? {} : { unheard }),
  };
}

function matchingRule(mapping: Mapping, codes: CodeMatch): MappingRule | null {
  const { matchOrder } = mapping.carrier;
  for (let i = 0; i < matchOrder.length; i += 1) {
    const key = lookupKey(matchOrder[i] ?? [], codes);
    const rule = key === null ? undefined : mapping.index[i]?.get(key);
    if (rule !== undefined) return rule;
  }
  return null;
}

function unmentionedKeys(mapping: Mapping, codes: CodeMatch): string[] {
  const keys: string[] = [];
  for (const key of mapping.carrier.matchKeys) {
    const value = Object.hasOwn(codes, key) ? codes[key] : undefined;
    if (value !== undefined && !mapping.mentioned.get(key)?.has(value)) keys.push(key);
  }
  return keys;
}

function covers(match: CodeMatch, codes: CodeMatch): boolean {
  return Object.entries(match).every(
    ([key, value]) => Object.hasOwn(codes, key) && codes[key] === value,
  );
}
