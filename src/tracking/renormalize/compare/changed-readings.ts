import { type Mapping, type Reading, readFact } from '../../../normalization/index.ts';
import type { Fact } from '../../facts/history.ts';
import { isSameReading } from '../../facts/ingest.ts';

/** A version with each merchant's own rules applied. */
export interface Tables {
  /** The mapping for everybody. */
  readonly base: Mapping;
  /** Returns a merchant's mapping: `base` if it has no rules of its own. */
  readonly tableOf: (merchantId: string) => Mapping;
}

/** A fact's reading, and the hub's reading where that differs. */
export type Read = Pick<Fact, 'reading' | 'neutral'>;

/** The input of a reading, and its stored result. */
export type StoredFact = Read & Pick<Fact, 'codes' | 'reportedLogical'>;

interface ChangedReading {
  readonly before: Read;
  readonly after: Read;
}

/**
 * Returns how a fact of a merchant changes (null: of a merchant without rules); null if it does
 * not.
 */
type ChangedReadings = (fact: StoredFact, merchantId: string | null) => ChangedReading | null;

/**
 * Returns a function that compares the readings of two versions. With `from` null, `to` is compared
 * with each fact's stored reading. Another version with the same reading is no difference. Pure.
 */
export function changedReadings(from: Tables | null, to: Tables): ChangedReadings {
  return (fact, merchantId) => {
    const before = from === null ? fact : readBy(from, fact, merchantId);
    const after = readBy(to, fact, merchantId);
    return isSame(before, after) ? null : { before, after };
  };
}

function readBy({ base, tableOf }: Tables, fact: StoredFact, merchantId: string | null): Read {
  const coded = { codes: fact.codes, logical: wasReportedLogical(fact) };
  const table = merchantId === null ? base : tableOf(merchantId);
  const reading = readFact(table, coded);
  if (table === base) return { reading };
  const neutral = readFact(base, coded);
  return isSameReading(neutral, reading) ? { reading } : { reading, neutral };
}

/**
 * Whether the carrier itself had marked the fact as not being a scan. Where that was not stored, a
 * known code that reads as logical stays so: to call something a scan wrongly would be the worse
 * mistake.
 */
function wasReportedLogical({ reportedLogical, reading }: StoredFact): boolean {
  return reportedLogical ?? (reading.known && reading.logical);
}

function isSame(a: Read, b: Read): boolean {
  if (!isStoredAlike(a.reading, b.reading)) return false;
  if (a.neutral === undefined || b.neutral === undefined) return a.neutral === b.neutral;
  return isStoredAlike(a.neutral, b.neutral);
}

/** Whether two readings are equal in everything that is stored, except the version. */
function isStoredAlike(a: Reading, b: Reading): boolean {
  return isSameReading(a, b) && a.reviewed === b.reviewed && isSameRule(a.rule, b.rule);
}

function isSameRule(a: Reading['rule'], b: Reading['rule']): boolean {
  if (a === null || b === null) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
  );
}
