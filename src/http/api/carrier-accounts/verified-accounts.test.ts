import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CarrierAdapter } from '../../../adapters/index.ts';
import type { CredentialVerdict } from '../../../intake/index.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, TEST_NOW_MS, type TestHub } from '../../testing/test-hub.ts';
import type { CheckedCredentials } from './credential-check.ts';
import { carrierAccount, carrierAccountList } from './schema.ts';

let hub: TestHub;
let call: Caller;
let adapter: CarrierAdapter;
let verdict: CredentialVerdict;
let seen: CheckedCredentials[];
let during: () => Promise<void>;
const stored: string[] = [];

beforeAll(async () => {
  hub = await createTestHub({
    credentialCheck: {
      async verify(candidate) {
        seen.push(candidate);
        await during();
        return verdict;
      },
      stored: async ({ id }) => void stored.push(id),
    },
  });
  call = callerOf(hub, (await hub.newKey()).text);
  const found = hub.adapters
    .list()
    .find(({ access, webhook }) => access?.token !== undefined && webhook !== undefined);
  if (found === undefined) throw new Error('no carrier has tokens and webhooks');
  adapter = found;
});
afterAll(() => hub.close());
beforeEach(() => {
  verdict = { state: 'verified' };
  seen = [];
  during = async () => {};
});

const PLANTED = 'planted-credential-0815';
const ANSWER = 'the token endpoint answered 401';
const REFUSED: CredentialVerdict = {
  state: 'refused',
  reason: { 'values.verbatim': { text: ANSWER } },
};

let bodies = 0;
/** Each has its own label. */
function body(more: Readonly<Record<string, unknown>> = {}) {
  bodies += 1;
  const fields = adapter.access?.credentials ?? [];
  const credentials = Object.fromEntries(
    fields.filter(({ required }) => required).map(({ name }) => [name, `${PLANTED}-${name}`]),
  );
  return {
    carrier: adapter.manifest.name,
    label: `Main ${bodies}`,
    environment: 'sandbox',
    credentials,
    ...more,
  };
}

const all = async () =>
  carrierAccountList.parse((await call('GET', '/carrier-accounts')).body).data;

async function created(more: Readonly<Record<string, unknown>> = {}) {
  const made = await call('POST', '/carrier-accounts', body(more));
  expect(made.status).toBe(201);
  return carrierAccount.parse(made.body);
}

describe('a new account', () => {
  it('is stored when the carrier accepts its credentials, with the time of verification', async () => {
    const { id, verification } = await created();
    expect(verification).toEqual({
      state: 'verified',
      reason: null,
      at: new Date(TEST_NOW_MS).toISOString(),
    });
    expect(seen).toMatchObject([{ id: null, environment: 'sandbox', mode: 'test' }]);
    expect(stored).toContain(id);
  });

  it('is rejected with the carrier’s reason, and nothing is stored, when it does not', async () => {
    verdict = REFUSED;
    const before = await all();
    const answer = await call('POST', '/carrier-accounts', body());
    expect(answer.status).toBe(422);
    expect(answer.body['errors']).toMatchObject([
      { pointer: '/credentials', reason: expect.stringContaining(ANSWER) },
    ]);
    expect(await all()).toEqual(before);
  });

  it('is stored unverified, with the reason, when the carrier gives no verdict', async () => {
    verdict = { state: 'unverified', reason: 'accounts.carrierAnswersLate' };
    expect((await created()).verification).toMatchObject({
      state: 'unverified',
      reason: 'the carrier did not answer in time',
    });
    const due = await hub.accounts.takeToVerify(10, 1_000);
    expect(due).toEqual([]);
    hub.clock.advance(31_000);
    expect(await hub.accounts.takeToVerify(10, 1_000)).toHaveLength(1);
  });

  it('is stored without a check on ?verify=false, and checked later', async () => {
    verdict = REFUSED;
    const made = await call('POST', '/carrier-accounts?verify=false', body());
    expect(made.status).toBe(201);
    expect(carrierAccount.parse(made.body).verification).toMatchObject({ state: 'unverified' });
    expect(seen).toEqual([]);
    expect(await hub.accounts.takeToVerify(10, 1_000)).not.toContain(made.body['id']);
    hub.clock.advance(31_000);
    expect(await hub.accounts.takeToVerify(10, 1_000)).toContain(made.body['id']);
    const odd = await call('POST', '/carrier-accounts?verify=perhaps', body());
    expect([odd.status, odd.text.includes('?verify')]).toEqual([422, true]);
  });

  it('for pushes only needs no check', async () => {
    const push = hub.adapters.carriers().find(({ webhook }) => webhook)?.manifest.name;
    const sent = { carrier: push, label: 'Pushes', webhook_secrets: ['a-test-secret'] };
    const made = await call('POST', '/carrier-accounts', sent);
    expect(carrierAccount.parse(made.body).verification).toBeNull();
    expect(seen).toEqual([]);
  });

  it('may coexist with others of the same carrier, each by its name', async () => {
    const [one, two] = [await created({ label: 'North' }), await created({ label: 'South' })];
    const labels = (await all()).filter(({ id }) => [one.id, two.id].includes(id));
    expect(labels.map(({ label }) => label).sort()).toEqual(['North', 'South']);
  });
});

