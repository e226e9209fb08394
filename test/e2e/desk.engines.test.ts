import type { Browser, Page, Request } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DELIVERIES_DESK } from '../../src/fleet/pages/table.ts';
import type { DeskRow } from '../../src/http/console/kit/desk-row.ts';
import { DESK } from '../../src/http/console/kit/table.ts';
import { CLIENT, openTestCompany } from '../../src/http/console/single-sign-on/test-company.ts';
import { callerOf } from '../../src/http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../src/http/testing/test-hub.ts';
import { randomFrom } from '../../src/kernel/seeded-random.ts';
import {
  addProvider,
  bootstrap,
  changeProvider,
  inviteFirstOwner,
} from '../../src/merchants/index.ts';
import { systemRandom } from '../../src/platform/clock.ts';
import {
  axeFaults,
  CHROMIUM,
  clickThrough,
  closePages,
  DESKTOP,
  HAS_CHROMIUM,
  hardToUseAnywhere,
  openPage,
  PATIENCE_MS,
  PHONE,
  sharedBrowser,
} from './tracking-page-browser.ts';

/** The desk in a real browser, without script. */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

/** A key and a password for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
const PASSWORD = 'four words are enough';

/** Pages of the desk that other tests check, or that are not pages of their own. */
const CHECKED_ELSEWHERE = [
  '/console/deliveries/:id',
  '/console/deliveries/assign',
  '/console/deliveries/couriers/:id',
  '/console/deliveries/couriers/:id/edit',
  '/console/deliveries/couriers/:id/enrolment',
  '/console/exceptions/:id/preview',
  '/console/join/:token',
  '/console/look/preview',
  '/console/messages/:template/:language/preview',
  '/console/palette',
  '/console/shipments/:id/preview',
  '/console/shipments/:id/reports/:report',
  '/console/sign-in',
  '/console/sign-in/code',
  '/console/sign-in/enrol',
  '/console/sign-in/link/:token',
  '/console/sign-in/with/:id',
  '/console/sign-in/with/:id/back',
  '/console/write/preview',
];

/** Pages of the desk, except those of operators, without any of these URLs. */
function unseen(addresses: readonly string[]): readonly string[] {
  const pages = Object.values<DeskRow>({ ...DESK, ...DELIVERIES_DESK }).filter(
    ({ path, method, mediaType }) =>
      method === 'GET' && mediaType === undefined && !path.startsWith('/console/hub'),
  );
  const isPage = (path: string) => pages.some((page) => page.path === path);
  const isOf = (pattern: string, path = '') =>
    isPage(path)
      ? path === pattern
      : new RegExp(`^${pattern.replaceAll(/:\w+/g, '[^/]+')}$`).test(path);
  const left = pages.filter(
    ({ path }) => !addresses.some((each) => isOf(path, each.split('?')[0])),
  );
  return left.map(({ path }) => path).sort();
}

