import { type Mapping, type Reading, readFact } from '../../normalization/index.ts';
import type { Fact } from '../history.ts';

/** What two tables make of one fact, where they differ. */
export interface ChangedReading {
  readonly before: Reading;
  readonly after: Reading;
}

/** What a reading is made of, and what was made of it. */
export type StoredFact = Pick<Fact, 'codes' | 'reading' | 'toldLogical'>;

/** Says of a fact how its reading changes from one table to the other; null: it does not. */
export type ChangedReadings = (fact: StoredFact) => ChangedReading | null;

/**
 * Where two mappings differ. `from` null: whatever table each fact was read by, as it is stored.
 * Which table said the same counts as no difference.
 */
export function changedReadings(from: Mapping | null, to: Mapping): ChangedReadings {
  return (fact) => {
    const coded = { codes: fact.codes, logical: wasToldLogical(fact) };
    const before = from === null ? fact.reading : readFact(from, coded);
    const after = readFact(to, coded);
    return isSameTable(before, after) ? null : { before, after };
  };
}

/**
 * Whether the carrier itself had called it no scan. Where that was not kept, a known code that
 * reads as logical stays so: to call something a scan that was none would be the worse mistake.
 */
export function wasToldLogical({ toldLogical, reading }: Omit<StoredFact, 'codes'>): boolean {
  return toldLogical ?? (reading.known && reading.logical);
}

/** The same in all that is stored of a reading but the version that says so. */
export function isSameTable(a: Reading, b: Reading): boolean {
  return (
    a.status === b.status &&
    a.reason === b.reason &&
    a.milestone === b.milestone &&
    a.logical === b.logical &&
    a.hidden === b.hidden &&
    a.known === b.known &&
    a.reviewed === b.reviewed &&
    a.correction === b.correction &&
    a.returnCancelled === b.returnCancelled &&
    a.text === b.text &&
    isSameRule(a.rule, b.rule)
  );
}

function isSameRule(a: Reading['rule'], b: Reading['rule']): boolean {
  if (a === null || b === null) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
  );
}
