import { type Mapping, type Reading, readFact } from '../../../normalization/index.ts';
import type { Fact } from '../../facts/history.ts';
import { isSameReading } from '../../facts/ingest.ts';

/** A version with each merchant's own rules laid over it. */
export interface Tables {
  /** The deployment's. */
  readonly base: Mapping;
  /** A merchant's: `base` where it has no rules of its own. */
  readonly tableOf: (merchantId: string) => Mapping;
}

/** How a fact reads, and how the deployment's table reads it where that is otherwise. */
export type Read = Pick<Fact, 'reading' | 'neutral'>;

/** What a reading is made of, and what was made of it. */
export type StoredFact = Read & Pick<Fact, 'codes' | 'reportedLogical'>;

export interface ChangedReading {
  readonly before: Read;
  readonly after: Read;
}

/** How a merchant's fact changes (null: one of whoever has no rules); null: it does not. */
export type ChangedReadings = (
  fact: StoredFact,
  merchantId: string | null,
) => ChangedReading | null;

/**
 * Where two versions differ. `from` null: whatever each fact was read by, as it is stored. Which
 * table said the same is no difference. Pure.
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
 * Whether the carrier itself had called it no scan. Where that was not kept, a known code that
 * reads as logical stays so: to call something a scan that was none would be the worse mistake.
 */
function wasReportedLogical({ reportedLogical, reading }: StoredFact): boolean {
  return reportedLogical ?? (reading.known && reading.logical);
}

function isSame(a: Read, b: Read): boolean {
  if (!isStoredAlike(a.reading, b.reading)) return false;
  if (a.neutral === undefined || b.neutral === undefined) return a.neutral === b.neutral;
  return isStoredAlike(a.neutral, b.neutral);
}

/** The same in all that is stored of a reading but the version that says so. */
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
