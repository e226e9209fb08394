import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandShipment, deleteShipment } from '../../tracking/ports/shipments.ts';
import { applyFacts } from './decide/apply-facts.ts';
import { startTestExceptions, type TestExceptions, type TestParcel } from './test-exceptions.ts';

let world: TestExceptions;
beforeAll(async () => {
  world = await startTestExceptions();
});
afterAll(() => world.close());

/** The parcel's cases, oldest first, such as `address open`. */
async function shown(parcel: TestParcel): Promise<string[]> {
  return (await parcel.cases()).map(({ kind, state, outcome }) =>
    [kind, state, outcome].filter(Boolean).join(' '),
  );
}
const types = async (parcel: TestParcel) => (await parcel.logged()).map(({ type }) => type);

describe('trouble on the way', () => {
  it('opens a case, says so with the shipment, and closes it when the parcel continues', async () => {
    const destination = { country: 'us', postal_code: '94107', city: 'Springfield' };
    const parcel = await world.parcel('ACME-EXC-1', {
      personal: { recipient: null, origin: { country: 'DE' }, destination },
    });
    await parcel.tell('PICK 2026-03-09T08:00', 'CUST 2026-03-09T12:00');
    const [opened] = await parcel.cases();
    expect(opened).toMatchObject({
      kind: 'customs',
      reason: 'customs_hold',
      state: 'open',
      waitingFor: 'carrier',
      lane: 'DE → US-94',
      facility: 'Springfield, US',
    });
    const [opening] = await parcel.logged();
    expect(opening).toMatchObject({
      type: 'exception_opened',
      case: { id: opened?.id, kind: 'customs', state: 'open', options: ['send_back', 'resolve'] },
    });
    await parcel.tell('PICK 2026-03-09T08:00', 'CUST 2026-03-09T12:00', 'DOCS 2026-03-09T14:00');
    expect(await parcel.cases()).toMatchObject([{ reason: 'missing_documents', state: 'open' }]);
    await parcel.tell(
      'PICK 2026-03-09T08:00',
      'CUST 2026-03-09T12:00',
      'DOCS 2026-03-09T14:00',
      'MOVE 2026-03-09T16:00',
    );
    expect(await shown(parcel)).toEqual(['customs closed resolved']);
    expect(await types(parcel)).toEqual([
      'exception_opened',
      'exception_updated',
      'exception_resolved',
    ]);
  });

  it('that came and went between two pulls is none, but for damage', async () => {
    const parcel = await world.parcel('ACME-EXC-2');
    await parcel.tell('WEATHER 2026-03-09T08:00', 'MOVE 2026-03-09T12:00');
    expect(await shown(parcel)).toEqual([]);
    const damaged = await world.parcel('ACME-EXC-3');
    await damaged.tell('DMG 2026-03-09T08:00', 'MOVE 2026-03-09T12:00');
    expect(await shown(damaged)).toEqual(['damaged open']);
    await damaged.tell('DMG 2026-03-09T08:00', 'MOVE 2026-03-09T12:00', 'DEL 2026-03-09T15:00');
    expect(await shown(damaged)).toEqual(['damaged open']);
  });

  it('is silence too', async () => {
    const parcel = await world.parcel('ACME-EXC-4');
    await parcel.tell('HUB 2026-03-01T08:00');
    await parcel.timer('stalled');
    expect(await parcel.status()).toBe('exception');
    expect(await shown(parcel)).toEqual(['stalled open']);
    await parcel.tell('HUB 2026-03-01T08:00', 'MOVE 2026-03-10T08:00');
    expect(await shown(parcel)).toEqual(['stalled closed resolved']);
  });
});

describe('a shipment that is cancelled because it was lost', () => {
  it('is no case, and its shard is followed on', async () => {
    const parcel = await world.parcel('ACME-CANCEL-1');
    const cancelled = { status: 'cancelled', subStatus: 'lost' } as const;
    await commandShipment(world.hub.deps, world.tenant, parcel.id, {
      ...cancelled,
      occurredAtMs: null,
      note: null,
      apiKeyId: null,
    });
    await world.settled();
    expect(await parcel.status()).toBe('cancelled');
    expect(await shown(parcel)).toEqual([]);
    expect(await world.lag()).toBe(0);
  });
});

