import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Tenant } from '../../../kernel/tenant.ts';
import {
  commandShipment,
  registerShipment,
  type Shipment,
} from '../../../tracking/ports/shipments.ts';
import type { Channel, ChannelsOf } from '../contract.ts';
import { plainestAddress } from '../people/addresses.ts';
import { saysSame } from '../policy/still-true.ts';
import { ruleSet } from '../rules/rule-set.ts';
import { startTestNotifications, type TestNotifications } from '../test-notifications.ts';
import { isSmsOffered, ONLY_MAIL, offersOf } from './offered.ts';

const OTHER = '01890a5d-0000-7000-8000-0000000000aa';
let t: TestNotifications;
/** The messages that were sent by a merchant's own channel. */
const byOwn: string[] = [];
const own: Pick<Channel, 'send'> = {
  async send({ to }) {
    byOwn.push(to);
    return { outcome: 'accepted', providerId: null };
  },
};
beforeAll(async () => {
  t = await startTestNotifications();
  t.hub.clock.set(Date.parse('2026-03-10T15:00:00Z'));
  await t.hub.db.pipeline.query(
    `insert into merchants (id, slug, name) values ($1, 'other', 'Other')`,
    [OTHER],
  );
  t.own(OTHER, 'email', own);
});
beforeEach(() => {
  t.hub.clock.advance(86_400_001);
  t.sent.splice(0);
  byOwn.splice(0);
});
afterAll(() => t.close());

/** Another merchant registers the same number. */
async function capture({ trackingNumber }: Shipment): Promise<Shipment> {
  t.hub.clock.advance(1_000);
  const tenant: Tenant = { merchantId: OTHER, mode: 'test' };
  const wanted = { carrier: 'acme', trackingNumber };
  return (await registerShipment(t.hub.deps, tenant, wanted)).shipment;
}

async function ask({ trackingNumber }: Shipment, address: string, channel: 'email' | 'sms') {
  const outcome = await t.notifications.subscribe({
    numbers: [{ carrier: 'acme', trackingNumber }],
    channel,
    address,
    milestones: [],
    locale: null,
  });
  await t.running.idle();
  return outcome;
}

async function confirm(): Promise<void> {
  const token = new URL(t.sent.at(-1)?.input.links.actionUrl ?? '').searchParams.get('t') ?? '';
  expect(await t.notifications.byLink.confirm(token)).toBe('done');
}

async function lastStored(): Promise<unknown[]> {
  const { rows } = await t.hub.db.pipeline.query<{ merchant_id: string; branded: boolean }>(
    'select merchant_id, branded from subscriptions order by created_at desc limit 1',
  );
  return rows.map(({ merchant_id: id, branded }) => [id === OTHER ? 'other' : 'first', branded]);
}

function ago(minutes: number): string {
  const atMs = t.hub.clock.nowMs() - minutes * 60_000 - 5 * 3_600_000;
  return new Date(atMs).toISOString().slice(0, 19);
}

