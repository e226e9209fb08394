import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CarrierReport } from '../../adapters/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { ensureMerchant } from '../../merchants/index.ts';
import { createLog } from '../../platform/observability/log.ts';
import type { Loop } from '../../platform/work/loop.ts';
import { deleteShipment, registerShipment, viewShipment } from '../../tracking/ports/shipments.ts';
import { ownerOf } from '../../tracking/record/test-pulls.ts';
import { acmeRegistry, body, startAcme } from '../../tracking/test-acme.ts';
import type { TestTracking } from '../../tracking/test-tracking.ts';
import { LINK_DEPTH_MAX, LINKED_SHIPMENTS_MAX } from './decide.ts';
import { startLinks } from './links.ts';

let hub: TestTracking;
let links: Loop;
let other: Tenant;
beforeAll(async () => {
  hub = await startAcme();
  const merchant = await ensureMerchant(hub.db.pipeline, {
    id: crypto.randomUUID(),
    slug: 'other',
    name: 'other',
  });
  other = { merchantId: merchant.id, mode: 'test' };
  links = startLinks({
    tracking: hub.deps,
    registry: acmeRegistry,
    listener: { on: () => () => {} },
    log: createLog({ level: 'silent' }),
  });
});
afterEach(() => links.idle());
afterAll(async () => {
  await links.stop();
  await hub.close();
});

const scan = { code: 'HUB', at: '2026-03-09T12:00:00' };
const to = (
  trackingNumber: string,
  kind: CarrierReport['links'][number]['kind'] = 'return',
  carrier: string | null = null,
) => ({ kind, trackingNumber, carrier });

/** Ingests a push that names other numbers, and waits until its consequences are processed. */
async function named(number: string, ...all: CarrierReport['links']): Promise<void> {
  hub.clock.advance(60_000);
  await hub.receive({ carrier: 'acme', body: body({ number, events: [scan], links: all }) });
  await links.idle();
}

async function shownLinks(id: string, tenant = hub.tenant) {
  return (await viewShipment(hub.deps, tenant, id))?.links ?? [];
}

/** The numbers that a tenant tracks and that begin with the prefix. */
async function linkedTo(prefix: string, { merchantId }: Tenant = hub.tenant): Promise<string[]> {
  const { rows } = await hub.db.pipeline.query<{ tracking_number: string }>(
    `select tracking_number from shipments
     where merchant_id = $1 and tracking_number like $2 and deleted_at is null order by 1`,
    [merchantId, `${prefix}%`],
  );
  return rows.map(({ tracking_number }) => tracking_number);
}

async function register(trackingNumber: string, orderIds: readonly string[] = []) {
  return (await hub.register({ carrier: 'acme', trackingNumber, orderIds })).shipment;
}

describe('a number that a carrier names', () => {
  it('is followed for the same merchant and orders, and the parcel tells of it', async () => {
    const parent = await register('ACME-A1', ['order-1', 'order-2']);
    await named('ACME-A1', to('ACME-A2'));
    const [link] = await shownLinks(parent.id);
    expect(link).toMatchObject({
      kind: 'return',
      trackingNumber: 'ACME-A2',
      carrier: 'acme',
      status: 'created',
      refused: null,
    });
    const child = await viewShipment(hub.deps, hub.tenant, link?.shipmentId ?? '');
    expect(child?.shipment).toMatchObject({
      ...hub.tenant,
      orderIds: ['order-1', 'order-2'],
      metadata: { linked_from: parent.id },
      linkedFrom: parent.id,
      linkDepth: 1,
    });
    hub.clock.advance(60_000);
    await hub.receive({ carrier: 'acme', body: body({ number: 'ACME-A2', events: [scan] }) });
    expect((await shownLinks(parent.id))[0]?.status).toBe('at_facility');
  });

  it('is not followed when nobody can tell whose it is, and the parcel says why', async () => {
    const parent = await register('ACME-B1');
    await named(
      'ACME-B1',
      to('???', 'partner_leg'),
      to('X-1', 'reroute', 'gone'),
      to('P', 'piece'),
    );
    expect(await shownLinks(parent.id)).toMatchObject([
      { kind: 'partner_leg', shipmentId: null, refused: 'unknown_carrier' },
      { kind: 'piece', shipmentId: null, refused: null },
      { kind: 'reroute', shipmentId: null, refused: 'unknown_carrier' },
    ]);
  });

  it('that is registered already stays one shipment, and gone ones stay gone', async () => {
    const parent = await register('ACME-C1', ['order-c']);
    const known = await register('ACME-C2', ['order-of-its-own']);
    await named('ACME-C1', to('ACME-C2'));
    expect((await shownLinks(parent.id))[0]?.shipmentId).toBe(known.id);
    expect(await linkedTo('ACME-C')).toEqual(['ACME-C1', 'ACME-C2']);
    expect(await deleteShipment(hub.deps, hub.tenant, known.id)).toBe(true);
    await named('ACME-C1', to('ACME-C2'));
    expect(await linkedTo('ACME-C')).toEqual(['ACME-C1']);
    expect((await shownLinks(parent.id))[0]?.shipmentId).toBeNull();
  });
});

