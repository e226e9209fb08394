import { type Mapping, type Reading, readFact } from '../../normalization/index.ts';
import type { FoldState } from '../fold-input.ts';
import { isSameReading } from '../hear.ts';
import type { Fact, History } from '../history.ts';
import { isSameTable, type StoredFact, wasToldLogical } from './changed-readings.ts';

/** How the stored readings of a carrier's facts are to be replaced; a re-normalization alone does. */
export interface Rereading {
  /** The table of the deployment. */
  readonly base: Mapping;
  /** The table of a merchant: `base` where it has no rules of its own. */
  readonly tableOf: (merchantId: string) => Mapping;
  /** Nobody is to be told: it was so all the time. */
  readonly quiet: boolean;
  /** Told of each parcel with facts that read otherwise. */
  readonly onReread?: (shipmentId: string, reread: readonly RereadFact[]) => void;
}

/** A fact as it reads from now on, and how it read. */
export interface RereadFact {
  readonly fact: Fact;
  readonly before: Reading;
}

/**
 * A history as it would be had these tables read it from the beginning. A fact that reads as it
 * did stays untouched, with the version that said so first. Pure.
 */
export function rereadHistory(
  history: History,
  merchantId: string,
  rereading: Rereading,
): { history: History; reread: readonly RereadFact[] } {
  const reread: RereadFact[] = [];
  const table = rereading.tableOf(merchantId);
  for (const known of history.facts.values()) {
    if (known.source !== 'carrier') continue;
    const fact = rereadFact(known, table, rereading.base);
    if (fact !== null) reread.push({ fact, before: known.reading });
  }
  if (reread.length === 0) return { history, reread };
  const facts = new Map(history.facts);
  for (const { fact } of reread) facts.set(fact.identity, fact);
  return { history: { ...history, facts }, reread };
}

/** Null: it reads as it did. */
function rereadFact(known: Fact, table: Mapping, base: Mapping): Fact | null {
  const read = readAgain(known, table, base);
  if (!isReadOtherwise(known, read)) return null;
  const { neutral: _, ...rest } = known;
  const { status, reason, mappingVersion } = known.reading;
  const otherwise = status !== read.reading.status || reason !== read.reading.reason;
  return {
    ...rest,
    ...read,
    ...(otherwise ? { readBefore: { status, reason, mappingVersion } } : {}),
  };
}

type Read = Pick<Fact, 'reading' | 'neutral'>;

/** What a merchant's table makes of a fact, and what the deployment's does where that is else. */
export function readAgain(fact: StoredFact, table: Mapping, base: Mapping): Read {
  const coded = { codes: fact.codes, logical: wasToldLogical(fact) };
  const reading = readFact(table, coded);
  if (table === base) return { reading };
  const neutral = readFact(base, coded);
  return isSameReading(neutral, reading) ? { reading } : { reading, neutral };
}

/** What is stored is not what was read now. */
export function isReadOtherwise(stored: Read, now: Read): boolean {
  if (!isSameTable(stored.reading, now.reading)) return true;
  if (stored.neutral === undefined || now.neutral === undefined) {
    return stored.neutral !== now.neutral;
  }
  return !isSameTable(stored.neutral, now.neutral);
}

/**
 * Somebody who looks at the timeline sees something else than before. `before` is folded only where
 * what was read again does not settle it.
 */
export function isShownOtherwise(
  before: () => FoldState,
  after: FoldState,
  reread: readonly RereadFact[],
): boolean {
  const shown = new Set(after.verdicts.flatMap((v) => (v.shown ? [v.identity] : [])));
  const saysOtherwise = reread.some(({ fact, before: was }) => {
    const { reading: now } = fact;
    return (
      shown.has(fact.identity) &&
      (was.status !== now.status ||
        was.reason !== now.reason ||
        was.milestone !== now.milestone ||
        was.text !== now.text)
    );
  });
  return saysOtherwise || before().verdicts.some((v) => v.shown !== shown.has(v.identity));
}
