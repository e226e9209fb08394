import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readLink } from '../../../platform/sealing/signed-links.ts';
import type { Shipment } from '../../../tracking/ports/shipments.ts';
import { ruleSet } from '../rules/rule-set.ts';
import {
  startTestNotifications,
  TEST_RULES,
  type TestNotifications,
} from '../test-notifications.ts';

let t: TestNotifications;
beforeAll(async () => {
  t = await startTestNotifications(ruleSet.parse({ ...TEST_RULES, subscribe: { sms: 'on' } }));
  t.hub.clock.set(Date.parse('2026-03-10T15:00:00Z'));
});
beforeEach(() => {
  t.hub.clock.advance(86_400_001);
  t.sent.splice(0);
});
afterAll(() => t.close());

/**
 * Requests a code.
 *
 * @returns the ticket, and the code if one was sent.
 */
async function ask(
  parcel: Pick<Shipment, 'trackingNumber'>,
  address: string,
): Promise<{ ticket: string; code: string | null }> {
  const before = t.sent.length;
  const ticket = await t.notifications.subscribeByCode({
    numbers: [{ carrier: 'acme', trackingNumber: parcel.trackingNumber }],
    address,
    channel: 'sms',
    milestones: [],
    locale: 'de',
  });
  await t.running.idle();
  return { ticket, code: t.sent[before]?.input.code ?? null };
}

const enter = (ticket: string, code: string | null) =>
  t.notifications.confirmByCode(ticket, code ?? '');
/** A code that is certainly wrong. */
const wrong = (code: string | null) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

async function stateOf(shipment: Shipment): Promise<unknown[]> {
  const { rows } = await t.hub.db.pipeline.query<{ state: string; code_tries: number }>(
    'select state, code_tries from subscriptions where shipment_id = $1',
    [shipment.id],
  );
  return rows.map(({ state, code_tries: tries }) => [state, tries]);
}

describe('a subscription by SMS', () => {
  it('begins with the code from the SMS', async () => {
    const parcel = await t.register({});
    const { ticket, code } = await ask(parcel, '+49 30 1234567');
    expect(code).toMatch(/^\d{6}$/);
    expect(t.sent.map(({ kind, to, milestone }) => [kind, to, milestone])).toEqual([
      ['sms', '+49301234567', 'confirm_subscription'],
    ]);
    expect(await stateOf(parcel)).toEqual([['pending', 0]]);
    expect(await enter(ticket, wrong(code))).toBe(false);
    expect(await enter(ticket, code)).toBe(true);
    expect(await stateOf(parcel)).toEqual([['active', 2]]);
    // The button was pressed a second time.
    expect(await enter(ticket, code)).toBe(true);
    const atMs = t.hub.clock.nowMs() - 5 * 60_000 - 5 * 3_600_000;
    const at = new Date(atMs).toISOString().slice(0, 19);
    await t.ingest(parcel, { events: [{ code: 'OFD', at }] });
    expect(t.sent.map(({ milestone }) => milestone)).toContain('out_for_delivery');
    const later = t.sent.filter(({ milestone }) => milestone === 'out_for_delivery');
    expect(later.map(({ input }) => input.code ?? null)).toEqual(later.map(() => null));
  });

  it('takes no code after five', async () => {
    const parcel = await t.register({});
    const { ticket, code } = await ask(parcel, '+4930111');
    for (let index = 0; index < 5; index += 1) expect(await enter(ticket, wrong(code))).toBe(false);
    expect(await enter(ticket, code)).toBe(false);
    expect(await stateOf(parcel)).toEqual([['pending', 5]]);
  });

  it('takes the right one as the fifth, also when its button is pressed twice', async () => {
    const parcel = await t.register({});
    const { ticket, code } = await ask(parcel, '+4930118');
    for (let index = 0; index < 4; index += 1) expect(await enter(ticket, wrong(code))).toBe(false);
    const twice = await Promise.all([enter(ticket, code), enter(ticket, code)]);
    expect([twice, await stateOf(parcel)]).toEqual([[true, true], [['active', 5]]]);
    expect(await enter(ticket, wrong(code))).toBe(false);
  });

  it('counts tries that come at once', async () => {
    const parcel = await t.register({});
    const { ticket, code } = await ask(parcel, '+4930112');
    const many = Array.from({ length: 30 }, () => enter(ticket, wrong(code)));
    expect(new Set(await Promise.all(many))).toEqual(new Set([false]));
    expect([await enter(ticket, code), await stateOf(parcel)]).toEqual([false, [['pending', 5]]]);
  });

  it('takes no code after a quarter of an hour', async () => {
    const parcel = await t.register({});
    const { ticket, code } = await ask(parcel, '+4930113');
    t.hub.clock.advance(15 * 60_000 + 1);
    expect(await enter(ticket, code)).toBe(false);
    expect(await stateOf(parcel)).toEqual([['pending', 0]]);
  });

  it('is begun by the newest of three codes a day, and there is no fourth', async () => {
    const parcel = await t.register({});
    const first = await ask(parcel, '+4930114');
    const second = await ask(parcel, '+49 (0)30 114');
    expect(second.code).not.toBeNull();
    expect(await enter(first.ticket, first.code)).toBe(false);
    expect(await enter(first.ticket, second.code)).toBe(false);
    await ask(parcel, '+4930114');
    expect((await ask(parcel, '+4930114')).code).toBeNull();
    const other = await t.register({});
    expect((await ask(other, '+4930114')).code, 'three a day of a phone').toBeNull();
  });
});

