import type { CodeMatch } from '../../adapters/contract/contract.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Reading } from '../../normalization/index.ts';
import type { TrackingDeps } from '../tracking.ts';
import { addressTo, type InventedReport, recordAll } from './record-invented.ts';

/** What another service knew of a parcel that is moved from there. No inbound message contained it. */
export interface ImportedReport extends InventedReport {
  /** A UUID that is the same whenever the same history is moved, so that a repetition adds nothing. */
  readonly messageId: string;
  /** Reads the service's words, which are the codes of the report's facts. */
  readonly read: (codes: CodeMatch) => Reading;
  readonly codeOf: (codes: CodeMatch) => string;
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