describe('failed attempts', () => {
  const THREE = ['ATT 2026-03-07T10:00', 'ATT 2026-03-08T10:00', 'ATT 2026-03-09T10:00'];

  it('make a case with the third, and the parcel goes back', async () => {
    const parcel = await world.parcel('ACME-ATT-1');
    await parcel.tell(...THREE.slice(0, 2));
    expect(await shown(parcel)).toEqual([]);
    await parcel.tell(...THREE);
    expect(await parcel.status()).toBe('returning');
    expect(await parcel.cases()).toMatchObject([
      { kind: 'attempts', state: 'open', attempts: 3, waitingFor: 'merchant' },
    ]);
    expect(await types(parcel)).toEqual(['exception_opened', 'exception_updated']);
    await parcel.tell(...THREE, 'BACK 2026-03-10T10:00');
    expect(await shown(parcel)).toEqual(['attempts closed returned']);
  });

  it('that nobody confirmed make a case and no return, until somebody does', async () => {
    const parcel = await world.parcel('ACME-ATT-2');
    await parcel.rumour(...THREE);
    expect(await shown(parcel)).toEqual(['attempts open']);
    expect(await parcel.status()).toBe('delivery_attempted');
    await parcel.tell(...THREE);
    expect(await parcel.status()).toBe('returning');
  });

  it('of a parcel that has been brought to a counter since send nothing back', async () => {
    const parcel = await world.parcel('ACME-ATT-3');
    await parcel.tell(...THREE, 'PICKUP 2026-03-09T15:00');
    expect(await parcel.status()).toBe('available_for_pickup');
    expect(await shown(parcel)).toEqual([]);
  });
});

describe('a delivery that is taken back', () => {
  it('opens the case again as it was', async () => {
    const parcel = await world.parcel('ACME-BACK-1');
    const lost = ['LOST 2026-03-07T10:00'];
    await parcel.tell(...lost);
    await parcel.tell(...lost, 'DEL 2026-03-09T10:00');
    expect(await shown(parcel)).toEqual(['lost closed resolved']);
    await parcel.tell(...lost);
    await parcel.tell(...lost);
    expect(await parcel.status()).toBe('exception');
    expect(await shown(parcel)).toEqual(['lost open']);
    expect(await types(parcel)).toEqual([
      'exception_opened',
      'exception_resolved',
      'exception_opened',
    ]);
  });
});

describe('trouble that is taken back', () => {
  it('closes the case as never having been', async () => {
    const parcel = await world.parcel('ACME-BACK-2');
    await parcel.tell('HUB 2026-03-07T10:00', 'DMG 2026-03-07T12:00');
    await parcel.tell('HUB 2026-03-07T10:00');
    await parcel.tell('HUB 2026-03-07T10:00');
    expect(await parcel.cases()).toMatchObject([{ state: 'closed', closedHow: 'retracted' }]);
  });
});

describe('a deleted shipment', () => {
  it('leaves its cases for the figures only, and nothing of what people wrote', async () => {
    const parcel = await world.parcel('ACME-GONE-1');
    await parcel.tell('LOST 2026-03-07T10:00');
    const publishedBefore = (await types(parcel)).length;
    await deleteShipment(world.hub.deps, world.tenant, parcel.id);
    await world.settled();
    expect(await parcel.cases()).toMatchObject([
      { kind: 'lost', state: 'closed', trackingNumber: null },
    ]);
    const { rows } = await world.hub.db.pipeline.query(
      'select from case_events where shipment_id = $1',
      [parcel.id],
    );
    expect(rows).toEqual([]);
    expect(await types(parcel)).toHaveLength(publishedBefore);
  });
});

describe('an entry of the log that comes again, or to several at once', () => {
  it('opens, tells and sends back once', async () => {
    const parcel = await world.parcel('ACME-TWICE-1');
    const again = () => applyFacts(world.deps, world.tenant, parcel.id);
    const three = ['ATT 2026-03-07T10:00', 'ATT 2026-03-08T10:00', 'ATT 2026-03-09T10:00'];
    await Promise.all([parcel.tell(...three), again(), again()]);
    await Promise.all([again(), again(), again(), again()]);
    await again();
    expect(await types(parcel)).toEqual(['exception_opened', 'exception_updated']);
    expect(await parcel.cases()).toHaveLength(1);
    expect(await parcel.status()).toBe('returning');
  });

  it('sends back once, even when the process died before it wrote that down', async () => {
    const parcel = await world.parcel('ACME-TWICE-2');
    await parcel.tell('ATT 2026-03-07T10:00', 'ATT 2026-03-08T10:00', 'ATT 2026-03-09T10:00');
    await world.hub.db.pipeline.query(
      'update exception_cases set return_commanded_at = null where shipment_id = $1',
      [parcel.id],
    );
    const { rowCount } = await world.hub.db.pipeline.query(ATTEMPTED, [parcel.id]);
    await applyFacts(world.deps, world.tenant, parcel.id);
    expect((await world.hub.db.pipeline.query(ATTEMPTED, [parcel.id])).rowCount).toBe(rowCount);
    expect(await parcel.status()).toBe('returning');
  });
});

const ATTEMPTED = 'select from command_attempts where shipment_id = $1';

describe('the other mode and other merchants', () => {
  it('have no part in a merchant’s cases', async () => {
    const parcel = await world.parcel('ACME-OWN-1');
    await parcel.tell('LOST 2026-03-07T10:00');
    const { rows } = await world.hub.db.pipeline.query(
      'select distinct merchant_id, mode from exception_cases',
    );
    expect(rows).toEqual([{ merchant_id: world.tenant.merchantId, mode: 'test' }]);
  });
});
