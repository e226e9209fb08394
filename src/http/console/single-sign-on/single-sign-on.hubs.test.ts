import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  ensureMerchant,
  invite,
  openMemberSession,
  requireSecondFactor,
} from '../../../merchants/index.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { csrfOf } from '../hub/test-console.ts';
import { openTestDesk, PASSWORD, type TestDesk } from '../kit/test-desk.ts';
import { CLIENT, openTestCompany, TestBrowser, type TestCompany } from './test-company.ts';

/** Signing in at the desk with company accounts, using `oidc-provider`. */
const AT = '/console/identity-providers';
let hub: TestHub;
let desk: TestDesk;
let company: TestCompany;
let other: TestCompany;
let shop: string;
/** The hub's id of the company's provider. */
let id: string;

const ANNA = { sub: 'anna-1', email: 'anna@shop.example', isVerified: true };

beforeAll(async () => {
  company = await openTestCompany();
  other = await openTestCompany();
  hub = await createTestHub();
  desk = await openTestDesk(hub, hub.members);
  const { rows } = await hub.db.pipeline.query<{ id: string }>('select id from merchants');
  shop = rows[0]?.id ?? '';
  id = await add(company, 'Company');
  await desk.member('anna@shop.example', 'support');
  const anna = await signedIn('anna@shop.example');
  company.who = ANNA;
  expect(await connect(anna)).toBe('/console/connections?done=connected');
});
afterAll(async () => {
  await hub?.close();
  await company?.close();
  await other?.close();
});
/** Refills the rate limits. */
beforeEach(() => hub.clock.advance(600_000));

async function ownerDoes(path: string, form: Readonly<Record<string, string>>) {
  const owner = await signedIn('owner@shop.example');
  return send(owner, path, form);
}

/** Submits a form of the desk, with the token of one of its pages. */
async function send(as: TestBrowser, path: string, form: Readonly<Record<string, string>>) {
  const page = await as.go(`${hub.url}/console/password`);
  return as.go(hub.url + path, { form: { csrf: csrfOf(page.text), ...form } });
}

/** An owner sets up a provider, and registers the hub with the company. */
async function add(of: TestCompany, name: string): Promise<string> {
  const added = await ownerDoes(AT, { name, issuer: of.issuer });
  const made = /identity-providers\/([0-9a-f-]{36})$/.exec(added.url.pathname)?.[1] ?? '';
  const redirectUri = /<code>([^<]+\/back)<\/code>/.exec(added.text)?.[1] ?? '';
  expect(redirectUri).toBe(`${hub.url}/console/sign-in/with/${made}/back`);
  of.register(redirectUri);
  const client = { name, client_id: CLIENT.id, client_secret: CLIENT.secret };
  const saved = await ownerDoes(`${AT}/${made}`, client);
  expect([saved.url.search, saved.text.includes(CLIENT.secret)]).toEqual(['?done=saved', false]);
  return made;
}

async function signedIn(email: string): Promise<TestBrowser> {
  const browser = new TestBrowser();
  const page = await browser.go(`${hub.url}/console/sign-in`);
  const form = { csrf: csrfOf(page.text), email, password: PASSWORD };
  await browser.go(`${hub.url}/console/sign-in`, { form });
  return browser;
}

/** Connects the account signed in at the company; returns the final page. */
async function connect(as: TestBrowser, of = id): Promise<string> {
  const page = await send(as, '/console/connections', { do: 'connect', provider: of });
  const link = /<a href="(http[^"]+\/auth[^"]*)"/.exec(page.text)?.[1] ?? '';
  const ended = await as.go(link.replaceAll('&amp;', '&'));
  return ended.url.pathname + ended.url.search;
}

const begin = (of = id, more = '') => `${hub.url}/console/sign-in/with/${of}${more}`;
const isBack = (url: URL) => url.pathname.endsWith('/back');

/** The URL to which the company would redirect a browser that signs in. */
async function backOf(browser: TestBrowser, of = id, more = ''): Promise<string> {
  return (await browser.go(begin(of, more), { until: isBack })).url.href;
}

async function opens(browser: TestBrowser): Promise<boolean> {
  return (await browser.go(`${hub.url}/console/shipments`)).url.pathname === '/console/shipments';
}

