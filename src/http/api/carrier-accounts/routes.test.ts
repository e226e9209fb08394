import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CarrierAdapter } from '../../../adapters/index.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { AccountHealth } from '../../../poller/index.ts';
import { type Answered, type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { carrierList } from '../carriers/schema.ts';
import { carrierAccount, carrierAccountList } from './schema.ts';

const HEALTH: AccountHealth = {
  state: 'quota_near',
  since: '2026-03-10T11:00:00.000Z',
  reason: '80% of the day is spent',
  budget: [{ window: 'day', limit: 250, used: 201, resets_at: '2026-03-11T00:00:00.000Z' }],
  push: { state: 'none', since: null, subscriptions: 0, reason: null },
  targets: { active: 3, due: 1, overdue: 0 },
};

let hub: TestHub;
let call: Caller;
let live: Caller;
let tenant: Tenant;
/** An adapter that can be polled, and has several secrets and a test system. */
let adapter: CarrierAdapter;
let withHealth: string | null = null;
const rotated: string[] = [];
let changes = 0;
beforeAll(async () => {
  hub = await createTestHub({
    polling: {
      explain: async () => null,
      refresh: async () => ({ outcome: 'no_account' }),
      health: async (_, id) => (id === withHealth ? HEALTH : null),
      credentialsChanged: async (id) => void rotated.push(id),
      ruleChanged: async () => {},
      accountsChanged: () => {
        changes += 1;
      },
    },
  });
  const key = await hub.newKey();
  ({ tenant } = key);
  call = callerOf(hub, key.text);
  live = callerOf(hub, (await hub.newKey({ mode: 'live' })).text);
  const found = hub.adapters
    .list()
    .find(
      ({ access }) =>
        access !== undefined &&
        access.origins.test !== null &&
        access.credentials.filter(({ required }) => required).length > 1,
    );
  if (found === undefined) throw new Error('no carrier can be asked at a test system');
  adapter = found;
});
afterAll(() => hub.close());

const SECRET = 'a-planted-test-secret';

function credentials(): Record<string, string> {
  const fields = adapter.access?.credentials ?? [];
  return Object.fromEntries(
    fields.filter(({ required }) => required).map(({ name }) => [name, `${SECRET}-${name}`]),
  );
}

let bodies = 0;
/** Each has its own label. */
function body(more: Readonly<Record<string, unknown>> = {}) {
  bodies += 1;
  return {
    carrier: adapter.manifest.name,
    label: `Main ${bodies}`,
    credentials: credentials(),
    ...more,
  };
}

function pointers(answer: Answered): string[] {
  return ((answer.body['errors'] ?? []) as { pointer: string }[]).map(({ pointer }) => pointer);
}

describe('credentials', () => {
  it('that the carrier does not use, or that are missing, are named one by one', async () => {
    const [first = '', ...rest] = Object.keys(credentials());
    const { [first]: _, ...lacking } = credentials();
    const answer = await call(
      'POST',
      '/carrier-accounts',
      body({
        credentials: { ...lacking, [rest[0] ?? 'other']: 'x', nonsense: SECRET },
      }),
    );
    expect(answer.status).toBe(422);
    expect(pointers(answer)).toEqual(['/credentials/nonsense', `/credentials/${first}`]);
    expect(answer.text).not.toContain(SECRET);
    const [unknown] = answer.body['errors'] as { fix: string }[];
    expect(unknown?.fix).toContain(first);
  });

  it.each([[{ Bad: 'x' }], [{ client_id: '' }], [{ client_id: 7 }], [[]], ['text']])(
    'of an invalid form are rejected: %j',
    async (odd) => {
      const answer = await call('POST', '/carrier-accounts', body({ credentials: odd }));
      expect(answer.status).toBe(422);
      expect(pointers(answer)[0]).toMatch(/^\/credentials/);
    },
  );

  it('are trimmed at the ends, and rejected with invisible characters inside', async () => {
    const [name = ''] = Object.keys(credentials());
    const pasted = { ...credentials(), [name]: '  a-key\r\n' };
    expect((await call('POST', '/carrier-accounts', body({ credentials: pasted }))).status).toBe(
      201,
    );
    for (const odd of ['a\nkey', 'a\tkey', 'a\u200bkey']) {
      const sent = body({ credentials: { ...credentials(), [name]: odd } });
      const answer = await call('POST', '/carrier-accounts', sent);
      expect([answer.status, ...pointers(answer)]).toEqual([422, `/credentials/${name}`]);
      expect(JSON.stringify(answer.body)).toContain('invisible character');
    }
  });

  it('or a webhook secret are required: an account with neither is rejected', async () => {
    const answer = await call('POST', '/carrier-accounts', body({ credentials: {} }));
    expect([answer.status, ...pointers(answer)]).toEqual([422, '/credentials']);
  });

  it('are accepted and never returned, and are listed by name', async () => {
    const made = await call('POST', '/carrier-accounts', body());
    expect(made.status).toBe(201);
    const account = carrierAccount.parse(made.body);
    expect(account.credentials).toEqual(Object.keys(credentials()).sort());
    const one = await call('GET', `/carrier-accounts/${account.id}`);
    const list = await call('GET', '/carrier-accounts');
    carrierAccountList.parse(list.body);
    for (const { text } of [made, one, list]) expect(text).not.toContain(SECRET);
    expect(hub.log()).not.toContain(SECRET);
    expect(await hub.accounts.forPolling(account.id)).toMatchObject({
      credentials: credentials(),
    });
  });

  it('are rotated one by one, and a required one cannot be removed', async () => {
    const { id } = carrierAccount.parse((await call('POST', '/carrier-accounts', body())).body);
    const [name = ''] = Object.keys(credentials());
    const path = `/carrier-accounts/${id}`;
    const lacking = await call('PATCH', path, { credentials: { [name]: null } });
    expect([lacking.status, ...pointers(lacking)]).toEqual([422, `/credentials/${name}`]);
    await call('PATCH', path, { label: 'Only the name' });
    expect(rotated).toEqual([]);
    const changed = await call('PATCH', path, {
      label: 'Renamed',
      credentials: { [name]: 'rotated' },
      caps: { calls_per_day: 100 },
    });
    expect(carrierAccount.parse(changed.body)).toMatchObject({
      label: 'Renamed',
      caps: { calls_per_hour: null, calls_per_day: 100 },
    });
    expect(rotated).toEqual([id]);
    expect((await hub.accounts.forPolling(id))?.credentials).toEqual({
      ...credentials(),
      [name]: 'rotated',
    });
    expect((await call('PATCH', path, {})).status).toBe(422);
    expect((await call('PATCH', path, { caps: { calls_per_day: 0 } })).status).toBe(422);
    expect((await live('PATCH', path, { label: 'theirs' })).status).toBe(404);
    expect((await call('PATCH', '/carrier-accounts/no-id', { label: 'x' })).status).toBe(404);
    const all = Object.fromEntries(Object.keys(credentials()).map((each) => [each, null]));
    expect((await call('PATCH', path, { credentials: all })).body['credentials']).toEqual([]);
  });

  it('and accounts that are added, changed or removed are announced, a mere rename is not', async () => {
    const write = async (method: 'POST' | 'PATCH' | 'DELETE', at: string, sent?: object) => {
      const before = changes;
      const { body: answered } = await call(method, at, sent);
      return { times: changes - before, id: answered['id'] };
    };
    const { times, id } = await write('POST', '/carrier-accounts', body());
    const at = `/carrier-accounts/${id}`;
    expect(times).toBe(1);
    expect((await write('PATCH', at, { label: 'Only the name' })).times).toBe(0);
    expect((await write('PATCH', at, { credentials: credentials() })).times).toBe(1);
    expect((await write('DELETE', at)).times).toBe(1);
    expect((await write('DELETE', at)).times).toBe(0);
  });

  it('and all secrets of an account are deleted together with it', async () => {
    const { body: made } = await call('POST', '/carrier-accounts', body());
    expect((await call('DELETE', `/carrier-accounts/${made['id']}`)).status).toBe(204);
    const { rows } = await hub.db.pipeline.query(
      `select credentials, webhook_secrets, credential_names, verify_at from carrier_accounts
       where id = $1`,
      [made['id']],
    );
    const nothing = { credentials: null, webhook_secrets: null, credential_names: [] };
    expect(rows).toEqual([{ ...nothing, verify_at: null }]);
    expect(await hub.accounts.forPolling(String(made['id']), { fresh: true })).toMatchObject({
      credentials: {},
      webhookSecrets: [],
    });
  });
});

describe('the environment', () => {
  it('is the real system for live keys and never for test keys', async () => {
    const made = async (by: Caller, environment?: string) => {
      const sent = body(environment === undefined ? {} : { environment });
      const answer = await by('POST', '/carrier-accounts', sent);
      return answer.status === 201 ? answer.body['environment'] : pointers(answer)[0];
    };
    expect(await made(live)).toBe('production');
    expect(await made(live, 'production')).toBe('production');
    expect(await made(live, 'sandbox')).toBe('/environment');
    expect(await made(live, 'carrier_test')).toBe('/environment');
    expect(await made(call)).toBe('carrier_test');
    expect(await made(call, 'sandbox')).toBe('sandbox');
    expect(await made(call, 'production')).toBe('/environment');
    expect(await made(call, 'nowhere')).toBe('/environment');
  });
});

describe('health', () => {
  it('is returned with the account, and null before its first call', async () => {
    const account = await hub.accounts.create(tenant, {
      carrier: adapter.manifest.name,
      label: 'x',
      credentials: credentials(),
    });
    const path = `/carrier-accounts/${account.id}`;
    expect(carrierAccount.parse((await call('GET', path)).body).health).toBeNull();
    withHealth = account.id;
    expect(carrierAccount.parse((await call('GET', path)).body).health).toEqual(HEALTH);
    expect((await live('GET', path)).status).toBe(404);
  });
});

describe('a carrier', () => {
  it('lists the credentials for polling, and its systems', async () => {
    const { data } = carrierList.parse((await call('GET', '/carriers')).body);
    const own = data.find(({ id }) => id === adapter.manifest.name);
    expect(own?.credentials).toEqual(adapter.access?.credentials);
    expect(own?.environments).toEqual(['production', 'carrier_test', 'sandbox']);
    expect(own?.sources).toBeNull();
  });
});

describe('the rule of a bridge', () => {
  const bridge = (more: Readonly<Record<string, unknown>> = {}) => ({
    carrier: 'aftership',
    label: crypto.randomUUID(),
    credentials: { api_key: SECRET },
    ...more,
  });
  const make = async (rule?: unknown) =>
    call('POST', '/carrier-accounts?verify=false', bridge(rule === undefined ? {} : { rule }));

  it('is stored, changed and removed', async () => {
    const rule = { monthly_cap: 500, carriers: ['dpd'], countries: ['DE'] };
    const { status, body: made } = await make(rule);
    expect(status).toBe(201);
    const path = `/carrier-accounts/${String(made['id'])}`;
    expect((await call('GET', path)).body['rule']).toEqual(rule);
    const wider = { monthly_cap: 9, carriers: null, countries: null };
    expect((await call('PATCH', path, { rule: wider })).body['rule']).toEqual(wider);
    await call('PATCH', path, { rule: { monthly_cap: 0 } });
    expect((await call('GET', path)).body['rule']).toBeUndefined();
  });

  it.each([
    [{ monthly_cap: -1 }, ['/rule/monthly_cap']],
    [{ monthly_cap: 1.5 }, ['/rule/monthly_cap']],
    [{ monthly_cap: '5' }, ['/rule/monthly_cap']],
    [{ carriers: ['dpd'] }, ['/rule/monthly_cap']],
    [{ monthly_cap: 5, carriers: 'dpd' }, ['/rule/carriers']],
    [{ monthly_cap: 5, carriers: ['dpd', 'nobody'] }, ['/rule/carriers/1']],
    [{ monthly_cap: 5, countries: ['de', 'DEU'] }, ['/rule/countries/0', '/rule/countries/1']],
    [
      { monthly_cap: 5, carriers: ['nobody'], countries: ['?'] },
      ['/rule/carriers/0', '/rule/countries/0'],
    ],
    [{ monthly_cap: 5, cap: 1 }, ['/rule/cap']],
    ['all', ['/rule']],
  ])('is refused with 422 and pointers: %j', async (rule, expected) => {
    const made = await make(rule);
    expect([made.status, pointers(made)]).toEqual([422, expected]);
    const { body: account } = await make({ monthly_cap: 1 });
    const path = `/carrier-accounts/${String(account['id'])}`;
    const changed = await call('PATCH', path, { rule });
    expect([changed.status, pointers(changed)]).toEqual([422, expected]);
    expect((await call('GET', path)).body['rule']).toMatchObject({ monthly_cap: 1 });
  });

  it('is refused for an account that is no bridge’s', async () => {
    const answer = await call(
      'POST',
      '/carrier-accounts?verify=false',
      body({ rule: { monthly_cap: 1 } }),
    );
    expect([answer.status, pointers(answer)]).toEqual([422, ['/rule']]);
  });
});

it('a bridge that signs with published keys takes https URLs only as secrets', async () => {
  const send = (secrets: readonly string[]) =>
    call('POST', '/carrier-accounts?verify=false', {
      carrier: 'shipengine',
      label: crypto.randomUUID(),
      webhook_secrets: secrets,
    });
  const refused = await send([
    'https://keys.test/jwks',
    SECRET,
    'http://keys.test',
    'file:/etc/passwd',
  ]);
  expect([refused.status, pointers(refused)]).toEqual([
    422,
    ['/webhook_secrets/1', '/webhook_secrets/2', '/webhook_secrets/3'],
  ]);
  expect(JSON.stringify(refused.body)).not.toContain(SECRET);
  expect((await send(['https://keys.test/jwks'])).status).toBe(201);
});
