import type { Reading } from '../../normalization/index.ts';
import type { Fact, History } from '../facts/history.ts';
import type { FoldState } from '../fold/fold-input.ts';
import type { Shipment } from '../shipment.ts';
import { changedReadings, type Read, type Tables } from './compare/changed-readings.ts';
import type { Scope } from './scan.sql.ts';

/** How to replace the stored readings of a carrier's facts; used only by a renormalization. */
export interface Rereading extends Tables {
  /** Facts outside the scope stay unchanged, even of the same number or parcel. */
  readonly scope: Scope;
  /** Whether nobody is notified of the changes, because nothing new has happened. */
  readonly quiet: boolean;
}

/** A fact's new reading, and its old one. */
export interface RereadFact {
  readonly fact: Fact;
  readonly before: Reading;
}

/** The scope of everything of a carrier. */
export const EVERYTHING: Scope = { codes: null, merchantId: null };

/**
 * Whether the order is only for another merchant's parcels: this one merely has the same number.
 */
export function isBystander({ merchantId: wanted }: Scope, merchantId: string): boolean {
  return wanted !== null && wanted !== merchantId;
}

/**
 * Returns the history as if these mappings had read it from the beginning, as far as it is in
 * scope. A fact with an unchanged reading stays as it is, including its version. Pure.
 */
export function rereadHistory(
  history: History,
  { merchantId, carrier }: Pick<Shipment, 'merchantId' | 'carrier'>,
  tables: Tables,
  scope: Scope,
): { history: History; reread: readonly RereadFact[] } {
  const reread: RereadFact[] = [];
  if (isBystander(scope, merchantId)) return { history, reread };
  const changed = changedReadings(null, tables);
  for (const known of history.facts.values()) {
    const isRead = readerOf(known, carrier) === tables.base.carrier.name;
    const wanted = isRead && matchesScope(known, scope);
    const change = wanted ? changed(known, merchantId) : null;
    if (change === null) continue;
    reread.push({ fact: withReading(known, change.after), before: known.reading });
  }
  if (reread.length === 0) return { history, reread };
  const facts = new Map(history.facts);
  for (const { fact } of reread) facts.set(fact.identity, fact);
  return { history: { ...history, facts }, reread };
}

/** Returns whose mapping reads the fact: the carrier or the bridge that reported it, or null. */
function readerOf({ source, bridge }: Fact, carrier: string): string | null {
  if (source === 'bridge') return bridge ?? null;
  return source === 'carrier' ? carrier : null;
}

/**
 * Whether a fact has all codes of any match in the scope, as the database compares them. True if
 * the scope names none.
 */
function matchesScope({ codes }: Fact, { codes: wanted }: Scope): boolean {
  return (
    wanted === null ||
    wanted.some((match) => Object.entries(match).every(([key, code]) => codes[key] === code))
  );
}

/** Returns the fact with a new reading; the old one is stored if status or reason changed. */
function withReading(known: Fact, read: Read): Fact {
  const { neutral: _, ...rest } = known;
  const { status, reason, mappingVersion } = known.reading;
  const otherwise = status !== read.reading.status || reason !== read.reading.reason;
  return {
    ...rest,
    ...read,
    ...(otherwise ? { readBefore: { status, reason, mappingVersion } } : {}),
  };
}

/**
 * Whether the timeline looks different: after a renormalization and, without `reread`, after a pull
 * that may have retracted facts. `before` is called only if the new readings do not decide that,
 * because it folds.
 */
export function isTimelineChanged(
  before: () => FoldState,
  after: FoldState,
  reread: readonly RereadFact[],
): boolean {
  const shown = new Set(after.verdicts.flatMap((v) => (v.shown ? [v.identity] : [])));
  const isReadOtherwise = reread.some(({ fact, before: was }) => {
    const { reading: now } = fact;
    return (
      shown.has(fact.identity) &&
      (was.status !== now.status ||
        was.reason !== now.reason ||
        was.milestone !== now.milestone ||
        was.text !== now.text)
    );
  });
  return isReadOtherwise || before().verdicts.some((v) => v.shown !== shown.has(v.identity));
}
