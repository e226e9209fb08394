import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../kernel/errors.ts';
import type { Tenant } from '../kernel/tenant.ts';
import { englishItem } from '../platform/messages/error-text.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import { openTestIntake, type TestIntake } from './test-intake.ts';

let intake: TestIntake;
let accounts: Accounts;
let tenant: Tenant;
let live: Tenant;
let other: Tenant;
beforeAll(async () => {
  intake = await openTestIntake();
  accounts = createAccounts(intake);
  tenant = await intake.tenant('one');
  live = await intake.tenant('one', 'live');
  other = await intake.tenant('two');
});
afterAll(() => intake.close());

const SECRET = 'a-test-client-secret';
let accountsMade = 0;
const wanted = {
  carrier: 'acme',
  /** The label, which is another one each time it is read. */
  get label() {
    accountsMade += 1;
    return `Main ${accountsMade}`;
  },
  credentials: { client_id: 'a-test-client', client_secret: SECRET },
} as const;

describe('an account', () => {
  it('of a live merchant never speaks to a test system, nor one of a test to the real one', async () => {
    for (const [who, environment] of [
      [live, 'sandbox'],
      [tenant, 'production'],
    ] as const) {
      const wrong = accounts.create(who, { ...wanted, environment });
      await expect(wrong).rejects.toThrow('carrier_accounts_environment');
    }
    expect((await accounts.create(live, wanted)).environment).toBe('production');
    expect((await accounts.create(tenant, wanted)).environment).toBe('carrier_test');
  });

  it('is invisible to others, who cannot change or end it', async () => {
    const { id } = await accounts.create(tenant, wanted);
    for (const stranger of [other, live]) {
      expect(await accounts.find(stranger, id)).toBeNull();
      expect(await accounts.patch(stranger, id, () => ({ label: 'theirs' }))).toBeNull();
      expect(await accounts.disable(stranger, id)).toBe(false);
    }
    expect((await accounts.find(tenant, id))?.label).toMatch(/^Main \d+$/);
  });

  it('seals its credentials and shows their names only', async () => {
    const account = await accounts.create(tenant, wanted);
    expect(account.credentialNames).toEqual(['client_id', 'client_secret']);
    expect(JSON.stringify(await accounts.list(tenant))).not.toContain(SECRET);
    const { rows } = await intake.db.owner.query(
      'select credentials, to_json(a)::text as all from carrier_accounts a where id = $1',
      [account.id],
    );
    expect(rows[0].credentials.includes(SECRET)).toBe(false);
    expect(rows[0].all.includes(SECRET)).toBe(false);
  });

  it('opens for the poller, and says there when it was ended', async () => {
    const { id } = await accounts.create(tenant, {
      ...wanted,
      environment: 'sandbox',
      caps: { perHour: 10, perDay: null },
    });
    expect(await accounts.forPolling(id)).toMatchObject({
      id,
      ...tenant,
      carrier: 'acme',
      environment: 'sandbox',
      credentials: wanted.credentials,
      webhookSecrets: [expect.stringMatching(/^[0-9a-f]{32}$/)],
      caps: { perHour: 10, perDay: null },
      disabledAtMs: null,
    });
    await accounts.disable(tenant, id);
    intake.clock.advance(1_001);
    expect((await accounts.forPolling(id))?.disabledAtMs).toBe(intake.clock.nowMs() - 1_001);
    expect(await accounts.forWebhook('acme', id)).toBeNull();
    expect(await accounts.forPolling('no id')).toBeNull();
    expect(await accounts.forPolling(crypto.randomUUID())).toBeNull();
  });

  it('is bounded by the lower of its own caps and the operator’s, which its merchant is not shown', async () => {
    const bounded = createAccounts({
      ...intake,
      operatorCaps: (carrier) => (carrier === 'acme' ? { perHour: 20, perDay: 500 } : undefined),
    });
    const caps = { perHour: 10, perDay: null };
    const { id } = await bounded.create(tenant, { ...wanted, caps });
    expect((await bounded.forPolling(id))?.caps).toEqual({ perHour: 10, perDay: 500 });
    await bounded.patch(tenant, id, () => ({ caps: { perHour: 30 } }));
    expect((await bounded.forPolling(id))?.caps).toEqual({ perHour: 20, perDay: 500 });
    expect((await bounded.find(tenant, id))?.caps).toEqual({ perHour: 30, perDay: null });
    const other = await bounded.create(tenant, { ...wanted, carrier: 'other', caps });
    expect((await bounded.forPolling(other.id))?.caps).toEqual(caps);
  });

  it('is rotated: new credentials and secrets apply at once, the others stay', async () => {
    const { id } = await accounts.create(tenant, { ...wanted, webhookSecrets: ['old'] });
    await accounts.forPolling(id);
    const after = await accounts.patch(tenant, id, (_, credentials) => ({
      credentials: { ...credentials, client_secret: 'new-test-secret' },
      webhookSecrets: ['new', 'old'],
      caps: { perDay: 100 },
    }));
    expect(after).toMatchObject({
      label: expect.stringMatching(/^Main/),
      caps: { perHour: null, perDay: 100 },
    });
    expect(await accounts.forPolling(id)).toMatchObject({
      credentials: { client_id: 'a-test-client', client_secret: 'new-test-secret' },
      webhookSecrets: ['new', 'old'],
    });
  });

  it('is left as it was when a change is refused half way', async () => {
    const { id } = await accounts.create(tenant, wanted);
    const refused = accounts.patch(tenant, id, () => {
      throw new Error('refused');
    });
    await expect(refused).rejects.toThrow('refused');
    expect((await accounts.find(tenant, id))?.label).toMatch(/^Main \d+$/);
  });

  it('can poll while it is live and has credentials', async () => {
    const tenantOfThis = await intake.tenant('three');
    const ids = async () =>
      (await accounts.pollable())
        .filter(({ merchantId }) => merchantId === tenantOfThis.merchantId)
        .map(({ id }) => id);
    const without = await accounts.create(tenantOfThis, { carrier: 'acme', label: 'push only' });
    expect(await ids()).toEqual([]);
    const { id } = await accounts.create(tenantOfThis, wanted);
    expect(await ids()).toEqual([id]);
    const of = async (who: Tenant, carrier = 'acme') =>
      (await accounts.pollable({ ...who, carrier })).map((each) => each.id);
    expect(await of(tenantOfThis)).toEqual([id]);
    expect(await of({ ...tenantOfThis, mode: 'live' })).toEqual([]);
    expect(await of(tenantOfThis, 'other')).toEqual([]);
    await accounts.patch(tenantOfThis, id, () => ({ credentials: {} }));
    await accounts.patch(tenantOfThis, without.id, () => ({ credentials: { key: 'a-test-key' } }));
    expect(await ids()).toEqual([without.id]);
    await accounts.disable(tenantOfThis, without.id);
    expect(await ids()).toEqual([]);
  });

  it('is remembered as one that was had when it is ended, for its own tenant only', async () => {
    const tenantOfThis = await intake.tenant('four');
    const had = (who: Tenant) => accounts.everHad(who, 'acme', 'sandbox');
    await accounts.create(tenantOfThis, wanted); // of another environment
    expect(await had(tenantOfThis)).toBe(false);
    const { id } = await accounts.create(tenantOfThis, { ...wanted, environment: 'sandbox' });
    await accounts.disable(tenantOfThis, id);
    expect(await had(tenantOfThis)).toBe(true);
    expect(await had(other)).toBe(false);
  });

  it('has its label alone among the live ones of its tenant and carrier, however many ask at once', async () => {
    const named = (label: string, carrier = 'acme') => ({ ...wanted, label, carrier });
    const all = await Promise.allSettled(
      Array.from({ length: 6 }, () => accounts.create(tenant, named('Depot'))),
    );
    const made = all.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(made).toHaveLength(1);
    for (const each of all) {
      if (each.status === 'fulfilled') continue;
      const { code, errors }: Problem = each.reason;
      expect([code, errors.map(englishItem)]).toMatchObject([
        'invalid',
        [{ pointer: '/label', reason: expect.stringContaining(made[0]?.id ?? '-') }],
      ]);
    }
    for (const [who, carrier] of [
      [tenant, 'other'],
      [live, 'acme'],
      [other, 'acme'],
    ] as const) {
      expect((await accounts.create(who, named('Depot', carrier))).label).toBe('Depot');
    }
    const { id } = await accounts.create(tenant, named('Second depot'));
    const renamed = accounts.patch(tenant, id, () => ({ label: 'Depot' }));
    await expect(renamed).rejects.toThrow('/label');
    await accounts.patch(tenant, id, () => ({ label: 'Second depot', caps: { perDay: 5 } }));
    await accounts.disable(tenant, made[0]?.id ?? '');
    expect((await accounts.patch(tenant, id, () => ({ label: 'Depot' })))?.label).toBe('Depot');
  });

  it('retains a label that several had before, whatever else changes', async () => {
    const [one, two] = [
      await accounts.create(tenant, wanted),
      await accounts.create(tenant, wanted),
    ];
    await intake.db.owner.query('alter table carrier_accounts no force row level security');
    await intake.db.owner.query(`update carrier_accounts set label = 'Twin' where id = any($1)`, [
      [one.id, two.id],
    ]);
    await intake.db.owner.query('alter table carrier_accounts force row level security');
    const capped = await accounts.patch(tenant, one.id, () => ({
      label: 'Twin',
      caps: { perDay: 7 },
    }));
    expect(capped).toMatchObject({ label: 'Twin', caps: { perDay: 7 } });
  });
});
