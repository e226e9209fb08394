import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import type { EgressOutcome, EgressRequest } from '../../../platform/net/egress.ts';
import type { SignInFlow } from './flow.ts';
import { createOpenId, type OpenId, type RequestedProvider } from './openid.ts';

/** A provider of the test's own at a given address, and the egress that leads to it. */
const ISSUER = 'https://login.company.example';
const BACK = 'https://hub.example/console/sign-in/with/p/back';
const HELD = { kind: 'failed', reason: 'timeout', detail: 'no answer in time' } as const;
const clock = { nowMs: () => nowMs };
let nowMs = 0;
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let others: typeof keys;
let published: { keys: object[] };
let requests: Omit<EgressRequest, 'body'>[];
let posted: string[];
/** The provider's false answers. */
let lies: Record<string, EgressOutcome>;
let claims: JWTPayload;
let sign: (payload: JWTPayload) => Promise<string>;
let openId: OpenId;

const provider: RequestedProvider = {
  id: 'p',
  issuer: ISSUER,
  clientId: 'waybill',
  clientSecret: 'a secret',
  changedAtMs: 1,
};
const flow: SignInFlow = {
  providerId: 'p',
  purpose: { kind: 'sign-in', next: '/console' },
  endsAtMs: 0,
  state: 'the-state',
  nonce: 'the-nonce',
  verifier: 'v'.repeat(43),
};

function json(body: object, status = 200): EgressOutcome {
  const headers = { 'content-type': 'application/json' };
  return { kind: 'answer', status, headers, text: JSON.stringify(body), truncated: false };
}

const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/auth`,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/keys`,
  userinfo_endpoint: `${ISSUER}/me`,
};

async function answer(url: string): Promise<EgressOutcome> {
  const path = url.slice(ISSUER.length);
  const lie = lies[path];
  if (lie !== undefined) return lie;
  if (path === '/.well-known/openid-configuration') return json(METADATA);
  if (path === '/keys') return json(published);
  if (path !== '/token') return json({}, 404);
  const token = { access_token: 'a', token_type: 'Bearer', id_token: await sign(claims) };
  return json(token);
}

beforeAll(async () => {
  keys = await generateKeyPair('RS256', { extractable: true });
  others = await generateKeyPair('RS256', { extractable: true });
  published = {
    keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }],
  };
});

beforeEach(() => {
  [requests, posted, lies, nowMs] = [[], [], {}, 1_000_000];
  const nowS = Math.floor(Date.now() / 1_000);
  claims = { iss: ISSUER, aud: 'waybill', sub: 'u1', nonce: 'the-nonce', iat: nowS };
  claims.exp = nowS + 600;
  sign = (payload) =>
    new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'k' }).sign(keys.privateKey);
  openId = createOpenId({
    clock,
    egress: {
      get: (request) => {
        requests.push(request);
        return answer(request.url);
      },
      post: (request) => {
        requests.push(request);
        posted.push(String(request.body));
        return answer(request.url);
      },
    },
  });
});

const callbackUrl = (more: Record<string, string> = {}) =>
  new URL(`${BACK}?${new URLSearchParams({ code: 'c', state: 'the-state', ...more })}`);
const end = (url = callbackUrl(), of: SignInFlow = flow) => openId.end(provider, of, url);

it('asks for a code with PKCE, state and nonce, and shows its secret in no address', async () => {
  const begun = await openId.begin(provider, flow, BACK);
  const url = new URL(begun.kind === 'done' ? begun.url : '');
  expect(url.origin + url.pathname).toBe(`${ISSUER}/auth`);
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    response_type: 'code',
    client_id: 'waybill',
    redirect_uri: BACK,
    state: 'the-state',
    nonce: 'the-nonce',
    code_challenge_method: 'S256',
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    scope: 'openid email profile',
  });
  expect(await end()).toMatchObject({ kind: 'done', account: { subject: 'u1', email: null } });
  const form = new URLSearchParams(posted[0]);
  expect(Object.fromEntries(form)).toMatchObject({
    grant_type: 'authorization_code',
    code: 'c',
    redirect_uri: BACK,
    code_verifier: flow.verifier,
  });
  expect(JSON.stringify([begun, posted])).not.toContain('secret');
  const authorization = requests.find(({ url: of }) => of === `${ISSUER}/token`)?.headers;
  expect(authorization?.['authorization']).toMatch(/^Basic /);
  // Every request is encrypted and has a time limit.
  for (const each of requests) expect(each).toMatchObject({ requireTls: true, timeoutMs: 10_000 });
});

