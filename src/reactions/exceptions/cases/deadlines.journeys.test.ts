import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { viewShipment } from '../../../tracking/ports/shipments.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { type DeliveryRequestOrder, makeDeliveryRequest } from '../requests/make-request.ts';
import { type DeliveryRequest, newDeliveryRequestRow } from '../requests/request.ts';
import { deliveryRequestsOfShipment, insertDeliveryRequest } from '../requests/requests.sql.ts';
import { startTestExceptions, type TestExceptions, type TestParcel } from '../test-exceptions.ts';
import { ASKING_MS_MAX } from './case-details.ts';
import { eventsOfCase } from './case-events.sql.ts';
import { countCases, listCases, updateCase } from './cases.sql.ts';
import { BATCH_MAX, passDeadlines } from './deadlines.ts';

let world: TestExceptions;
beforeAll(async () => {
  world = await startTestExceptions();
});
afterAll(() => world.close());

const DELIVERY_REQUEST: DeliveryRequest = { kind: 'hold_at_facility' };
const ATTEMPT = 'ATT 2026-03-10T06:00';
const DAYS_MS = 86_400_000;

const deliveryRequests = async (it: TestParcel) =>
  (await deliveryRequestsOfShipment(world.hub.db.pipeline, it.id, 20)).map(({ state }) => state);
const types = async (it: TestParcel) => (await it.logged()).map(({ type }) => type);

async function order(it: TestParcel): Promise<DeliveryRequestOrder> {
  const view = await viewShipment(world.hub.deps, world.tenant, it.id);
  if (view === null) throw new Error('no such shipment');
  const { policy } = world.deps;
  return {
    view,
    policy,
    deliveryRequest: DELIVERY_REQUEST,
    actor: 'recipient',
    by: 'carrier',
    otherwiseMerchant: true,
  };
}

/** The state left by a process that died while asking a carrier. */
async function abandon(it: TestParcel, deliveryRequest: object): Promise<void> {
  const { view } = await order(it);
  const how = { actor: 'recipient', state: 'asking', caseId: null } as const;
  const row = newDeliveryRequestRow(
    world.deps,
    view.shipment,
    deliveryRequest as DeliveryRequest,
    how,
  );
  await insertDeliveryRequest(world.hub.db.pipeline, row);
}

describe('a request that was abandoned while a carrier was asked', () => {
  it('becomes a task once, however many processes find it', async () => {
    const parcel = await world.parcel('ACME-LEFT-1');
    await parcel.tell(ATTEMPT);
    await abandon(parcel, DELIVERY_REQUEST);
    world.hub.clock.advance(ASKING_MS_MAX + 1);
    await Promise.all([1, 2, 3, 4].map(() => passDeadlines(world.deps)));
    expect(await deliveryRequests(parcel)).toEqual(['open']);
    expect(await types(parcel)).toEqual(['exception_opened']);
    expect(await parcel.cases()).toMatchObject([{ kind: 'request', waitingFor: 'merchant' }]);
  });

  it('stays a task, and is published as one, when the carrier answers after all', async () => {
    const parcel = await world.parcel('ACME-LEFT-2');
    await parcel.tell(ATTEMPT);
    world.carrier.redirected = {
      outcome: 'asked',
      value: { outcome: 'accepted', reference: 'REF-1' },
    };
    world.carrier.meanwhile = async () => {
      world.hub.clock.advance(ASKING_MS_MAX + 1);
      await passDeadlines(world.deps);
    };
    expect(await makeDeliveryRequest(world.deps, world.tenant, await order(parcel))).toEqual({
      kind: 'accepted',
      by: 'merchant',
    });
    expect(await deliveryRequests(parcel)).toEqual(['open']);
    expect(await types(parcel)).toEqual(['exception_opened']);
  });

  it('does not become a second task when the carrier does not answer after all', async () => {
    const parcel = await world.parcel('ACME-LEFT-3');
    await parcel.tell(ATTEMPT);
    world.carrier.meanwhile = async () => {
      world.hub.clock.advance(ASKING_MS_MAX + 1);
      await passDeadlines(world.deps);
      throw new Error('the line is dead');
    };
    await makeDeliveryRequest(world.deps, world.tenant, await order(parcel));
    expect(await types(parcel)).toEqual(['exception_opened']);
  });

  it('is a task even if its text is unreadable, and does not block others', async () => {
    const unreadable: TestParcel[] = [];
    for (let index = 0; index < BATCH_MAX; index += 1) {
      const parcel = await world.parcel(`ACME-ODD-${index}`);
      await abandon(parcel, { kind: 'hold_at_facility', of: 'a form that is no more' });
      unreadable.push(parcel);
    }
    world.hub.clock.advance(1);
    const readable = await world.parcel('ACME-LEFT-4');
    await abandon(readable, DELIVERY_REQUEST);
    world.hub.clock.advance(ASKING_MS_MAX + 1);
    await passDeadlines(world.deps);
    expect(await deliveryRequests(readable)).toEqual(['open']);
    for (const parcel of unreadable) expect(await deliveryRequests(parcel)).toEqual(['open']);
  });
});