const endOf = ({ url }: { readonly url: URL }) => url.pathname + url.search;

it('an owner adds it by its issuer, which must respond as one', async () => {
  const wrong: readonly (readonly [issuer: string, words: string])[] = [
    ['login.example.com', 'as a URL'],
    ['javascript:alert(1)', 'as a URL'],
    ['http://10.0.0.1/', 'may not call'],
    ['http://169.254.169.254/latest', 'may not call'],
    ['http://127.0.0.1:1', 'may not call'],
    [hub.url, 'is not OpenID Connect'],
    [company.issuer, 'one with this issuer'],
  ];
  for (const [issuer, words] of wrong) {
    const page = await ownerDoes(AT, { name: 'Wrong', issuer });
    expect([issuer, page.status, page.text.includes(words)]).toEqual([issuer, 422, true]);
  }
  // Each makes the hub send a request: the limit allows a few at a time.
  const owner = await signedIn('owner@shop.example');
  const page: string[] = [];
  for (let i = 0; i < 12; i += 1) {
    page.push((await send(owner, AT, { name: 'Wrong', issuer: 'http://127.0.0.1:1' })).text);
  }
  expect(page.at(-1)).toContain('Too many issuers');
  const { rows } = await hub.db.pipeline.query('select * from identity_providers');
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain(CLIENT.secret);
  const shown = await (await signedIn('owner@shop.example')).go(`${hub.url}/console/security`);
  expect(shown.text).toContain(company.issuer);
});

it('a member with a connected account signs in with it, and reaches the requested page', async () => {
  company.who = ANNA;
  const browser = new TestBrowser();
  const page = await browser.go(`${hub.url}/console/sign-in?next=/console/import`);
  const link = /href="(\/console\/sign-in\/with\/[^"]+)"/.exec(page.text)?.[1] ?? '';
  const ended = await browser.go(hub.url + link.replaceAll('&amp;', '&'));
  expect([ended.status, ended.url.pathname]).toEqual([200, '/console/import']);
  expect(ended.text).toContain('support of the shop');
  const owner = await signedIn('owner@shop.example');
  const audit = await owner.go(`${hub.url}/console/actions`);
  expect(audit.text).toContain('connected Company');
  // The company's subject ids are in no table and no log.
  const { rows } = await hub.db.pipeline.query('select * from member_identities');
  expect(JSON.stringify(rows) + hub.log()).not.toContain(ANNA.sub);
  // No redirect to other sites.
  const led = await new TestBrowser().go(begin(id, '?next=https://evil.example/'));
  expect([led.url.origin, led.url.pathname]).toEqual([hub.url, '/console']);
});

it('an account that nobody has connected is rejected, whatever its address', async () => {
  company.who = { sub: 'anna-2', email: ANNA.email, isVerified: true };
  const browser = new TestBrowser();
  const ended = await browser.go(begin());
  expect(endOf(ended)).toBe('/console/sign-in?done=sso-nobody');
  expect([ended.text.includes('not connected'), await opens(browser)]).toEqual([true, false]);
  // Issuer and subject together identify an account.
  const second = await add(other, 'Another company');
  other.who = ANNA;
  expect(endOf(await new TestBrowser().go(begin(second)))).toBe('/console/sign-in?done=sso-nobody');
  const owner = await signedIn('owner@shop.example');
  other.who = { ...ANNA, sub: 'olga-1' };
  expect(await connect(owner, second)).toBe('/console/connections?done=connected');
  expect((await new TestBrowser().go(begin(second))).text).toContain('Olga Owner');
  // And an account belongs to one member only.
  company.who = ANNA;
  expect(await connect(owner)).toBe('/console/connections?done=sso-taken');
});