describe('links', () => {
  it('never go on for ever: not in circles, not beyond a depth, not beyond a count', async () => {
    await register('ACME-D0');
    for (let index = 0; index < LINK_DEPTH_MAX + 3; index += 1) {
      await named(`ACME-D${index}`, to(`ACME-D${index + 1}`), to('ACME-D0'), to(`ACME-D${index}`));
    }
    expect(await linkedTo('ACME-D')).toHaveLength(LINK_DEPTH_MAX + 1);
    const parent = await register('ACME-E');
    await named('ACME-E', ...Array.from({ length: 12 }, (_, index) => to(`ACME-F${index}`)));
    expect(await linkedTo('ACME-F')).toHaveLength(LINKED_SHIPMENTS_MAX);
    const refused = (await shownLinks(parent.id)).filter((each) => each.refused === 'too_many');
    expect(refused).toHaveLength(12 - LINKED_SHIPMENTS_MAX);
  });

  it('that one merchant’s account reported are not tracked for another', async () => {
    await register('ACME-G1');
    await registerShipment(hub.deps, other, { ...BARE, trackingNumber: 'ACME-G1' });
    hub.clock.advance(60_000);
    await hub.receive({
      carrier: 'acme',
      owner: ownerOf(other),
      body: body({ number: 'ACME-G1', events: [scan], links: [to('ACME-G2')] }),
    });
    await links.idle();
    expect(await linkedTo('ACME-G', other)).toEqual(['ACME-G1', 'ACME-G2']);
    expect(await linkedTo('ACME-G')).toEqual(['ACME-G1']);
  });

  it('that everybody’s reports name are tracked for each merchant separately', async () => {
    await register('ACME-H1', ['mine']);
    await registerShipment(hub.deps, other, { ...BARE, trackingNumber: 'ACME-H1' });
    await named('ACME-H1', to('ACME-H2'));
    expect(await linkedTo('ACME-H', other)).toEqual(['ACME-H1', 'ACME-H2']);
    expect(await linkedTo('ACME-H')).toEqual(['ACME-H1', 'ACME-H2']);
    const { rows } = await hub.db.pipeline.query(
      `select distinct s.merchant_id = p.merchant_id as same, s.order_ids
       from shipments s join shipments p on p.id = s.linked_from
       where s.tracking_number = 'ACME-H2' order by 2`,
    );
    expect(rows).toEqual([
      { same: true, order_ids: [] },
      { same: true, order_ids: ['mine'] },
    ]);
  });

  it('that come without any other news are found too', async () => {
    await register('ACME-I1');
    await named('ACME-I1');
    await named('ACME-I1', to('ACME-I2'));
    expect(await linkedTo('ACME-I')).toEqual(['ACME-I1', 'ACME-I2']);
  });
});

const BARE = {
  carrier: 'acme',
};