it('an SMS that was asked with a link has one, whatever a request before has left behind', async () => {
  const parcel = await t.register({});
  await t.notifications.subscribe({
    numbers: [{ carrier: 'acme', trackingNumber: parcel.trackingNumber }],
    locale: 'de',
    channel: 'sms',
    address: '+4930119',
    milestones: [],
  });
  // This is how the previous version leaves a row that was begun with a code.
  await t.hub.db.pipeline.query('update subscriptions set code_tries = 0 where shipment_id = $1', [
    parcel.id,
  ]);
  await t.running.idle();
  expect(t.sent.map(({ milestone, input }) => [milestone, input.code])).toEqual([
    ['confirm_subscription', null],
  ]);
});

describe('a ticket', () => {
  it('is of the moment at which it was asked for, however long that took', async () => {
    const parcel = await t.register({});
    const ticketsAge = async (trackingNumber: string) => {
      const startMs = t.hub.clock.nowMs();
      let index = 0;
      const clock = vi
        .spyOn(t.hub.clock, 'nowMs')
        .mockImplementation(() => startMs + index++ * 5_000);
      const subscription = { numbers: [{ carrier: 'acme', trackingNumber }], locale: 'de' };
      const ticket = await t.notifications
        .subscribeByCode({ ...subscription, channel: 'sms', address: '+4930120', milestones: [] })
        .finally(() => clock.mockRestore());
      await t.running.idle();
      const verdict = readLink(t.keyring, ticket, startMs);
      if (verdict.kind !== 'good') throw new Error(verdict.kind);
      const { subject, expiresAtS } = verdict.claim;
      const madeMs = Number.parseInt(subject.replaceAll('-', '').slice(0, 12), 16);
      return [madeMs - startMs, expiresAtS - Math.floor(startMs / 1_000)];
    };
    expect(await ticketsAge(parcel.trackingNumber)).toEqual([0, 900]);
    expect(t.sent).toHaveLength(1);
    expect(await ticketsAge('NOBODYS')).toEqual([0, 900]);
  });

  it('looks and does the same when nothing was sent', async () => {
    const parcel = await t.register({});
    const sent = await ask(parcel, '+4930115');
    const unknown = await ask({ trackingNumber: 'NOBODYS' }, '+4930115');
    const noPhone = await ask(parcel, 'not a phone');
    for (const { ticket, code } of [unknown, noPhone]) {
      expect(code).toBeNull();
      expect(ticket.replaceAll(/[^.]/g, 'x')).toBe(sent.ticket.replaceAll(/[^.]/g, 'x'));
      for (let index = 0; index < 7; index += 1)
        expect(await enter(ticket, `00000${index}`)).toBe(false);
    }
    expect(await enter(sent.ticket, sent.code)).toBe(true);
    const again = await ask(parcel, '+4930115');
    expect([again.code, await enter(again.ticket, sent.code)]).toEqual([null, false]);
  });

  it('is no link, and no link is a ticket', async () => {
    const parcel = await t.register({});
    const { ticket, code } = await ask(parcel, '+4930116');
    expect(await t.notifications.byLink.confirm(ticket)).toBe('unknown');
    expect(await t.notifications.byLink.unsubscribe(ticket)).toBe(false);
    const byMail = { channel: 'email', address: 'a@example.com', milestones: [] } as const;
    const numbers = [{ carrier: 'acme', trackingNumber: parcel.trackingNumber }];
    await t.notifications.subscribe({ ...byMail, numbers, locale: null });
    await t.running.idle();
    const url = t.sent.at(-1)?.input.links.actionUrl ?? '';
    const link = new URL(url).searchParams.get('t') ?? '';
    expect(await enter(link, code)).toBe(false);
    for (const forged of ['', 'ec.x', `${ticket}x`, ticket.replace(/^ec/, 'cs'), '\0']) {
      expect(await enter(forged, code)).toBe(false);
    }
    expect(await enter(ticket, code)).toBe(true);
  });

  it('and what is stored name neither code nor phone', async () => {
    const parcel = await t.register({});
    const { ticket, code } = await ask(parcel, '+4930117');
    const { rows } = await t.hub.db.pipeline.query(
      `select to_jsonb(s)::text as row from subscriptions s where shipment_id = $1
       union all select to_jsonb(n)::text from notifications n where shipment_id = $1
       union all select to_jsonb(r)::text from subscription_requests r where shipment_id = $1`,
      [parcel.id],
    );
    const stored = JSON.stringify(rows);
    expect(rows.length).toBeGreaterThanOrEqual(3);
    expect(stored).not.toContain(`"${code}"`);
    expect(stored).not.toContain('4930117');
    expect(readLink(t.keyring, ticket, t.hub.clock.nowMs()).kind).toBe('good');
    expect(ticket).not.toContain(code ?? 'none');
  });
});
