import type { CarrierReport } from '../../adapters/contract/contract.ts';
import { uuidV7 } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { readFact } from '../../normalization/index.ts';
import type { NewLogEntry } from '../../platform/event-log/event-log.ts';
import { shownCode } from '../facts/fact-names.ts';
import type { TrackingDeps } from '../tracking.ts';
import { recordShards, shardOf } from './shard-batches.ts';

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
  const addressed = reports.flatMap(({ carrier, receivedAtMs, report }) => {
    const adapter = deps.adapter(carrier);
    const mapping = deps.mapping(carrier);
    if (adapter === null || mapping === null) return [];
    const { trackingNumber } = report;
    const inboundMessageId = uuidV7(receivedAtMs, deps.randomBytes(10));
    const ingested = {
      inboundMessageId,
      source: 'webhook' as const,
      trust: 'signed' as const,
      byAccount: true,
      receivedAtMs,
      report,
      owner: tenant,
      onlyShipmentId: null,
      codeOf: (codes: Readonly<Record<string, string>>) => shownCode(adapter.manifest, codes),
      read: (fact: Parameters<typeof readFact>[1]) => readFact(mapping, fact),
    };
    const shard = shardOf(carrier, trackingNumber);
    const content = { kind: 'report' as const, report: ingested };
    return [{ shard, carrier, trackingNumber, inboundMessageId, content }];
  });
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
