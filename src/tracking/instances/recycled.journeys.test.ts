import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLog } from '../../platform/event-log/event-log.ts';
import { shardOf } from '../record/shard-batches.ts';
import type { Shipment } from '../shipment.ts';
import { body, publicTrackOf, startAcme, type TestReport } from '../test-acme.ts';
import { ALL_OBSERVATIONS } from '../test-observations.ts';
import type { TestTracking } from '../test-tracking.ts';
import { explainShipment, viewShipment } from '../views/view.ts';

/** Carriers give a number to one parcel after the other; the wall clocks below are at -05:00. */

type Report = Omit<TestReport, 'number'>;
/**
 * One step in the history of a number: an inbound message with reports, or a registration for an
 * order.
 */
type Step = readonly Report[] | { readonly order: string };

let hub: TestTracking;
let numbers = 0;

beforeAll(async () => {
  hub = await startAcme();
});

afterAll(() => hub?.close());

/** Runs these steps on a fresh number; returns what `register` answered, in order. */
async function play(steps: readonly Step[]) {
  numbers += 1;
  const number = `R${numbers}`;
  const registered: { created: boolean; shipment: Shipment }[] = [];
  for (const step of steps) {
    if ('order' in step) {
      const wanted = { carrier: 'acme', trackingNumber: number, orderIds: [step.order] };
      registered.push(await hub.register(wanted));
    } else {
      const reports = step.map((report) => ({ ...report, number }));
      await hub.receive({ carrier: 'acme', body: body(...reports) });
    }
  }
  const { tracking_number, ...shown } = { ...(await publicTrackOf(hub, number)) };
  expect(tracking_number).toBe(number);
  return { number, registered, shown, events: statuses(shown['events']) };
}

function statuses(events: unknown): string[] {
  return (events as { status: string }[]).map(({ status }) => status);
}

async function eventsOf({ id }: Shipment): Promise<string[]> {
  const view = await viewShipment(hub.deps, hub.tenant, id);
  return (view?.events ?? []).map(({ status }) => status);
}

function orders<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, at) =>
    orders(items.toSpliced(at, 1)).map((others) => [item, ...others]),
  );
}

/** A fact belongs where it was last ingested, so these tests report each fact only once. */
const OLD: Report = {
  pieceId: 'old',
  edd: '2026-02-21',
  events: [
    { code: 'PICK', at: '2026-02-18T08:00:00' },
    { code: 'DEL', at: '2026-02-20T08:00:00' },
  ],
};
const NEW: Report = {
  pieceId: 'new',
  edd: '2026-03-12',
  events: [{ code: 'PICK', at: '2026-03-09T08:00:00' }],
};
const ORDER_A = { order: 'A' };
const ORDER_B = { order: 'B' };

