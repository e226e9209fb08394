import type { Tenant } from '../../kernel/tenant.ts';
import type { Timer } from '../facts/note.ts';
import { body, type TestReport } from '../test-acme.ts';
import type { TestTracking } from '../test-tracking.ts';
import { explainShipment, type ShipmentView, viewShipment } from '../views/view.ts';

/** Returns an account of the tenant; tracking only uses its owner. */
export function ownerOf(tenant: Tenant) {
  return { ...tenant, accountId: '00000000-0000-4000-8000-000000000001' };
}

/** Ingests a pull by the tenant's account, a minute after the previous message. */
export function pull(
  hub: TestTracking,
  report: TestReport,
  tenant: Tenant = hub.tenant,
): Promise<string> {
  hub.clock.advance(60_000);
  return hub.receive({
    source: 'poll',
    carrier: 'acme',
    trust: 'pulled',
    owner: ownerOf(tenant),
    headers: { ':number': report.number, ':status': '200' },
    body: body(report),
  });
}

export function push(hub: TestTracking, report: TestReport): Promise<string> {
  hub.clock.advance(60_000);
  return hub.receive({ carrier: 'acme', body: body(report) });
}

export interface Noted {
  readonly note: Timer | 'pull_confirmed';
  readonly shipmentId: string;
  readonly trackingNumber: string;
  readonly sequence?: number;
  readonly inboundMessageId?: string;
}

/** Returns the message that the poller would write, with the clock's time. */
export function noteMessage(hub: TestTracking, noted: Noted) {
  const { note, shipmentId, trackingNumber, sequence = 0, inboundMessageId } = noted;
  const text = JSON.stringify({
    note,
    shipment_id: shipmentId,
    tracking_number: trackingNumber,
    sequence,
    at: new Date(hub.clock.nowMs()).toISOString(),
    ...(inboundMessageId === undefined ? {} : { inbound_message_id: inboundMessageId }),
  });
  return {
    source: 'internal',
    carrier: 'acme',
    trust: 'internal',
    owner: null,
    headers: {},
    body: Buffer.from(text),
  } as const;
}

export async function note(hub: TestTracking, noted: Noted): Promise<string> {
  hub.clock.advance(60_000);
  return hub.receive(noteMessage(hub, noted));
}

export async function view(hub: TestTracking, id: string): Promise<ShipmentView> {
  const shipmentView = await viewShipment(hub.deps, hub.tenant, id);
  if (shipmentView === null) throw new Error('no such shipment');
  return shipmentView;
}

/** Returns each fact as a line such as `HUB retracted ×1`, in the order of `explainShipment`. */
export async function verdicts(hub: TestTracking, id: string): Promise<string[]> {
  const explained = await explainShipment(hub.deps, hub.tenant, id);
  return (explained?.explanation.facts ?? []).map(
    ({ codes, source, verdict, observations }) =>
      `${codes['event'] ?? source} ${verdict} ×${observations}`,
  );
}

/** Returns the types of the log's entries about a shipment, in order. */
export async function logOf(hub: TestTracking, id: string): Promise<string[]> {
  const { rows } = await hub.db.pipeline.query<{ type: string }>(
    'select type from event_log where subject_id = $1 order by sequence',
    [id],
  );
  return rows.map(({ type }) => type.replace('shipment.', ''));
}
