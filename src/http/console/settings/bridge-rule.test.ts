import { afterAll, beforeAll, expect, it } from 'vitest';
import { bootstrap } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { openTestDesk, type TestDesk } from '../kit/test-desk.ts';

let hub: TestHub;
let desk: TestDesk;
let id = '';
let merchantId = '';
/** The accounts whose whole health was read. */
const healthOf: string[] = [];
const AT = '/console/carriers';

beforeAll(async () => {
  const nothing = async () => {};
  hub = await createTestHub({
    polling: {
      explain: async () => null,
      refresh: async () => ({ outcome: 'no_account' }),
      async health(_, accountId) {
        healthOf.push(accountId);
        return null;
      },
      credentialsChanged: nothing,
      ruleChanged: nothing,
      accountsChanged() {},
    },
  });
  const keys = { db: hub.db, clock: hub.clock, randomBytes: systemRandom };
  ({ merchantId } = await bootstrap(keys, 'wb_test_bootstrap_not_a_secret'));
  desk = await openTestDesk(hub, hub.members);
  const account = await hub.accounts.create(
    { merchantId, mode: 'test' },
    { carrier: 'aftership', label: 'main', credentials: { api_key: 'test-key' } },
  );
  ({ id } = account);
});
afterAll(() => hub.close());

/** Sends the form of the account's rule. */
async function send(form: Readonly<Record<string, string>>) {
  hub.clock.advance(600_000);
  return desk.visit(`${AT}/${id}`, desk.owner, { do: 'rule', ...form });
}

async function stored() {
  const page = await desk.visit(AT, desk.owner);
  return ['monthly_cap', 'rule_carriers', 'rule_countries'].map(
    (name) => new RegExp(`name="${name}"[^>]*value="([^"]*)"`).exec(page.text)?.[1] ?? '',
  );
}

it('a rule is stored as it was entered, with capital letters for countries', async () => {
  const answer = await send({
    monthly_cap: ' 500 ',
    rule_carriers: 'dpd, gls; bpost',
    rule_countries: 'de,FR',
  });
  expect(answer.status).toBe(303);
  expect(await stored()).toEqual(['500', 'dpd, gls, bpost', 'DE, FR']);
});

it('a rule with a cap alone is for all carriers and countries', async () => {
  expect((await send({ monthly_cap: '3' })).status).toBe(303);
  expect(await stored()).toEqual(['3', '', '']);
});

it.each([
  [{ monthly_cap: 'many' }, 'monthly_cap'],
  [{ monthly_cap: '-1' }, 'monthly_cap'],
  [{ monthly_cap: '1.5' }, 'monthly_cap'],
  [{ monthly_cap: '5', rule_carriers: 'dpd, no-such-carrier' }, 'rule_carriers'],
  [{ monthly_cap: '5', rule_countries: 'DE, Germany' }, 'rule_countries'],
])('a rule with %j is refused at its field, with what was entered', async (form, field) => {
  const before = await stored();
  const { status, text } = await send(form);
  expect(status).toBe(422);
  expect(text).toMatch(new RegExp(`<input id="${field}"[^>]*aria-invalid="true"`));
  expect(text).toContain(`id="${field}-fault"`);
  for (const value of Object.values(form)) expect(text).toContain(`value="${value}"`);
  expect(await stored()).toEqual(before);
});

it('without a cap, nothing is registered any more', async () => {
  await send({ monthly_cap: '7' });
  expect((await send({ monthly_cap: '' })).status).toBe(303);
  expect(await stored()).toEqual(['', '', '']);
});

it('accounts say what is wrong with their polls; only of bridges, the whole health is read', async () => {
  for (const label of ['one', 'two']) {
    const account = await hub.accounts.create(
      { merchantId, mode: 'test' },
      {
        ...{ carrier: 'dhl', label, credentials: { api_key: 'test-key' } },
        verdict: { state: 'verified' },
      },
    );
    await hub.db.pipeline.query(
      `insert into account_states (account_id, merchant_id, mode, carrier, health, health_since)
       values ($1, $2, 'test', 'dhl', 'unreachable', now())`,
      [account.id, merchantId],
    );
  }
  healthOf.length = 0;
  const { text } = await desk.visit(AT, desk.owner);
  expect(text.match(/>unreachable · </g)).toHaveLength(2);
  expect(healthOf).toEqual([id]);
});