describe('a case that cannot be updated', () => {
  it('does not block the publication of later deadlines', async () => {
    world.hub.clock.advance(7 * DAYS_MS);
    await passDeadlines(world.deps);
    const bad = await world.parcel('ACME-LATE-1');
    await bad.tell('CUST 2026-03-09T12:00');
    world.hub.clock.advance(1);
    const good = await world.parcel('ACME-LATE-2');
    await good.tell('CUST 2026-03-09T12:00');
    await abandon(good, DELIVERY_REQUEST);
    world.hub.clock.advance(7 * DAYS_MS);
    await passDeadlines(stumbling(world.deps));
    expect(await types(bad)).toEqual(['exception_opened']);
    expect((await types(good)).filter((type) => type === 'exception_updated')).toHaveLength(1);
    expect(await deliveryRequests(good)).toEqual(['open']);
    await passDeadlines(world.deps);
    expect(await types(bad)).toEqual(['exception_opened', 'exception_updated']);
  });
});

describe('a deadline that was set to a time before its case was opened', () => {
  it('passes in the history after the case was opened, not before', async () => {
    const parcel = await world.parcel('ACME-PAST-1');
    await parcel.tell('CUST 2026-03-09T12:00');
    const [opened] = await parcel.cases();
    if (opened === undefined) throw new Error('no case was opened');
    await updateCase(world.hub.db.pipeline, { ...opened, deadlineAtMs: Date.UTC(2020, 0) });
    await passDeadlines(world.deps);
    const history = await eventsOfCase(world.hub.db.pipeline, opened.id, 10);
    expect(history.map(({ type }) => type)).toEqual(['opened', 'deadline_passed']);
  });
});

describe('an overdue case that waits for the carrier', () => {
  it('is counted and listed among those that wait for the merchant', async () => {
    const { db, clock } = world.hub;
    const parcel = await world.parcel('ACME-WAITS-1');
    await parcel.tell('CUST 2026-03-09T12:00');
    const counted = async () => {
      const nowMs = clock.nowMs();
      const { merchant } = await countCases(db.pipeline, world.tenant, { nowMs, owner: 'nobody' });
      const filter = { state: 'open', forMerchantAtMs: nowMs } as const;
      const listed = await listCases(db.pipeline, world.tenant, {
        filter,
        after: null,
        limit: 999,
      });
      expect(listed).toHaveLength(merchant);
      return listed.filter(({ exceptionCase }) => exceptionCase.shipmentId === parcel.id).length;
    };
    expect(await counted()).toBe(0);
    clock.advance(7 * DAYS_MS);
    expect(await parcel.cases()).toMatchObject([{ waitingFor: 'carrier' }]);
    expect(await counted()).toBe(1);
  });
});

/** Dependencies whose first write throws. */
function stumbling(deps: ExceptionsDeps): ExceptionsDeps {
  const { tracking } = deps;
  let isFirst = true;
  const randomBytes = (size: number) => {
    if (isFirst) {
      isFirst = false;
      throw new Error('this one never');
    }
    return tracking.randomBytes(size);
  };
  return { ...deps, tracking: { ...tracking, randomBytes } };
}