it('takes an address only if the provider says, as a plain yes, that it has verified it', async () => {
  const emails: unknown[] = [];
  for (const verified of [true, false, 'true', 1, undefined]) {
    Object.assign(claims, { email: 'a@company.example', email_verified: verified });
    const ended = await end();
    emails.push(ended.kind === 'done' && ended.account.email);
  }
  expect(emails).toEqual(['a@company.example', null, null, null, null]);
});

it('asks for the address once more where somebody joins, and reveals no other account', async () => {
  const joining: SignInFlow = { ...flow, purpose: { kind: 'join', token: 't' } };
  const me = { email: 'a@company.example', email_verified: true };
  lies['/me'] = json({ ...me, sub: 'u1' });
  expect(await end(callbackUrl(), joining)).toMatchObject({ account: { email: me.email } });
  lies['/me'] = json({ ...me, sub: 'u2' });
  expect(await end(callbackUrl(), joining)).toEqual({ kind: 'fault', fault: 'untrue' });
});

it('rejects a token that is not for this sign-in, or not signed by the provider', async () => {
  const honest = { ...claims };
  const nowS = Math.floor(Date.now() / 1_000);
  const wrong: readonly (readonly [string, JWTPayload])[] = [
    ['nonce', { ...honest, nonce: 'another' }],
    ['no nonce', Object.fromEntries(Object.entries(honest).filter(([name]) => name !== 'nonce'))],
    ['audience', { ...honest, aud: 'another' }],
    ['issuer', { ...honest, iss: 'https://evil.example' }],
    ['expired', { ...honest, iat: nowS - 7_200, exp: nowS - 3_600 }],
    ['empty subject', { ...honest, sub: '' }],
    ['long subject', { ...honest, sub: 'x'.repeat(256) }],
    ['other party', { ...honest, aud: ['waybill', 'another'], azp: 'another' }],
    ['issuer with a path', { ...honest, iss: `${ISSUER}/` }],
    ['issued later', { ...honest, iat: nowS + 3_600, nbf: nowS + 3_600 }],
    ['no subject', Object.fromEntries(Object.entries(honest).filter(([name]) => name !== 'sub'))],
  ];
  for (const [what, payload] of wrong) {
    claims = payload;
    expect([what, await end()]).toEqual([what, { kind: 'fault', fault: 'untrue' }]);
  }
  claims = honest;
  expect((await end()).kind).toBe('done');
  sign = (payload) =>
    new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'k' }).sign(others.privateKey);
  expect(await end()).toEqual({ kind: 'fault', fault: 'untrue' });
  const part = (of: object) => Buffer.from(JSON.stringify(of)).toString('base64url');
  sign = async (payload) => `${part({ alg: 'none' })}.${part(payload)}.`;
  expect(await end()).toEqual({ kind: 'fault', fault: 'untrue' });
  // Signed with the public key as if it were a shared secret.
  sign = (payload) =>
    new SignJWT(payload)
      .setProtectedHeader({ alg: 'HS256', kid: 'k' })
      .sign(new TextEncoder().encode('a secret'.padEnd(64)));
  expect(await end()).toEqual({ kind: 'fault', fault: 'untrue' });
});

it('exchanges no code for another state or issuer', async () => {
  const others = [
    callbackUrl({ state: 'another' }),
    new URL(`${BACK}?code=c`),
    new URL(`${BACK}?code=c&code=d&state=the-state`),
    callbackUrl({ iss: 'https://evil.example' }),
  ];
  for (const url of others) {
    expect([url.search, await end(url)]).toEqual([url.search, { kind: 'fault', fault: 'untrue' }]);
  }
  expect(posted).toEqual([]);
});