it('completes only in the browser that began it, once, soon, and with its own state and code', async () => {
  company.who = ANNA;
  const victim = new TestBrowser();
  const back = await backOf(victim);
  // Sent to another browser, it signs nobody in (login CSRF), and still works in its own.
  const stranger = new TestBrowser();
  expect(endOf(await stranger.go(back))).toBe('/console/sign-in?done=sso-elsewhere');
  const begun = new TestBrowser();
  const own = await backOf(begun);
  expect(endOf(await begun.go(back))).toBe('/console/sign-in?done=sso-elsewhere');
  // Another sign-in's code with one's own state: PKCE verifier and nonce do not match.
  const mixed = new URL(own);
  mixed.searchParams.set('code', new URL(back).searchParams.get('code') ?? '');
  expect(endOf(await begun.go(mixed.href))).toMatch(
    /^\/console\/sign-in\?done=sso-(refused|untrue)$/,
  );
  // HEAD requests use nothing up.
  await victim.go(back, { method: 'HEAD' });
  const thief = victim.copy();
  expect((await victim.go(back)).url.pathname).toBe('/console');
  expect(endOf(await thief.go(back))).toBe('/console/sign-in?done=sso-again');
  expect(await opens(thief)).toBe(false);

  const late = new TestBrowser();
  const old = await backOf(late);
  hub.clock.advance(15 * 60_000 + 1);
  expect(endOf(await late.go(old))).toBe('/console/sign-in?done=sso-elsewhere');
});

it('asks for confirmation on arrival from another site, and begins nothing', async () => {
  const path = begin(id, '?next=/console/import&join=a%26b').slice(hub.url.length);
  for (const site of ['cross-site', 'same-site']) {
    const page = await desk.visit(path, '', undefined, { 'sec-fetch-site': site });
    expect([page.status, page.headers.getSetCookie()]).toEqual([200, []]);
    const link = `href="/console/sign-in/with/${id}?next=%2Fconsole%2Fimport&amp;join=a%26b"`;
    expect(page.text).toContain(link);
  }
  for (const site of ['same-origin', 'none']) {
    const begun = await desk.visit(begin().slice(hub.url.length), '', undefined, {
      'sec-fetch-site': site,
    });
    expect([begun.status, begun.headers.getSetCookie()]).toEqual([303, [expect.any(String)]]);
  }
});

it('takes one attempt per client address for each sign-in', async () => {
  company.who = ANNA;
  for (let i = 0; i < 11; i += 1) {
    expect((await new TestBrowser().go(begin())).url.pathname).toBe('/console');
  }
});

it('a provider’s response is rejected for another one, and its error is shown in our words', async () => {
  const { rows } = await hub.db.pipeline.query<{ id: string }>(
    `select id from identity_providers where name = 'Another company'`,
  );
  company.who = ANNA;
  const browser = new TestBrowser();
  const back = await backOf(browser);
  const swapped = await browser.go(back.replace(id, rows[0]?.id ?? ''));
  expect(endOf(swapped)).toBe('/console/sign-in?done=sso-elsewhere');
  const named = new URL(back);
  named.searchParams.set('iss', other.issuer);
  expect(endOf(await browser.go(named.href))).toBe('/console/sign-in?done=sso-untrue');

  company.who = null;
  const cancelled = await new TestBrowser().go(begin());
  expect(endOf(cancelled)).toBe('/console/sign-in?done=sso-denied');
  expect([cancelled.text.includes('pressed Cancel'), cancelled.text.includes('0900')]).toEqual([
    ...[true, false],
  ]);
  expect(hub.log()).not.toContain('0900 1234');
});

it('gives a new session, and ends the previous one', async () => {
  company.who = ANNA;
  const browser = await signedIn('anna@shop.example');
  const before = browser.copy();
  expect(await opens(before)).toBe(true);
  await browser.go(begin());
  expect([await opens(browser), await opens(before)]).toEqual([true, false]);
  // A planted session is not reused.
  const planted = `waybill_desk=${'A'.repeat(43)}`;
  const page = await desk.visit(begin().slice(hub.url.length), planted);
  expect([page.status, page.headers.getSetCookie().join().includes('waybill_desk=A')]).toEqual([
    ...[303, false],
  ]);
  const given = page.headers.getSetCookie().find((each) => each.startsWith('waybill_desk_flow='));
  expect(given).toMatch(
    /^waybill_desk_flow=[\w-]+; Max-Age=900; Path=\/console\/sign-in\/with; HttpOnly; SameSite=Lax$/,
  );
});