describe('changed credentials', () => {
  const change = { credentials: { client_secret: `${PLANTED}-new` } };
  const secretOf = async (id: string) =>
    (await hub.accounts.forPolling(id, { fresh: true }))?.credentials['client_secret'];

  it('are verified together with the unchanged ones, and not stored when rejected', async () => {
    const { id } = await created();
    verdict = REFUSED;
    const refused = await call('PATCH', `/carrier-accounts/${id}`, change);
    expect([refused.status, await secretOf(id)]).toEqual([422, `${PLANTED}-client_secret`]);
    expect(seen.at(-1)).toMatchObject({
      id,
      credentials: { client_id: `${PLANTED}-client_id`, client_secret: `${PLANTED}-new` },
    });
    verdict = { state: 'verified' };
    hub.clock.advance(5_000);
    const answer = await call('PATCH', `/carrier-accounts/${id}`, change);
    expect([answer.status, await secretOf(id)]).toEqual([200, `${PLANTED}-new`]);
    const at = new Date(hub.clock.nowMs()).toISOString();
    expect(carrierAccount.parse(answer.body).verification).toMatchObject({ state: 'verified', at });
  });

  it('are not checked when only something else changes', async () => {
    const { id } = await created();
    const renamed = await call('PATCH', `/carrier-accounts/${id}`, { label: 'Other' });
    expect([renamed.status, seen.length]).toEqual([200, 1]);
  });

  it('lose against another request that changed them during the check', async () => {
    const { id } = await created();
    during = async () => {
      during = async () => {};
      const other = { credentials: { client_secret: `${PLANTED}-faster` } };
      expect((await call('PATCH', `/carrier-accounts/${id}`, other)).status).toBe(200);
    };
    const slower = await call('PATCH', `/carrier-accounts/${id}`, change);
    expect([slower.status, await secretOf(id)]).toEqual([409, `${PLANTED}-faster`]);
  });
});

describe('a credential', () => {
  it('is in no log at any level, response, metric or description', async () => {
    const texts: string[] = [];
    const { id } = await created({ webhook_secrets: [`${PLANTED}-hook`] });
    for (const state of [
      REFUSED,
      { state: 'unverified', reason: 'accounts.hubPollsNone' } as const,
    ]) {
      verdict = state;
      texts.push((await call('POST', '/carrier-accounts', body())).text);
      const patch = { credentials: { client_secret: `${PLANTED}-next` } };
      texts.push((await call('PATCH', `/carrier-accounts/${id}`, patch)).text);
    }
    // Every kind of invalid body that a client can send.
    for (const odd of [
      JSON.stringify(body()).slice(0, -2),
      JSON.stringify(body({ [PLANTED]: PLANTED })),
      JSON.stringify(body({ credentials: { [PLANTED]: PLANTED } })),
      JSON.stringify(body({ credentials: { client_id: `${PLANTED}\u0000` } })),
      JSON.stringify(body({ credentials: { client_id: [PLANTED] } })),
      JSON.stringify(body({ webhook_secrets: [[PLANTED]] })),
    ]) {
      texts.push((await call('POST', '/carrier-accounts', odd)).text.replaceAll(`/${PLANTED}`, ''));
    }
    texts.push((await call('GET', `/carrier-accounts/${id}`)).text);
    texts.push((await call('GET', '/carrier-accounts')).text);
    const anyone = callerOf(hub, null);
    for (const path of ['/metrics', '/openapi.json', '/healthz', '/readyz']) {
      texts.push((await anyone('GET', path)).text);
    }
    const { rows } = await hub.db.owner.query(
      'select data::text, previous_attributes::text from event_log',
    );
    texts.push(JSON.stringify(rows), hub.log());
    expect(hub.log()).toContain('createCarrierAccount');
    for (const text of texts) expect(text).not.toContain(PLANTED);
  });
});