describe('two parcels under one number, distinguished by the carrier’s piece id', () => {
  it('are the newer one for a late registration, whichever was received first', async () => {
    const ways = [
      [ORDER_A, [OLD], [NEW]],
      [ORDER_A, [NEW], [OLD]],
      [ORDER_A, [OLD, NEW]],
      [ORDER_A, [NEW, OLD]],
      [[OLD], [NEW], ORDER_A],
      [[NEW, OLD], ORDER_A],
      [[OLD], ORDER_A, [NEW]],
      [[NEW], ORDER_A, [OLD]],
    ];
    for (const way of ways) {
      const { shown, events } = await play(way);
      expect(events).toEqual(['picked_up']);
      expect(shown).toMatchObject({ estimated_delivery: { date: '2026-03-12' } });
    }
  });

  it('lose nothing: hidden facts are stored and explained', async () => {
    const { registered } = await play([ORDER_A, [OLD], [NEW]]);
    const id = registered[0]?.shipment.id ?? '';
    const explained = await explainShipment(hub.deps, hub.tenant, id);
    expect(explained?.explanation.facts.map(({ verdict, rule }) => [verdict, rule])).toEqual([
      ['other_instance', 'instance'],
      ['other_instance', 'instance'],
      ['steering', 'status'],
    ]);
  });

  it('are the first one if it was registered before it moved, until another order is', async () => {
    const today: Report = {
      pieceId: 'a',
      events: [
        { code: 'PICK', at: '2026-03-10T08:00:00' },
        { code: 'DEL', at: '2026-03-10T16:00:00' },
      ],
    };
    const next: Report = {
      pieceId: 'b',
      events: [
        { code: 'LABEL', at: '2026-03-10T12:00:00' },
        { code: 'PICK', at: '2026-03-11T08:00:00' },
      ],
    };
    const known = [
      [ORDER_A, [today], [next]],
      [ORDER_A, [next], [today]],
      [ORDER_A, [next, today]],
    ];
    for (const way of known) {
      expect((await play(way)).events).toEqual(['delivered', 'picked_up']);
    }
    for (const way of [
      ...known.map((each) => [...each, ORDER_B]),
      [ORDER_A, [today], ORDER_B, [next]],
    ]) {
      const { registered, events } = await play(way);
      expect(registered.map(({ created }) => created)).toEqual([true, true]);
      expect(events).toEqual(['picked_up', 'created']);
      const [first] = registered;
      expect(first && (await eventsOf(first.shipment))).toEqual(['delivered', 'picked_up']);
    }
  });

  it('show the second one’s early label too, although it arrived before its owner was known', async () => {
    const label: Report = { pieceId: 'b', events: [{ code: 'LABEL', at: '2026-02-19T08:00:00' }] };
    const move: Report = { pieceId: 'b', events: [{ code: 'PICK', at: '2026-03-09T08:00:00' }] };
    const ways = [
      ...orders([[label], [move]]).map((reports) => [ORDER_A, [OLD], ORDER_B, ...reports]),
      [ORDER_A, [OLD], ORDER_B, [label, move]],
      [ORDER_A, [OLD], [label], ORDER_B, [move]],
      [ORDER_A, [label], [OLD], ORDER_B, [move]],
    ];
    const bodies = [];
    for (const way of ways) {
      const { shown, events, registered } = await play(way);
      expect(registered.map(({ created }) => created)).toEqual([true, true]);
      expect(events).toEqual(['picked_up', 'created']);
      bodies.push(shown);
    }
    for (const each of bodies) expect(each).toEqual(bodies[0]);
  });

  it('give strangers one answer for any order of three messages', async () => {
    const whole: Report = {
      events: [{ code: 'HUB', at: '2026-03-09T12:00:00' }],
      edd: '2026-03-14',
    };
    const inboundMessages: Step[] = [
      [OLD],
      [NEW, whole],
      [{ ...NEW, events: [{ code: 'OFD', at: '2026-03-10T06:00:00' }] }],
    ];
    const answers = [];
    for (const order of orders(inboundMessages))
      answers.push((await play([ORDER_A, ...order])).shown);
    expect(answers).toHaveLength(6);
    for (const each of answers) expect(each).toEqual(answers[0]);
    expect(statuses(answers[0]?.['events'])).toEqual([
      'out_for_delivery',
      'at_facility',
      'picked_up',
    ]);
  });

  it('are distinguished the same way whenever the second order is registered', async () => {
    const first: Report = {
      pieceId: 'a',
      events: [
        { code: 'PICK', at: '2026-03-10T07:30:00' },
        { code: 'DEL', at: '2026-03-10T09:00:00' },
      ],
    };
    const label: Report = {
      pieceId: 'b',
      edd: '2026-03-13',
      events: [{ code: 'LABEL', at: '2026-03-10T08:00:00' }],
    };
    const pick: Report = { pieceId: 'b', events: [{ code: 'PICK', at: '2026-03-11T01:00:00' }] };
    const answers = [];
    for (const order of orders([first, label, pick])) {
      const inboundMessages: Step[] = order.map((report) => [report]);
      for (let at = order.indexOf(first) + 1; at <= order.length; at += 1) {
        const { shown, registered } = await play([
          ORDER_A,
          ...inboundMessages.toSpliced(at, 0, ORDER_B),
        ]);
        expect(registered.map(({ created }) => created)).toEqual([true, true]);
        answers.push(shown);
      }
    }
    expect(answers).toHaveLength(12);
    for (const each of answers) expect(each).toEqual(answers[0]);
    expect(statuses(answers[0]?.['events'])).toEqual(['picked_up', 'created']);
  });
});

