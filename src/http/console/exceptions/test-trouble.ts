import type { Tenant } from '../../../kernel/tenant.ts';
import { commandShipment } from '../../../tracking/ports/shipments.ts';
import type { Caller } from '../../testing/test-client.ts';
import type { TestHub } from '../../testing/test-hub.ts';

interface World {
  readonly hub: TestHub;
  readonly merchant: Caller;
  readonly tenant: Tenant;
}

/** Registers a parcel and lets it get into trouble; returns its case. */
export async function makeTrouble(
  { hub, merchant, tenant }: World,
  number: string,
  reason: string,
): Promise<{ readonly id: string; readonly shipment: string }> {
  const carrier = hub.adapters.carriers()[0]?.manifest.name;
  const { body } = await merchant('POST', '/shipments', {
    carrier,
    tracking_number: number,
    destination: { country: 'US', line1: 'Elm St' },
    recipient: { name: 'Rita Recipient', email: 'rita@example.com' },
    order_id: `order-${number}`,
  });
  const shipment = String(body['id']);
  for (const [status, subStatus] of [
    ['picked_up', null],
    ['exception', reason],
  ] as const) {
    hub.clock.advance(60_000);
    const command = { status, subStatus, occurredAtMs: null, note: null, apiKeyId: null };
    await commandShipment(hub.tracking, tenant, shipment, command);
  }
  await hub.workExceptions();
  const listed = await merchant('GET', `/exceptions?shipment_id=${shipment}`);
  const [first] = listed.body['data'] as { id: string }[];
  return { id: first?.id ?? '', shipment };
}