describe('a number that another merchant registers as well', () => {
  it('brings them no address and no message: it is nobody’s, and the installation’s to send', async () => {
    const mine = await t.register({});
    const theirs = await capture(mine);
    t.own(t.hub.tenant.merchantId, 'email', own);
    expect(await ask(mine, 'stranger@example.com', 'email')).toMatchObject({ kind: 'asked' });
    expect(await lastStored()).toEqual([['first', false]]);
    expect(byOwn).toEqual([]);
    expect(t.sent.map(({ to, input }) => [to, input.branded])).toEqual([
      ['stranger@example.com', false],
    ]);
    await confirm();
    await t.ingest(mine, { events: [{ code: 'PICK', at: ago(5) }] });
    expect(t.sent.map(({ milestone }) => milestone)).toEqual(['confirm_subscription', 'picked_up']);
    for (const [tenant, { id }] of [
      [t.hub.tenant, mine],
      [{ merchantId: OTHER, mode: 'test' }, theirs],
    ] as const) {
      const command = { status: 'out_for_delivery', subStatus: null, occurredAtMs: null } as const;
      const more = { note: null, apiKeyId: null };
      const done = await commandShipment(t.hub.deps, tenant, id, { ...command, ...more });
      expect(done.kind).toBe('done');
      await t.running.idle();
    }
    expect(t.sent, 'what only a merchant reports is not announced').toHaveLength(2);
    expect(await t.decided(mine)).toContain('email out_for_delivery not_sent unconfirmed');
    expect(byOwn).toEqual([]);
    t.own(t.hub.tenant.merchantId, 'email', null);
  });

  it('does not take over who has subscribed already', async () => {
    const mine = await t.register({});
    await ask(mine, 'early@example.com', 'email');
    await confirm();
    await capture(mine);
    await t.ingest(mine, { events: [{ code: 'PICK', at: ago(5) }] });
    expect(byOwn).toEqual([]);
    expect(t.sent.at(-1)).toMatchObject({ milestone: 'picked_up', input: { branded: true } });
  });

  it('goes by the own channel of whoever has it alone', async () => {
    const mine = await t.register({});
    const theirs = await capture({ ...mine, trackingNumber: 'ALONE0001' });
    await ask(theirs, 'alone@example.com', 'email');
    expect(byOwn).toEqual(['alone@example.com']);
  });
});

describe('what the shared page says', () => {
  const page = {
    status: 'exception',
    sub_status: 'damaged',
    confirmed: true,
    estimated_delivery: { date: '2026-03-12' },
  } as Parameters<typeof saysSame>[0];

  it.each([
    ['exception', { status: 'exception', sub_status: 'damaged' }, true],
    ['exception', { status: 'exception', sub_status: 'lost' }, false],
    ['delivered', { status: 'delivered' }, false],
    ['in_transit', { status: 'in_transit' }, false],
    ['edd_changed', { estimated_delivery: { date: '2026-03-12' } }, true],
    ['edd_changed', { estimated_delivery: { date: '2026-03-13' } }, false],
    ['delay_predicted', { status: 'exception' }, false],
    ['exception_opened', { status: 'exception' }, false],
  ] as const)('every', (milestone, notified, expected) => {
    expect(saysSame(page, milestone, notified)).toBe(expected);
  });
});

describe('an SMS that asks', () => {
  const by =
    (provider: string): ChannelsOf =>
    async (_, kind) => [
      {
        provider,
        kind,
        repeat: 'never',
        send: async () => ({ outcome: 'accepted', providerId: null }),
      },
    ];
  const offered = async (
    own: 'default' | 'on' | 'off',
    said: 'default' | 'on' | 'off',
    provider: string,
    branded = true,
  ) => {
    const set = (sms: typeof own) => ruleSet.parse({ subscribe: { sms }, rules: [] });
    const rules = { read: async () => set(own), installation: set(said) };
    const shipment = await t.register({});
    return isSmsOffered({ db: t.hub.db, rules, channelsOf: by(provider) }, { shipment, branded });
  };

  it('goes to the mailbox, and out of the machine only where somebody has said so', async () => {
    expect(await offered('default', 'default', 'mailbox')).toBe(true);
    expect(await offered('default', 'default', 'twilio')).toBe(false);
    expect(await offered('on', 'default', 'twilio')).toBe(true);
    expect(await offered('default', 'on', 'twilio')).toBe(true);
    expect(await offered('off', 'on', 'mailbox')).toBe(false);
    expect(await offered('on', 'default', 'twilio', false), 'of nobody’s parcel').toBe(false);
  });

  it('is not sent where nobody has said so', async () => {
    const parcel = await t.register({});
    expect(await ask(parcel, '+49 30 1234567', 'sms')).toEqual({
      kind: 'silent',
      why: 'not_offered',
    });
    expect(t.sent).toEqual([]);
  });
});