describe('a reused number of a carrier without piece ids', () => {
  const first: Report = { events: [{ code: 'DEL', at: '2026-03-05T08:00:00' }] };
  const label: Report = {
    events: [{ code: 'LABEL', at: '2026-03-08T08:00:00' }],
    edd: '2026-03-12',
  };
  const pick: Report = { events: [{ code: 'PICK', at: '2026-03-09T08:00:00' }] };

  it('shows the same whether the new parcel was registered before or after its first scans', async () => {
    const ways = [
      [ORDER_A, [first], ORDER_B, [label], [pick]],
      [ORDER_A, [first], [label], ORDER_B, [pick]],
      [ORDER_A, [first], [label], [pick], ORDER_B],
      [
        ORDER_A,
        [first],
        [{ ...label, events: [...first.events, ...label.events] }],
        [pick],
        ORDER_B,
      ],
    ];
    const bodies = [];
    for (const way of ways) {
      const { shown, events, registered } = await play(way);
      expect(registered.map(({ created }) => created)).toEqual([true, true]);
      expect(events).toEqual(['picked_up', 'created']);
      expect(shown).toMatchObject({ estimated_delivery: { date: '2026-03-12' } });
      const [old] = registered;
      expect(old && (await eventsOf(old.shipment))).toEqual(['delivered']);
      const view = old && (await viewShipment(hub.deps, hub.tenant, old.shipment.id));
      expect(view?.shipment.state).toMatchObject({ status: 'delivered', estimatedDelivery: null });
      bodies.push(shown);
    }
    for (const each of bodies) expect(each).toEqual(bodies[0]);
  });

  it('leaves with the old parcel the facts that cannot be read again', async () => {
    const { number, registered } = await play([ORDER_A, [first], [pick]]);
    await hub.db.pipeline.query(
      `update inbound_messages set data_key = null
       where id in (select inbound_message_id from ${ALL_OBSERVATIONS} o where shipment_id = $1)`,
      [registered[0]?.shipment.id],
    );
    const next = await hub.register({ carrier: 'acme', trackingNumber: number, orderIds: ['B'] });
    expect(await eventsOf(next.shipment)).toEqual([]);
    const [old] = registered;
    expect(old && (await eventsOf(old.shipment))).toEqual(['picked_up', 'delivered']);
  });
});

describe('registering a parcel that is already under way', () => {
  it('adds the order and logs it; repeating the request changes nothing', async () => {
    const { number, registered } = await play([ORDER_A, [NEW], ORDER_B, ORDER_B, ORDER_A]);
    expect(registered.map(({ created }) => created)).toEqual([true, false, false, false]);
    expect(registered.map(({ shipment }) => shipment.orderIds)).toEqual([
      ['A'],
      ['A', 'B'],
      ['A', 'B'],
      ['A', 'B'],
    ]);
    const entries = await readLog(hub.db.pipeline, shardOf('acme', number), 0n, 1_000);
    const updates = entries.filter(
      ({ type, data }) => type === 'shipment.updated' && data['tracking_number'] === number,
    );
    expect(updates).toMatchObject([
      { sequence: 4, data: { order_ids: ['A', 'B'] }, previousAttributes: { order_ids: ['A'] } },
    ]);
    const [first] = registered;
    const view = first && (await viewShipment(hub.deps, hub.tenant, first.shipment.id));
    expect(view?.shipment.orderIds).toEqual(['A', 'B']);
  });

  it('changes nothing if another service registered it for an earlier parcel under the number', async () => {
    const { number, registered } = await play([ORDER_B, [NEW]]);
    const [newer] = registered;
    const earlierMs = hub.clock.nowMs() - 60 * 86_400_000;
    const { created, shipment } = await hub.register({
      ...{ carrier: 'acme', trackingNumber: number, orderIds: ['A'] },
      movedIn: { registeredAtMs: earlierMs, oldestMs: earlierMs },
    });
    expect([created, shipment.id]).toEqual([false, newer?.shipment.id]);
    const view = await viewShipment(hub.deps, hub.tenant, shipment.id);
    expect(view?.shipment).toMatchObject({ orderIds: ['B'], factsUntilMs: null });
  });

  it('does not take the number from a delivered parcel that came after it', async () => {
    const { number, registered } = await play([ORDER_B, [OLD]]);
    const [delivered] = registered;
    const earlierMs = hub.clock.nowMs() - 60 * 86_400_000;
    const { created } = await hub.register({
      ...{ carrier: 'acme', trackingNumber: number, orderIds: ['A'] },
      movedIn: { registeredAtMs: earlierMs, oldestMs: earlierMs },
    });
    const id = delivered?.shipment.id ?? '';
    const view = await viewShipment(hub.deps, hub.tenant, id);
    expect([created, view?.shipment.factsUntilMs]).toEqual([false, null]);
  });
});