it('shows that merchant only, and changes nothing that applies at others', async () => {
  const elsewhere = await ensureMerchant(hub.db.pipeline, {
    id: crypto.randomUUID(),
    slug: 'elsewhere',
    name: 'Elsewhere',
  });
  const { token } = await invite(hub.members, elsewhere.id, {
    email: 'anna@shop.example',
    role: 'owner',
  });
  const byPassword = await signedIn('anna@shop.example');
  const join = await byPassword.go(`${hub.url}/console/join/${token}`);
  const form = { csrf: csrfOf(join.text), password: PASSWORD };
  await byPassword.go(`${hub.url}/console/join/${token}`, { form });
  company.who = ANNA;
  const browser = new TestBrowser();
  const page = await browser.go(begin());
  expect([page.url.pathname, page.text.includes('Elsewhere')]).toEqual(['/console', false]);
  const to = (merchant: string, mode: string) =>
    send(browser, '/console/switch', { of: `${merchant} ${mode}` });
  expect((await to(elsewhere.id, 'test')).status).toBe(404);
  expect((await to(shop, 'live')).status).toBe(200);
  expect((await to(shop, 'test')).status).toBe(200);
  expect((await send(browser, '/console/second-factor', { do: 'begin' })).status).toBe(409);
  expect((await send(browser, '/console/password', { next: 'a new password' })).status).toBe(422);
  // With two merchants, the user names theirs first.
  const signIn = await new TestBrowser().go(`${hub.url}/console/sign-in`);
  expect([signIn.text.includes('Short name of your shop'), signIn.text.includes(id)]).toEqual([
    ...[true, false],
  ]);
  const { rows } = await hub.db.pipeline.query<{ slug: string }>(
    'select slug from merchants where id = $1',
    [shop],
  );
  const found = await new TestBrowser().go(`${hub.url}/console/sign-in/with?shop=${rows[0]?.slug}`);
  expect([found.text.includes('Sign in with Company'), found.text.includes(id)]).toEqual([
    ...[true, true],
  ]);
  for (const shopName of ['elsewhere', 'nobody', '', '<b>']) {
    const none = await new TestBrowser().go(`${hub.url}/console/sign-in/with?shop=${shopName}`);
    expect([none.status, none.text.includes('No shop of this name has sign-in')]).toEqual([
      200,
      true,
    ]);
  }
});

it('requires the second step, unless the provider has checked one and an owner trusts that', async () => {
  await desk.member('bert@shop.example', 'support');
  const bert = await signedIn('bert@shop.example');
  const set = await send(bert, '/console/second-factor', { do: 'begin' });
  const text = /<code class="wrap">([A-Z2-7 ]+)</.exec(set.text)?.[1] ?? '';
  const secret = Secret.fromBase32(text.replaceAll(' ', ''));
  const mark = /name="mark" value="([\w-]+)"/.exec(set.text)?.[1] ?? '';
  const code = () => new TOTP({ secret }).generate({ timestamp: hub.clock.nowMs() });
  await send(bert, '/console/second-factor', { do: 'confirm', mark, code: code() });
  company.who = { sub: 'bert-1', email: 'bert@shop.example', isVerified: true, methods: ['mfa'] };
  expect(await connect(bert)).toBe('/console/connections?done=connected');
  // The provider says so, but no owner here has agreed to trust it.
  const half = new TestBrowser();
  const step = await half.go(begin());
  expect([step.url.pathname, await opens(half)]).toEqual(['/console/sign-in/code', false]);
  // The app shows a new code.
  hub.clock.advance(30_000);
  const codeForm = { csrf: csrfOf(step.text), code: code(), next: '/console' };
  const through = await half.go(`${hub.url}/console/sign-in/code`, { form: codeForm });
  expect(through.url.pathname).toBe('/console');
  // Past the second step, the session is still for this merchant only.
  expect((await send(half, '/console/second-factor', { do: 'off', code: '000000' })).status).toBe(
    422,
  );

  const client = { name: 'Company', client_id: CLIENT.id };
  await ownerDoes(`${AT}/${id}`, { ...client, vouches: 'yes' });
  const vouched = new TestBrowser();
  expect((await vouched.go(begin())).url.pathname).toBe('/console');
  company.who = { ...company.who, methods: ['pwd'] };
  expect((await new TestBrowser().go(begin())).url.pathname).toBe('/console/sign-in/code');
  await ownerDoes(`${AT}/${id}`, client);
  // Its claim is no longer trusted, and Bert has a second factor that was not checked.
  expect(await opens(vouched)).toBe(false);

  // The operator of the provider can use up a member's attempts there, and not at other merchants.
  const guessing = new TestBrowser();
  const guess = await guessing.go(begin());
  const wrong = { csrf: csrfOf(guess.text), code: '000000', next: '/console' };
  const guessed: number[] = [];
  for (let i = 0; i < 12; i += 1) {
    guessed.push((await guessing.go(`${hub.url}/console/sign-in/code`, { form: wrong })).status);
  }
  expect(guessed.filter((status) => status === 403).length).toBeLessThanOrEqual(4);
  expect(guessed.at(-1)).toBe(429);
  hub.clock.advance(60_000);
  const byPassword = await signedIn('bert@shop.example');
  const asks = await byPassword.go(`${hub.url}/console/sign-in/code`);
  const right = { csrf: csrfOf(asks.text), code: code(), next: '/console' };
  const passed = await byPassword.go(`${hub.url}/console/sign-in/code`, { form: right });
  expect(passed.url.pathname).toBe('/console');
});

