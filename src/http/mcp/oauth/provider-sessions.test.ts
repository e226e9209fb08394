import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  allowProgram,
  listPrograms,
  type MemberSession,
  READ_SCOPES,
  redeemCode,
  registerClient,
  requireSecondFactor,
  type SignInWay,
} from '../../../merchants/index.ts';
import { openTestDesk } from '../../console/kit/test-desk.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { connectAgent } from '../test-agent.ts';

/** A program has no rights that the session lacks in which somebody allowed it. */

const REDIRECT = 'http://127.0.0.1:33418/callback';
const VERIFIER = 'v'.repeat(43);
const PROVIDER = '0190a000-0000-7000-8000-000000000001';

let hub: TestHub;
let shop = '';
let userId = '';
const query = (text: string, values: unknown[] = []) =>
  hub.db.pipeline.query<Record<string, string>>(text, values);

beforeAll(async () => {
  hub = await createTestHub();
  const desk = await openTestDesk(hub, hub.members);
  await desk.member('anna@shop.example', 'analyst');
  const members = await query(
    `select user_id, merchant_id from memberships where role = 'analyst'`,
  );
  ({ user_id: userId = '', merchant_id: shop = '' } = members.rows[0] ?? {});
  await query(
    `insert into identity_providers (id, merchant_id, name, issuer, vouches, created_at, changed_at)
     values ($1, $2, 'Company', 'https://id.example', true, now(), now())`,
    [PROVIDER, shop],
  );
});
afterAll(() => hub?.close());

function session(way: SignInWay, merchantId = shop) {
  const actor = { kind: 'user', id: userId } as MemberSession['actor'];
  return { actor, way, tenant: { merchantId, mode: 'test' as const } };
}

/** A program that somebody allowed in a session to read, recipients included. */
async function allowed(way: SignInWay, merchantId = shop): Promise<string> {
  const client = await registerClient(hub.members, { name: 'Program', redirectUris: [REDIRECT] });
  const resource = `${hub.url}/mcp`;
  const codeChallenge = createHash('sha256').update(VERIFIER).digest('base64url');
  const asked = { client, resource, redirectUri: REDIRECT, codeChallenge, scopes: READ_SCOPES };
  const consent = { ...asked, ...session(way, merchantId), seesPeople: true };
  const code = await allowProgram(hub.members, consent);
  const sent = { clientId: client.id, redirectUri: REDIRECT, verifier: VERIFIER, resource };
  return (await redeemCode(hub.members, code, sent))?.access ?? '';
}

async function toolsOf(access: string): Promise<number> {
  try {
    const agent = await connectAgent(hub, access);
    const tools = await agent.tools();
    await agent.close();
    return tools.length;
  } catch {
    return 0;
  }
}

const PASSWORD = { kind: 'password' } as const;
const byProvider = (vouched: boolean) => ({ kind: 'provider', id: PROVIDER, vouched }) as const;

it('a provider makes nobody’s program an operator’s', async () => {
  await query('insert into operators values ($1, $2, now())', [userId, 'write']);
  const key = await hub.newKey({ merchant: 'other' });
  expect(await toolsOf(await allowed(PASSWORD, key.tenant.merchantId))).toBeGreaterThan(0);
  expect(await toolsOf(await allowed(byProvider(false), key.tenant.merchantId))).toBe(0);
  await query('delete from operators where user_id = $1', [userId]);
});

it('the provider’s second step counts for programs as long as it counts for sessions', async () => {
  await requireSecondFactor(hub.members, shop, true);
  const [vouched, other] = [await allowed(byProvider(true)), await allowed(byProvider(false))];
  expect(await toolsOf(vouched)).toBeGreaterThan(0);
  expect(await toolsOf(other)).toBe(0);
  await query('update identity_providers set vouches = false');
  expect(await toolsOf(vouched)).toBe(0);
  await query('update identity_providers set vouches = true');
  await requireSecondFactor(hub.members, shop, false);
});

it('an operator without the required second step has no program either', async () => {
  await query('insert into operators values ($1, $2, now())', [userId, 'write']);
  const access = await allowed(PASSWORD);
  expect(await toolsOf(access)).toBeGreaterThan(0);
  await requireSecondFactor(hub.members, shop, true);
  expect(await toolsOf(access)).toBe(0);
  await requireSecondFactor(hub.members, shop, false);
  await query('delete from operators where user_id = $1', [userId]);
});

it('a session that a provider opened lists the programs of its merchant only', async () => {
  await query('delete from oauth_grants');
  const elsewhere = (await hub.newKey({ merchant: 'elsewhere' })).tenant.merchantId;
  await allowed(PASSWORD, elsewhere);
  await allowed(PASSWORD);
  expect(await listPrograms(hub.members, session(PASSWORD))).toHaveLength(2);
  const [only, ...more] = await listPrograms(hub.members, session(byProvider(false)));
  expect([only?.merchant === 'elsewhere', more]).toEqual([false, []]);
});

it('access that was given by a provider’s account ends with it', async () => {
  const access = await allowed(byProvider(false));
  expect(await toolsOf(access)).toBeGreaterThan(0);
  await query('delete from identity_providers');
  expect(await toolsOf(access)).toBe(0);
});
