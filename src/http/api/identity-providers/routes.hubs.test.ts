import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { secretOfProvider } from '../../../merchants/index.ts';
import { openTestDesk } from '../../console/kit/test-desk.ts';
import {
  CLIENT,
  openTestCompany,
  type TestCompany,
} from '../../console/single-sign-on/test-company.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { identityProvider, identityProviderList } from './schema.ts';

/** Identity providers through the API, equivalent to the desk. */
const AT = '/v1/identity-providers';
let hub: TestHub;
let company: TestCompany;
let call: Caller;
/** A test key of the same merchant. */
let test: Caller;
let other: Caller;

beforeAll(async () => {
  company = await openTestCompany();
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey({ merchant: 'default', mode: 'live' })).text);
  test = callerOf(hub, (await hub.newKey({ merchant: 'default', mode: 'test' })).text);
  other = callerOf(hub, (await hub.newKey({ merchant: 'other', mode: 'live' })).text);
});
afterAll(async () => {
  await hub?.close();
  await company?.close();
});
/** Refills the rate limits. */
beforeEach(() => hub.clock.advance(600_000));

it('unusable settings are rejected with what, where and how to fix it, and nothing is stored', async () => {
  const wrong: readonly (readonly [
    body: Record<string, unknown>,
    pointer: string,
    words: string,
  ])[] = [
    [{ issuer: company.issuer }, '/name', 'missing'],
    [{ name: 'C'.repeat(61), issuer: company.issuer }, '/name', '60'],
    [{ name: 'Company', issuer: 'login.example.com' }, '/issuer', 'as a URL'],
    [{ name: 'Company', issuer: 'http://10.0.0.1/' }, '/issuer', 'may not call'],
    [{ name: 'Company', issuer: 'http://169.254.169.254/latest' }, '/issuer', 'may not call'],
    [{ name: 'Company', issuer: hub.url }, '/issuer', 'is not OpenID Connect'],
    [{ name: 'Company', issuer: company.issuer, client_secret: '' }, '/client_secret', ''],
    [{ name: 'Company', issuer: company.issuer, vouches: true }, '/vouches', ''],
  ];
  for (const [body, pointer, words] of wrong) {
    const answer = await call('POST', AT, body);
    const errors = answer.body['errors'] as { pointer: string; reason: string; fix: string }[];
    const said = errors.map((each) => `${each.reason} ${each.fix}`).join();
    expect([pointer, answer.status, errors[0]?.pointer]).toEqual([pointer, 422, pointer]);
    expect(said.toLowerCase()).toContain(words.toLowerCase());
  }
  expect((await call('GET', AT)).body['data']).toEqual([]);
});

it('checks of an issuer are rate-limited, by API and desk together', async () => {
  const body = { name: 'Wrong', issuer: 'http://127.0.0.1:1' };
  const statuses: number[] = [];
  for (let i = 0; i < 12; i += 1) statuses.push((await call('POST', AT, body)).status);
  expect(statuses.at(-1)).toBe(429);
});

it('one is added, read, changed and removed; its secret is sealed and never shown', async () => {
  const wanted = { name: 'Company', issuer: `${company.issuer}/.well-known/openid-configuration` };
  const made = await call('POST', AT, wanted);
  expect(made.status).toBe(201);
  const provider = identityProvider.parse(made.body);
  const { id } = provider;
  expect(provider).toMatchObject({
    issuer: company.issuer,
    client_id: null,
    has_client_secret: false,
    trusts_second_step: false,
    redirect_uri: `${hub.url}/console/sign-in/with/${id}/back`,
    sign_in_url: `${hub.url}/console/sign-in/with/${id}`,
  });
  expect((await call('POST', AT, { ...wanted, name: 'Again' })).status).toBe(409);

  const client = { client_id: CLIENT.id, client_secret: CLIENT.secret, trusts_second_step: true };
  const changed = await call('PATCH', `${AT}/${id}`, client);
  expect([changed.status, identityProvider.parse(changed.body)]).toMatchObject([
    200,
    { name: 'Company', client_id: CLIENT.id, has_client_secret: true, trusts_second_step: true },
  ]);
  expect(await secretOfProvider(hub.members, id)).toBe(CLIENT.secret);
  const { rows } = await hub.db.pipeline.query('select * from identity_providers');
  const read = await call('GET', `${AT}/${id}`);
  const listed = await call('GET', AT);
  expect(identityProviderList.parse(listed.body).data).toEqual([read.body]);
  const everything = JSON.stringify(rows) + changed.text + read.text + listed.text + hub.log();
  expect(everything).not.toContain(CLIENT.secret);

  // An absent member stays unchanged; null deletes the secret.
  const renamed = await call('PATCH', `${AT}/${id}`, { name: 'Firm' });
  expect(renamed.body).toMatchObject({ name: 'Firm', has_client_secret: true });
  const nothing = await call('PATCH', `${AT}/${id}`, {});
  expect([nothing.status, nothing.body]).toEqual([200, renamed.body]);
  const open = await call('PATCH', `${AT}/${id}`, { client_secret: null });
  expect(open.body).toMatchObject({ client_id: CLIENT.id, has_client_secret: false });

  // Another merchant does not find it, and a test key changes nothing.
  for (const [method, body] of [['GET'], ['PATCH', { name: 'Theirs' }], ['DELETE']] as const) {
    expect((await other(method, `${AT}/${id}`, body)).status).toBe(404);
  }
  expect((await other('GET', AT)).body['data']).toEqual([]);
  expect((await test('POST', AT, wanted)).status).toBe(403);
  expect((await test('PATCH', `${AT}/${id}`, { name: 'Tried' })).status).toBe(403);
  expect((await test('DELETE', `${AT}/${id}`)).status).toBe(403);
  expect((await test('GET', `${AT}/${id}`)).body['name']).toBe('Firm');

  expect((await call('DELETE', `${AT}/${id}`)).status).toBe(204);
  expect((await call('DELETE', `${AT}/${id}`)).status).toBe(404);
  expect((await call('DELETE', `${AT}/no-id`)).status).toBe(404);
});

it('a key’s actions are in the desk’s audit log, with the key’s name', async () => {
  const desk = await openTestDesk(hub, hub.members);
  const { text } = await desk.visit('/console/actions', desk.owner);
  // Three of the four changed something.
  expect(text.match(/changed sign-in with/g)).toHaveLength(3);
  expect(text).toContain('API key “');
  expect(text).toContain('removed sign-in with company accounts (API)');
  expect(text).toContain(`Company, ${company.issuer}`);
});
