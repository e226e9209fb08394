import { inboundMessagesById, openInboundMessage } from '../../intake/index.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { releaseHistory } from '../facts/history.sql.ts';
import { EMPTY_HISTORY } from '../facts/history.ts';
import type { FoldState } from '../fold/fold-input.ts';
import { newest, type RegisteredInstance } from '../instances/instances.ts';
import {
  type EndedInstance,
  planRelease,
  successorsFacts,
  successorsInboundMessages,
} from '../instances/release.ts';
import type { AddressedReport, Candidate } from '../instances/route.ts';
import { interpret } from '../record/interpret.ts';
import type { Shipment } from '../shipment.ts';
import type { TrackingDeps } from '../tracking.ts';

/** An instance of the number with its history and state. */
export interface KnownInstance extends RegisteredInstance, Candidate {
  readonly folded: FoldState;
}

/**
 * Returns the reports that a new instance receives at once: those that came before the number was
 * registered, and those of the preceding instance that belong to the new one, which are removed
 * from the preceding. All are read again with the current mapping.
 * @param parked inbound messages that waited for the number.
 */
export async function adopt(
  tx: Queryable,
  deps: TrackingDeps,
  shipment: Shipment,
  instances: readonly KnownInstance[],
  parked: readonly string[],
): Promise<AddressedReport[]> {
  const ended = endedInstance(instances);
  if (ended === null) return readAgain(tx, deps, shipment, parked);
  const ingested = successorsInboundMessages(ended, successorsFacts(ended), shipment.factsFromMs);
  const reports = await readAgain(tx, deps, shipment, [...new Set([...parked, ...ingested])]);
  const next = { shipment, history: EMPTY_HISTORY };
  const others = instances.filter(({ shipmentId }) => shipmentId !== ended.shipment.id);
  await releaseHistory(tx, ended.shipment.id, planRelease(ended, next, others, reports));
  return reports;
}

/** Returns the instance right before the new one; null if there is none or it has not ended. */
function endedInstance(instances: readonly KnownInstance[]): EndedInstance | null {
  const last = newest(instances);
  return last === null || last.endedAtMs === null ? null : { ...last, endedAtMs: last.endedAtMs };
}

/**
 * Parses stored inbound messages again, and returns their reports about the shipment's number,
 * addressed to this shipment only.
 */
async function readAgain(
  tx: Queryable,
  deps: TrackingDeps,
  shipment: Shipment,
  inboundMessageIds: readonly string[],
): Promise<AddressedReport[]> {
  if (inboundMessageIds.length === 0) return [];
  const { carrier, trackingNumber } = shipment;
  const rows = await inboundMessagesById(tx, inboundMessageIds);
  return rows.flatMap((row) => {
    const inboundMessage = openInboundMessage(row, deps.sealer);
    if (inboundMessage === null) return [];
    const { carrier: reporter } = inboundMessage;
    const read = interpret(inboundMessage, deps.adapter(reporter), deps.mapping(reporter), deps);
    if (read.kind !== 'ingested') return [];
    return read.reports
      .filter(({ report }) => (report.carrier ?? reporter) === carrier)
      .filter(({ report }) => report.trackingNumber === trackingNumber)
      .map((ingested) => ({
        ...ingested,
        owner: inboundMessage.owner && {
          merchantId: inboundMessage.owner.merchantId,
          mode: inboundMessage.owner.mode,
        },
        onlyShipmentId: shipment.id,
      }));
  });
}