it('sets up no second factor for a member who meanwhile belongs to another merchant', async () => {
  await desk.member('dora@shop.example', 'support');
  const dora = await signedIn('dora@shop.example');
  company.who = { sub: 'dora-1', email: 'dora@shop.example', isVerified: true };
  expect(await connect(dora)).toBe('/console/connections?done=connected');
  await requireSecondFactor(hub.members, shop, true);
  const half = new TestBrowser();
  const page = await half.go(begin());
  expect(page.url.pathname).toBe('/console/sign-in/enrol');
  await hub.db.pipeline.query(
    `insert into memberships (user_id, merchant_id, role, created_at)
     select user_id, (select id from merchants where slug = 'elsewhere'), 'support', now()
     from member_identities order by created_at desc limit 1`,
  );
  const form = { csrf: csrfOf(page.text), next: '/console' };
  const refused = await half.go(`${hub.url}/console/sign-in/enrol`, { form });
  expect(endOf(refused)).toBe('/console/sign-in?done=sso-enrol');
  await requireSecondFactor(hub.members, shop, false);
});

it('admits new invited members, if the provider has verified their address', async () => {
  const invited = async (email: string) =>
    (await invite(hub.members, shop, { email, role: 'analyst' })).token;
  const token = await invited('Carla@shop.example');
  const offered = await new TestBrowser().go(`${hub.url}/console/join/${token}`);
  expect(offered.text).toContain(`/console/sign-in/with/${id}?join=${token}`);
  const carla = { sub: 'carla-1', email: 'carla@shop.example', isVerified: true };
  for (const wrong of [
    { ...carla, isVerified: false },
    { ...carla, email: 'eve@shop.example' },
  ]) {
    company.who = wrong;
    const refused = await new TestBrowser().go(begin(id, `?join=${token}`));
    expect(endOf(refused)).toBe(`/console/join/${token}?done=sso-mail`);
    expect(refused.text).toContain('has not verified');
  }
  company.who = carla;
  const browser = new TestBrowser();
  const back = await backOf(browser, id, `?join=${token}`);
  const joined = await browser.go(back);
  expect([joined.url.pathname, joined.text.includes('Person carla-1')]).toEqual([
    ...['/console', true],
  ]);
  expect((await new TestBrowser().go(`${hub.url}/console/join/${token}`)).status).toBe(404);
  expect((await new TestBrowser().go(begin())).text).toContain('Person carla-1');
  // She has no password that could be guessed.
  expect((await desk.signIn('carla@shop.example', PASSWORD)).status).toBe(403);

  // An existing account is not added to a merchant by that merchant's own provider.
  company.who = { sub: 'eve-1', email: 'anna@shop.example', isVerified: true };
  const known = await invited('anna@shop.example');
  const refused = await new TestBrowser().go(begin(id, `?join=${known}`));
  expect(endOf(refused)).toBe(`/console/join/${known}?done=sso-known`);
  // Nor by another merchant's.
  const { rows } = await hub.db.pipeline.query<{ id: string }>(
    `select id from merchants where slug = 'elsewhere'`,
  );
  const foreign = await invite(hub.members, rows[0]?.id ?? '', {
    email: 'new@shop.example',
    role: 'owner',
  });
  expect((await new TestBrowser().go(begin(id, `?join=${foreign.token}`))).status).toBe(404);
});

