import type { CarrierReport } from '../../adapters/contract/contract.ts';
import type { Event } from '../../events/event.ts';
import { readEntry } from '../../events/read-entry.ts';
import { uuidV7 } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { readFact } from '../../normalization/index.ts';
import type { NewLogEntry } from '../../platform/event-log/event-log.ts';
import { shownCode } from '../facts/fact-names.ts';
import type { IngestedReport } from '../facts/ingested-report.ts';
import type { TrackingDeps } from '../tracking.ts';
import { type Addressed, recordShards, shardOf } from './shard-batches.ts';

/** A report that came in no message, because the hub invented it. */
export interface InventedReport {
  readonly carrier: string;
  readonly receivedAtMs: number;
  readonly report: CarrierReport;
}

/**
 * Records reports about parcels that the tenant has registered, as if a signed push to its carrier
 * account had contained them. Reports of carriers that are not installed are ignored.
 */
export async function recordInvented(
  deps: TrackingDeps,
  tenant: Tenant,
  reports: readonly InventedReport[],
): Promise<void> {
  const addressed = reports.flatMap((invented) => {
    const { carrier, receivedAtMs } = invented;
    const adapter = deps.adapter(carrier);
    const mapping = deps.mapping(carrier);
    if (adapter === null || mapping === null) return [];
    return addressTo(tenant, invented, {
      inboundMessageId: uuidV7(receivedAtMs, deps.randomBytes(10)),
      trust: 'signed',
      codeOf: (codes) => shownCode(adapter.manifest, codes),
      read: (fact) => readFact(mapping, fact),
    });
  });
  await recordAll(deps, addressed);
}

type Reader = Pick<IngestedReport, 'inboundMessageId' | 'trust' | 'codeOf' | 'read' | 'isImported'>;

/** A report of a parcel's owner, addressed to the parcel. */
export function addressTo(
  owner: Tenant,
  { carrier, receivedAtMs, report }: InventedReport,
  reader: Reader,
): Addressed {
  const { trackingNumber } = report;
  const ingested = {
    ...{ source: 'webhook' as const, byAccount: true, receivedAtMs, report, owner },
    ...reader,
    onlyShipmentId: null,
  };
  return {
    shard: shardOf(carrier, trackingNumber),
    ...{ carrier, trackingNumber, inboundMessageId: reader.inboundMessageId },
    content: { kind: 'report', report: ingested },
  };
}

/** Records reports that came in no message. Throws if one of them fails. */
export async function recordAll(
  deps: TrackingDeps,
  addressed: readonly Addressed[],
): Promise<void> {
  const onFailed = async (_id: string, error: unknown) => {
    throw error;
  };
  const metrics = { ingested() {} };
  await recordShards(
    { ...deps, metrics, onFailed, onRecorded() {} },
    addressed,
    // There is no message to mark as processed.
    () => false,
  );
}

/** Returns tracking with the clock at `nowMs`, which adds to `events` instead of the log. */
export function inThePast(tracking: TrackingDeps, nowMs: number, events: Event[]): TrackingDeps {
  const append = async (_tx: unknown, byShard: ReadonlyMap<number, readonly NewLogEntry[]>) => {
    for (const [shard, shardEntries] of byShard) {
      for (const entry of shardEntries) {
        events.push(readEntry({ ...entry, shard, position: 0n, recordedAtMs: nowMs }));
      }
    }
  };
  return {
    ...tracking,
    clock: { nowMs: () => nowMs },
    context: () => ({ ...tracking.context(), nowMs, fence: null, append }),
  };
}