it('says in its own words what a provider refuses', async () => {
  const text = '<b>Call 0900 1234</b>';
  const denied = new URL(`${BACK}?error=access_denied&error_description=${text}&state=the-state`);
  expect(await end(denied)).toEqual({ kind: 'fault', fault: 'denied' });
  const other = new URL(`${BACK}?error=server_error&error_description=${text}&state=the-state`);
  expect(await end(other)).toEqual({ kind: 'fault', fault: 'refused' });
  lies['/token'] = json({ error: 'invalid_client', error_description: text }, 401);
  expect(await end()).toEqual({ kind: 'fault', fault: 'client' });
  lies['/token'] = json({ error: 'invalid_grant', error_description: text }, 400);
  expect(await end()).toEqual({ kind: 'fault', fault: 'refused' });
  lies['/token'] = HELD;
  expect(await end()).toEqual({ kind: 'fault', fault: 'unreachable' });
});

it('checks an issuer: it must answer, as OpenID Connect, by its own name', async () => {
  const at = '/.well-known/openid-configuration';
  expect(await openId.check(ISSUER)).toEqual({ kind: 'done', issuer: ISSUER });
  const answers: readonly (readonly [EgressOutcome, string])[] = [
    [HELD, 'unreachable'],
    [{ kind: 'refused', reason: 'address', detail: 'webhooks.usePublicAddress' }, 'refused_url'],
    [json({ ...METADATA, issuer: 'https://evil.example' }), 'no_provider'],
    [json({}, 404), 'no_provider'],
    [json({ ...METADATA, authorization_endpoint: 'javascript:alert(1)' }), 'no_provider'],
    [json({ issuer: ISSUER }), 'no_provider'],
    [{ ...json(METADATA), text: '<html>', kind: 'answer' } as EgressOutcome, 'no_provider'],
    [{ ...json(METADATA), truncated: true } as EgressOutcome, 'no_provider'],
  ];
  for (const [lie, fault] of answers) {
    lies[at] = lie;
    expect(await openId.check(ISSUER)).toEqual({ kind: 'fault', fault });
  }
  expect((await createOpenIdThatFails().check('not a url')).kind).toBe('fault');
});

it('takes no issuer that speaks for many companies', async () => {
  const template = 'https://login.microsoftonline.com/{tenantid}/v2.0';
  const get = async () => json({ ...METADATA, issuer: template });
  const entra = createOpenId({ clock, egress: { get, post: get } });
  for (const issuer of ['https://login.microsoftonline.com/common/v2.0', template]) {
    expect(await entra.check(issuer)).toEqual({ kind: 'fault', fault: 'any_tenant' });
  }
});

function createOpenIdThatFails(): OpenId {
  const fail = async (): Promise<EgressOutcome> => HELD;
  return createOpenId({ clock, egress: { get: fail, post: fail } });
}

it('asks for a configuration once for all, again after ten minutes, and after a change', async () => {
  const reads = () => requests.filter(({ url }) => url.endsWith('openid-configuration')).length;
  const begin = (of = provider) => openId.begin(of, flow, BACK);
  await Promise.all([begin(), begin(), begin()]);
  await begin();
  expect(reads()).toBe(1);
  await begin({ ...provider, changedAtMs: 2 });
  expect(reads()).toBe(2);
  nowMs += 10 * 60_000;
  await begin();
  expect(reads()).toBe(3);
  // A provider that is down is not called for a moment, and then called again.
  lies['/.well-known/openid-configuration'] = HELD;
  nowMs += 10 * 60_000;
  expect([(await begin()).kind, (await begin()).kind, reads()]).toEqual(['fault', 'fault', 4]);
  lies = {};
  nowMs += 5_000;
  expect([(await begin()).kind, reads()]).toEqual(['done', 5]);
  // Its keys are cached, too.
  await end();
  await end();
  expect(requests.filter(({ url }) => url === `${ISSUER}/keys`)).toHaveLength(1);
});