it('is connected only by its member, soon after signing in', async () => {
  company.who = { sub: 'eve-2', email: 'eve@shop.example', isVerified: true };
  await desk.member('eve@shop.example', 'support');
  const eve = await signedIn('eve@shop.example');
  const anna = await signedIn('anna@shop.example');
  // A link from Eve's form, opened by Anna.
  const form = { do: 'connect', provider: id };
  const csrf = csrfOf((await eve.go(`${hub.url}/console/password`)).text);
  const made = await eve.go(`${hub.url}/console/connections`, {
    form: { ...form, csrf },
    until: () => true,
  });
  expect(made.url.pathname).toBe(`/console/sign-in/with/${id}`);
  expect((await anna.go(made.url.href)).status).toBe(403);
  expect((await new TestBrowser().go(made.url.href)).status).toBe(403);
  const forged = await anna.go(`${hub.url}/console/connections`, { form: { ...form, csrf } });
  expect(forged.status).toBe(403);
  // Signing out during the flow connects nothing.
  const page = await eve.go(made.url.href);
  const link = /<a href="(http[^"]+\/auth[^"]*)"/.exec(page.text)?.[1] ?? '';
  const back = (await eve.go(link.replaceAll('&amp;', '&'), { until: isBack })).url.href;
  await send(eve, '/console/sign-out', {});
  expect((await eve.go(back)).url.pathname).toBe('/console/sign-in');
  expect(endOf(await new TestBrowser().go(begin()))).toBe('/console/sign-in?done=sso-nobody');
  const stale = await signedIn('eve@shop.example');
  hub.clock.advance(15 * 60_000 + 1);
  expect((await send(stale, '/console/connections', form)).status).toBe(409);
});

it('ends with the member, the connection and the provider', async () => {
  const signIn = async () => {
    const browser = new TestBrowser();
    await browser.go(begin());
    return browser;
  };
  company.who = ANNA;
  const first = await signIn();
  expect(await opens(first)).toBe(true);
  // A connection that ends between the provider's response and the session opens none.
  const { rows } = await hub.db.pipeline.query<{ user_id: string; password: string }>(
    `select s.user_id, u.password from member_sessions s join users u on u.id = s.user_id
     where s.provider_id = $1 order by s.created_at desc limit 1`,
    [id],
  );
  const { user_id: userId = '', password = '' } = rows[0] ?? {};
  const opened = (provider: string) => {
    const way = { kind: 'provider', id: provider, vouched: false } as const;
    const who = { userId, password, isThrough: false, way };
    return openMemberSession(hub.members, who, { merchantId: shop, mode: 'test' });
  };
  expect([await opened(crypto.randomUUID()), typeof (await opened(id))?.token]).toEqual([
    ...[null, 'string'],
  ]);
  const anna = await signedIn('anna@shop.example');
  await send(anna, '/console/connections', { do: 'disconnect', provider: id });
  expect([await opens(first), await opens(await signIn()), await opens(anna)]).toEqual([
    ...[false, false, true],
  ]);
  expect(await connect(anna)).toBe('/console/connections?done=connected');
  const second = await signIn();
  const members = await (await signedIn('owner@shop.example')).go(`${hub.url}/console/members`);
  const row = members.text.split('<tr').find((each) => each.includes('anna@shop.example')) ?? '';
  const path = /\/console\/members\/[0-9a-f-]{36}/.exec(row)?.[0] ?? '';
  await ownerDoes(path, { role: 'analyst' });
  expect(await opens(second)).toBe(false);
  const third = await signIn();
  expect(await opens(third)).toBe(true);
  await ownerDoes(path, { role: 'none' });
  expect([await opens(third), await opens(await signIn())]).toEqual([false, false]);

  company.who = { sub: 'carla-1', email: 'carla@shop.example', isVerified: true };
  const carla = await signIn();
  expect(await opens(carla)).toBe(true);
  const pages = [`${AT}/${id}`, begin().slice(hub.url.length)];
  await ownerDoes(`${AT}/${id}`, { do: 'remove' });
  expect(await opens(carla)).toBe(false);
  hub.clock.advance(600_000);
  const owner = await signedIn('owner@shop.example');
  for (const each of pages) expect((await owner.go(hub.url + each)).status).toBe(404);
});
