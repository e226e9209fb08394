import type { CarrierReport, CodeMatch } from '../../adapters/contract/contract.ts';
import { uuidV7 } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { type Reading, readFact } from '../../normalization/index.ts';
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

/** What another service knew of a parcel that is moved from there; it came in no message either. */
export interface ImportedReport extends InventedReport {
  /** A UUID that is the same whenever the same history is moved, so that a repetition adds nothing. */
  readonly messageId: string;
  /** Reads the service's words, which are the codes of the report's facts. */
  readonly read: (codes: CodeMatch) => Reading;
  readonly codeOf: (codes: CodeMatch) => string;
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

/**
 * Records what another service knew of parcels that the tenant has registered, as unsigned reports:
 * their statuses are unconfirmed until the carrier itself reports them. Nobody is notified.
 */
export async function recordImported(
  deps: TrackingDeps,
  tenant: Tenant,
  reports: readonly ImportedReport[],
): Promise<void> {
  const addressed = reports.map((imported) => {
    const { messageId, read, codeOf } = imported;
    return addressTo(tenant, imported, {
      inboundMessageId: messageId,
      trust: 'secret',
      isImported: true,
      codeOf,
      read: ({ codes }) => read(codes),
    });
  });
  await recordAll(withoutNotifications(deps), addressed);
}

/** The dependencies for recording the past: its events are quiet. */
export function withoutNotifications(deps: TrackingDeps): TrackingDeps {
  return { ...deps, context: () => ({ ...deps.context(), quiet: true }) };
}

type Reader = Pick<IngestedReport, 'inboundMessageId' | 'trust' | 'codeOf' | 'read' | 'isImported'>;

function addressTo(
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

async function recordAll(deps: TrackingDeps, addressed: readonly Addressed[]): Promise<void> {
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

/** Returns tracking with the clock at `nowMs`, which appends to `entries` instead of the log. */
export function inThePast(
  tracking: TrackingDeps,
  nowMs: number,
  entries: NewLogEntry[],
): TrackingDeps {
  const append = async (_tx: unknown, byShard: ReadonlyMap<number, readonly NewLogEntry[]>) => {
    for (const [shard, shardEntries] of byShard) {
      for (const entry of shardEntries) entries.push(Object.assign(entry, { shard }));
    }
  };
  return {
    ...tracking,
    clock: { nowMs: () => nowMs },
    context: () => ({ ...tracking.context(), nowMs, fence: null, append }),
  };
}