describe('what a page offers', () => {
  const rules = {
    read: async () => ruleSet.parse({ rules: [] }),
    installation: ruleSet.parse({ rules: [] }),
  };
  const channelsOf: ChannelsOf = async (_, kind, whose = 'own') => [
    {
      provider: kind === 'push' ? 'web_push' : 'mailbox',
      kind,
      repeat: 'never',
      send: own.send,
      ...(kind === 'push' ? { browserKey: whose } : {}),
    },
  ];

  it('depends on the channels of the parcel’s merchant, and is empty for an unknown number', async () => {
    const of = ({ trackingNumber }: Shipment) =>
      offersOf({ db: t.hub.db, rules, channelsOf }, [{ carrier: 'acme', trackingNumber }]);
    const parcel = await t.register({});
    expect(await of(parcel)).toEqual({ sms: true, pushKey: 'own' });
    await capture(parcel);
    expect(await of(parcel)).toEqual({ sms: true, pushKey: 'installation' });
    expect(await of({ ...parcel, trackingNumber: 'NOBODYS' })).toEqual(ONLY_MAIL);
  });
});

describe('the questions of a day', () => {
  it('end by a channel when there were as many as the installation asks', async () => {
    const parcel = await t.register({});
    await t.hub.db.owner.query(
      `insert into subscription_requests (id, channel, address_hash, shipment_id, at)
       select gen_random_uuid(), 'email', decode('00', 'hex'), gen_random_uuid(), to_timestamp($1 / 1000.0)
       from generate_series(1, 4999)`,
      [t.hub.clock.nowMs()],
    );
    expect(await ask(parcel, 'last@example.com', 'email')).toMatchObject({ kind: 'asked' });
    expect(await ask(parcel, 'late@example.com', 'email')).toEqual({
      kind: 'silent',
      why: 'limit',
    });
    t.hub.clock.advance(86_400_001);
    expect(await ask(parcel, 'late@example.com', 'email')).toMatchObject({ kind: 'asked' });
  });
});

describe('a question that could not be sent', () => {
  const BUSY = { outcome: 'retry', reason: 'busy', retryAfterS: null } as const;

  it('is not sent again by the merchant: nobody gets a fourth one in a day', async () => {
    t.answer('email', BUSY, BUSY, BUSY);
    const parcels = [await t.register({}), await t.register({}), await t.register({})];
    const [first, ...others] = parcels;
    if (first === undefined) throw new Error('no parcel');
    await ask(first, 'often@example.com', 'email');
    for (const waitMs of [40_000, 160_000]) {
      t.hub.clock.advance(waitMs);
      await t.running.idle();
    }
    const anything = { state: null, reason: null, milestone: null, channel: null, audience: null };
    const filter = { ...anything, shipmentId: first.id };
    const [dead] = await t.notifications.list(t.hub.tenant, filter, { before: null, limit: 2 });
    expect(dead).toMatchObject({ milestone: 'confirm_subscription', state: 'dead' });
    t.hub.clock.advance(86_400_001);
    for (const parcel of [...others, await t.register({})]) {
      expect(await ask(parcel, 'often@example.com', 'email')).toMatchObject({ kind: 'asked' });
    }
    t.sent.splice(0);
    expect(await t.notifications.revive(t.hub.tenant, dead?.id ?? '')).toBe('confirmation');
    await t.running.idle();
    expect(t.sent).toEqual([]);
    expect(await ask(first, 'often@example.com', 'email')).toEqual({
      kind: 'silent',
      why: 'limit',
    });
  });
});

describe('the plainest spelling', () => {
  it.each([
    ['email', 'A.Reader+shop@Gmail.com', 'areader@gmail.com'],
    ['email', 'areader@googlemail.com', 'areader@gmail.com'],
    ['email', 'a.reader+x+y@example.com', 'a.reader@example.com'],
    ['email', '+only@example.com', '+only@example.com'],
    ['email', 'reader@bücher.example', 'reader@xn--bcher-kva.example'],
    ['sms', '+12125550123', '+12125550123'],
  ] as const)('of an %s %s is %s', (channel, address, plain) => {
    expect(plainestAddress(channel, address)).toBe(plain);
  });
});
