import type { Release } from '../facts/history.sql.ts';
import type { History, Ingestion } from '../facts/history.ts';
import { hashIdentity } from '../facts/identity.ts';
import { reportedFacts } from '../facts/ingest.ts';
import type { FoldState } from '../fold/fold-input.ts';
import { pieceIds } from '../fold/instance.ts';
import { type AddressedReport, type Candidate, route } from './route.ts';

/** The last instance of a number, which has ended when the next one is registered. */
export interface EndedInstance extends Candidate {
  readonly folded: FoldState;
  readonly endedAtMs: number;
}

/**
 * Returns the facts that the ended instance received for its successor, which was not registered
 * yet: those of another parcel by the carrier's piece id, and those without an id that are
 * certainly later than the end.
 */
export function successorsFacts({
  history,
  folded,
  endedAtMs,
}: EndedInstance): ReadonlySet<string> {
  return new Set(
    folded.verdicts
      .filter(({ identity, verdict, interval }) => {
        const fact = history.facts.get(identity);
        if (fact?.source !== 'carrier' && fact?.source !== 'bridge') return false;
        if (verdict === 'other_instance') return true;
        return interval.lo > endedAtMs && pieceIds(fact).size === 0;
      })
      .map(({ identity }) => identity),
  );
}

/**
 * Returns the inbound messages that may concern the successor: those of its facts, and all since it
 * began.
 */
export function successorsInboundMessages(
  { history }: EndedInstance,
  facts: ReadonlySet<string>,
  beganMs: number,
): string[] {
  const inboundMessages = new Set<string>();
  for (const identity of facts) {
    for (const observation of history.facts.get(identity)?.observations ?? []) {
      inboundMessages.add(observation.inboundMessageId);
    }
  }
  for (const { inboundMessageId, receivedAtMs } of history.snapshots.values()) {
    if (receivedAtMs >= beganMs) inboundMessages.add(inboundMessageId);
  }
  return [...inboundMessages];
}

/**
 * Returns what is moved from the ended instance: the successor's facts that the messages, read
 * again, bring to the new instance. Facts that cannot be read again stay, so that nothing is lost.
 * `others` are the tenant's remaining instances. Pure.
 */
export function planRelease(
  ended: EndedInstance,
  next: Candidate,
  others: readonly Candidate[],
  reports: readonly AddressedReport[],
): Release {
  const releasable = successorsFacts(ended);
  const candidates = [
    ...others,
    { shipment: ended.shipment, history: withoutFacts(ended.history, releasable) },
    next,
  ];
  const identities = new Set<string>();
  const snapshots: Ingestion[] = [];
  for (const report of reports) {
    const parts = route({ ...report, onlyShipmentId: null }, candidates);
    const part = parts.get(next.shipment.id);
    if (part === undefined) continue;
    const { inboundMessageId } = report;
    const { carrierPieceId } = report.report;
    for (const { fact } of reportedFacts(part.report, report.bridge)) {
      const identity = hashIdentity(fact.identity);
      if (releasable.has(identity)) identities.add(identity);
    }
    if (part.report.snapshot === report.report.snapshot)
      snapshots.push({ inboundMessageId, carrierPieceId });
  }
  return { identities: [...identities], snapshots };
}

function withoutFacts(history: History, identities: ReadonlySet<string>): History {
  return {
    ...history,
    facts: new Map([...history.facts].filter(([identity]) => !identities.has(identity))),
  };
}