describe.skipIf(!HAS_CHROMIUM)('the desk', () => {
  let hub: TestHub;
  let browser: Browser;
  let shipment: string;
  let provider: string;
  let endpoint: string;
  let delivery: string;
  let report: string;
  let exception: string;
  let shop: string;
  /** With which a program asks for access. */
  let request: string;
  beforeAll(async () => {
    [hub, browser] = await Promise.all([createTestHub(), sharedBrowser()]);
    const keys = { db: hub.db, clock: hub.clock, randomBytes: systemRandom };
    const { merchantId } = await bootstrap(keys, KEY);
    const company = { name: 'Company', issuer: 'https://login.a-company-with-a-long-name.example' };
    provider = (await addProvider(hub.members, merchantId, company)) ?? '';
    const client = { name: 'Company', clientId: 'waybill', clientSecret: 'x', vouches: true };
    await changeProvider(hub.members, merchantId, provider, client);
    const call = callerOf(hub, KEY);
    for (const index of [1, 2, 3]) {
      const { body } = await call('POST', '/v1/shipments', {
        carrier: 'fleet',
        order_id: `A-VERY-LONG-ORDER-NUMBER-1000000000${index}`,
        tags: ['spring-sale'],
        recipient: { name: 'Ada Byron', email: `ada${index}@example.com` },
      });
      shipment = String(body['id']);
    }
    const made = await call('POST', '/v1/exceptions', { shipment_id: shipment, kind: 'damaged' });
    exception = String(made.body['id']);
    const hook = { url: `${hub.url}/a-long-path/that-nobody/listens-to/but-which-has-to-fit` };
    endpoint = String((await call('POST', '/v1/webhook-endpoints', hook)).body['id']);
    const tested = await call('POST', `/v1/webhook-endpoints/${endpoint}/test`);
    delivery = String(tested.body['delivery_id']);
    const generic = { platform: 'generic', url: `${hub.url}/statuses` };
    shop = String((await call('POST', '/v1/shops', generic)).body['id']);
    const file = 'tracking_number,carrier\n,dhl\n=1+1,nobody\n';
    const imported = await call('POST', '/v1/shipments/import', file, {
      'content-type': 'text/csv',
    });
    report = String(imported.body['id']);
    const redirect = 'http://127.0.0.1:33418/callback';
    const program = { client_name: 'Helpful assistant', redirect_uris: [redirect] };
    const { body } = await call('POST', '/oauth/register', program);
    const asked = { client_id: String(body['client_id']), redirect_uri: redirect };
    const challenge = { code_challenge: 'c'.repeat(43), code_challenge_method: 'S256' };
    const scope = 'shipments:read exceptions:read shipments:write exceptions:write';
    const code = { response_type: 'code', ...challenge, scope };
    request = String(new URLSearchParams({ ...asked, ...code }));
  });
  afterEach(async () => {
    await closePages(browser);
  });
  afterAll(async () => {
    await closePages(browser);
    await hub?.close();
  });

  async function signIn(page: Page): Promise<void> {
    await page.goto(`${hub.url}/console`);
    await page.getByLabel('Key').fill(KEY);
    await page.getByRole('button', { name: 'Open the console' }).click();
    await page.getByRole('heading', { name: 'Home' }).waitFor();
  }

  it('is opened by the first owner’s link, with the keyboard, and shows a parcel that was searched', async () => {
    const token = await inviteFirstOwner(hub.members);
    const { page, complaints } = await openPage(browser, {
      viewport: DESKTOP,
      javaScriptEnabled: false,
    });
    await page.goto(`${hub.url}/console/join/${token}`);
    await page.getByLabel('Email').focus();
    for (const text of ['owner@shop.example', 'Olga Owner', PASSWORD]) {
      await page.keyboard.type(text);
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    await page.getByRole('searchbox').fill('ADA2@example.com');
    await page.keyboard.press('Enter');
    await page.getByRole('row').nth(1).waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
    await page.getByLabel(/^Choose /).check();
    await page.locator('.bulk summary').click();
    await page.locator('#new-tag').fill('call back');
    await clickThrough(page.getByRole('button', { name: 'Add tag' }));
    await page.getByText('1 parcel now has the tag “call back”.').waitFor();
    await clickThrough(page.locator('tr[data-row] a').first());
    await page.getByText('ada2@example.com').waitFor();
    expect(await page.getByLabel('Tags, separated by commas').inputValue()).toBe(
      'spring-sale, call back',
    );
    expect(complaints).toEqual([]);
  });

  it('has a table with keyboard shortcuts, which can be turned off', async () => {
    const { page, complaints } = await openPage(browser, { viewport: DESKTOP });
    await signIn(page);
    await page.goto(`${hub.url}/console/shipments`);
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
    const numbers = await page.locator('tr[data-row] a').allTextContents();
    for (const key of ['j', 'j', 'k', 'ArrowDown', 'x']) await page.keyboard.press(key);
    expect(await focused()).toBe(numbers[1]?.trim());
    expect(await page.locator('tr[data-row]').nth(1).getByRole('checkbox').isChecked()).toBe(true);
    await page.keyboard.press('?');
    expect(await page.getByText('select the row').isVisible()).toBe(true);
    expect(await axeFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.keyboard.type('j/k?');
    expect(await page.getByRole('searchbox').inputValue()).toBe('j/k?');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByLabel('Shortcuts of a single key are on').uncheck();
    await page.reload();
    await page.keyboard.press('j');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY');
    await page.evaluate(() => localStorage.clear());
    await page.reload();
    await page.keyboard.press('j');
    const opened = page.waitForURL(/shipments\/[0-9a-f-]{36}$/);
    await page.keyboard.press('Enter');
    await opened;
    expect(complaints).toEqual([]);
  });

  it('lets a member connect a company account, and sign in with it', async () => {
    const company = await openTestCompany();
    try {
      company.who = { sub: 'olga-1', email: 'owner@shop.example', isVerified: true };
      const { page, complaints } = await openPage(browser, {
        viewport: PHONE,
        javaScriptEnabled: false,
      });
      await page.goto(`${hub.url}/console/sign-in`);
      await page.getByLabel('Email').first().fill('owner@shop.example');
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'Home' }).waitFor();
      await page.goto(`${hub.url}/console/security`);
      await page.locator('summary', { hasText: 'Add single sign-on' }).click();
      await page.getByLabel('Name, as members know it').fill('Nordlicht');
      await page.getByLabel('Issuer').fill(company.issuer);
      await page.getByRole('button', { name: 'Continue' }).click();
      const redirectUri = await page.locator('code', { hasText: '/back' }).textContent();
      company.register(redirectUri ?? '');
      await page.getByLabel('Client ID').fill(CLIENT.id);
      await page.getByLabel('Client secret').fill(CLIENT.secret);
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved. Members connect').waitFor();
      await page.goto(`${hub.url}/console/connections`);
      await page.getByRole('button', { name: 'Connect Nordlicht' }).click();
      await page.getByRole('link', { name: 'Continue to 127.0.0.1' }).click();
      await page.getByText('Connected: you can now').waitFor();
      await page.locator('.thumb-bar > details > summary').click();
      await page.locator('.thumb-bar').getByText('Olga Owner').click();
      await page.locator('.thumb-bar').getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('link', { name: 'Sign in with Nordlicht' }).click();
      await page.getByRole('heading', { name: 'Home' }).waitFor();
      expect(complaints).toEqual([]);
    } finally {
      await company.close();
    }
  });

  it('previews branding on input, and by a button without script', async () => {
    for (const javaScriptEnabled of [true, false]) {
      const { page } = await openPage(browser, { viewport: DESKTOP, javaScriptEnabled });
      await signIn(page);
      await page.goto(`${hub.url}/console/look`);
      await page.getByLabel('Shop name').fill('Nordlicht Keramik');
      if (!javaScriptEnabled)
        await page.getByRole('button', { name: 'Show in the preview' }).click();
      await page.frameLocator('iframe').getByText('Nordlicht Keramik').first().waitFor();
    }
  });

  it.each([
    '/console/shipments/new',
    '/console/look',
    '/console/messages/out_for_delivery/de',
    '/console/write?id=',
  ])('keeps what is typed into %s while its previews come late', async (path) => {
    const random = randomFrom(path.length);
    const { page } = await openPage(browser, { viewport: DESKTOP });
    await signIn(page);
    await page.goto(`${hub.url}${path}${path.endsWith('=') ? shipment : ''}`);
    let awaited = 0;
    await page.route(/(new|preview)$/, (route) => {
      awaited += 1;
      const answer = () => route.continue().catch(() => {});
      setTimeout(() => void answer().finally(() => (awaited -= 1)), random.below(2_000));
    });
    const written = page.locator('form[data-preview] :is(input[type=text], textarea)');
    const fields = (await written.filter({ visible: true }).all()).slice(0, 3);
    const values = () => Promise.all(fields.map((each) => each.inputValue()));
    const typed = (await values()).map((value) => `${value}Franz Huber`);
    for (const field of fields) {
      await field.focus();
      await page.keyboard.press('Control+End');
      for (const key of 'Franz Huber')
        await page.keyboard.type(key, { delay: 20 + random.below(180) });
    }
    await expect.poll(() => awaited, { timeout: PATIENCE_MS }).toBe(0);
    expect(await values()).toEqual(typed);
  });

  it.each([
    ['before', '1Z999AA10123456784'],
    ['between press and release', '1Z999AA10123456793'],
  ])('loses no click on a button for which a preview comes %s', async (when, number) => {
    const { page } = await openPage(browser, { viewport: PHONE });
    await signIn(page);
    await page.goto(`${hub.url}/console/shipments/new`);
    let answer = () => {};
    const isAnswered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const isGuess = (sent: Request) => sent.postData()?.includes('do=guess') === true;
    await page.route(/new$/, async (route) => {
      if (isGuess(route.request())) await isAnswered;
      await route.continue().catch(() => {});
    });
    const guess = page.waitForRequest(isGuess);
    await page.getByLabel('Tracking number').fill(number);
    const asked = await guess;
    await page.getByRole('button', { name: 'Add parcel' }).hover();
    await page.mouse.down();
    if (when !== 'before') {
      answer();
      await (await asked.response())?.finished();
      // The page has the answer before this one.
      await page.evaluate(async () => void (await fetch('/healthz')));
    }
    await page.mouse.up();
    await page.getByText('The parcel has been added').waitFor();
    answer();
  });

  it('keeps what is typed and chosen while a form is being rejected', async () => {
    const { page } = await openPage(browser, { viewport: DESKTOP });
    await signIn(page);
    await page.goto(`${hub.url}/console/shipments/new`);
    let answer = () => {};
    await page.route(/new$/, (route) => {
      answer = () => void route.continue();
    });
    await page.getByLabel('Tracking number').fill('???');
    const sent = page.waitForRequest((request) => !request.postData()?.includes('do=guess'));
    await page.getByRole('button', { name: 'Add parcel' }).click();
    await sent;
    await page.getByRole('radio', { name: 'By SMS' }).check();
    await page.locator('#name').pressSequentially('Franz');
    answer();
    await page.locator('#number-fault, #carrier-fault').first().waitFor();
    await page.keyboard.type(' Huber');
    const name = await page.locator('#name').inputValue();
    const isSms = await page.getByRole('radio', { name: 'By SMS' }).isChecked();
    expect([name, isSms]).toEqual(['Franz Huber', true]);
  });

  it('opens a rejected form at the first invalid field, with what is wrong', async () => {
    const { page } = await openPage(browser, { viewport: PHONE });
    await signIn(page);
    await page.goto(`${hub.url}/console/look`);
    await page.getByLabel('Brand colour').fill('blue');
    await page.getByRole('button', { name: 'Save' }).click();
    const field = page.locator('[aria-invalid=true]');
    await field.waitFor();
    expect(await field.evaluate((each) => each === document.activeElement)).toBe(true);
    const said = page.locator('#color-fault');
    expect(await said.textContent()).toBe('It cannot be used. Write a colour as #rrggbb.');
    const top = (await said.boundingBox())?.y ?? -1;
    expect([top > 0, top < PHONE.height]).toEqual([true, true]);
    expect(await axeFaults(page)).toEqual([]);
  });

  it('is readable and usable on a phone, and on a desktop in the dark', async () => {
    const { page, complaints } = await openPage(browser);
    await page.goto(`${hub.url}/console/sign-in`);
    expect(await hardToUseAnywhere(page)).toEqual([]);
    await signIn(page);
    const looked = [
      '/console',
      '/console/shipments?carrier=fleet',
      '/console/shipments/new',
      '/console/demo',
      `/console/shipments/${shipment}`,
      `/console/shipments/${shipment}/redirect`,
      `/console/write?id=${shipment}`,
      '/console/exceptions',
      `/console/exceptions/${exception}`,
      '/console/deliveries',
      '/console/deliveries/couriers',
      '/console/deliveries/couriers/new',
      '/console/deliveries/shifts',
      '/console/deliveries/map',
      '/console/analytics',
      '/console/import',
      '/console/move',
      `/console/import/${report}`,
      '/console/messages?tab=rules',
      '/console/messages/out_for_delivery/de',
      '/console/retention',
      '/console/shops',
      '/console/shops?platform=woocommerce',
      `/console/shops/${shop}`,
      '/console/webhooks',
      `/console/webhooks/${endpoint}`,
      `/console/webhooks/${endpoint}/deliveries/${delivery}`,
      '/console/keys',
      '/console/members',
      '/console/actions',
      '/console/password',
      '/console/setup',
      '/console/setup/address?setup=address',
      '/console/carriers?setup=carrier&carrier=dhl',
      '/console/sender',
      '/console/look',
      '/console/second-factor',
      '/console/security',
      '/console/connections',
      '/console/programs',
      `/console/authorize?${request}`,
      `/console/identity-providers/${provider}`,
      '/console/sign-in/with?shop=nobody',
    ];
    expect(unseen(looked).join('\n')).toBe(CHECKED_ELSEWHERE.join('\n'));
    for (const path of looked) {
      await page.goto(`${hub.url}${path}`);
      expect([path, await hardToUseAnywhere(page)]).toEqual([path, []]);
    }
    expect(complaints).toEqual([]);
  });
});
