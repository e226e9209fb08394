import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CredentialVerdict } from '../../../intake/index.ts';
import { bootstrap } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { openTestConsole } from '../hub/test-console.ts';
import { openTestDesk, type TestDesk } from '../kit/test-desk.ts';

/** A key and a secret for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
const SECRET = 'planted-test-secret';

let hub: TestHub;
let desk: TestDesk;
let shop: string;
let verdict: CredentialVerdict = { state: 'verified' };
let requests = 0;

beforeAll(async () => {
  hub = await createTestHub({
    credentialCheck: {
      async verify() {
        requests += 1;
        return verdict;
      },
      async stored() {},
    },
  });
  const keys = { db: hub.db, clock: hub.clock, randomBytes: systemRandom };
  shop = (await bootstrap(keys, KEY)).merchantId;
  desk = await openTestDesk(hub, hub.members);
});
afterAll(() => hub?.close());

const open = async (path: string) => (await desk.visit(path, desk.owner)).text;
const post = (path: string, form: Record<string, string>) => desk.visit(path, desk.owner, form);

/** The state of a step on the overview. */
async function stateOf(title: string): Promise<string> {
  const rows = (await open('/console/setup')).split('<li><span class="step-mark');
  const [, row = ''] =
    rows.map((each) => each.split(`<h2>${title}</h2>`)).find((each) => each.length === 2) ?? [];
  return row
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

describe('the setup', () => {
  it('is linked while steps are open, and a step can be skipped and resumed', async () => {
    expect(await open('/console/shipments')).toContain('5 steps left, none required');
    expect(await stateOf('Email sender')).toContain('This hub cannot send email yet');
    const skipped = await post('/console/setup', { skip: 'key' });
    expect([skipped.status, skipped.headers.get('location')]).toEqual([
      303,
      '/console/setup/address?setup=address',
    ]);
    expect(await stateOf('Live key')).toMatch(/^optional skipped/);
    // The public URL is the operator's to set.
    expect(await open('/console/setup')).toMatch(/aria-label="Before going live"><p>[^<]+<\/p>/);
    const operator = await openTestConsole(hub);
    expect((await operator.visit('/console/setup', operator.cookie)).text).toContain(
      '1 step left, 1 required',
    );
    // The key of one's session cannot be revoked.
    expect((await operator.visit('/console/keys', operator.cookie)).text).toContain(
      'To revoke it, sign in another way.</span> <a href="/console/members">Add your own account<',
    );
    // Test parcels need none of the steps before going live.
    expect(await open('/console/shipments')).toContain('5 steps left, none required');
    await post('/console/setup', { skip: 'key' });
    const resumed = await post('/console/setup', { resume: 'key' });
    expect(await open(String(resumed.headers.get('location')))).toContain('Nothing was changed.');
    expect(await stateOf('Live key')).toMatch(/^optional to do/);
    for (const skip of ['nothing', 'address']) {
      expect([skip, (await post('/console/setup', { skip })).status]).toEqual([skip, 404]);
    }
    const analyst = await desk.member('ann@shop.example', 'analyst');
    expect((await desk.visit('/console/shipments', analyst)).text).not.toContain('Continue setup');
  });

  it('is one list with one main action: the first open step', async () => {
    const page = await open('/console/setup');
    expect(page.match(/class="step-mark open"/g)).toHaveLength(7);
    const main = [...page.matchAll(/class="button primary" href="([^"]+)"/g)];
    expect(main.map(([, href]) => href)).toEqual(['/console/carriers?setup=carrier']);
    // An owner exists.
    expect(page).toContain('Test parcels<span class="soft">5 steps left, none required<');
    expect(page).toMatch(/Skip<span class="unseen"> Shop</);
    expect(page).not.toMatch(/Skip<span class="unseen"> Public URL</);
    // What only live parcels need is apart.
    expect(page).toMatch(/Webhook<.*aria-label="Before going live".*Live key<.*Public URL</s);
    expect(page).toContain('Live parcels are set up separately.');
  });

  it('does not count the hub’s own demo account as a carrier account', async () => {
    const tenant = { merchantId: shop, mode: 'test' } as const;
    const demo = { carrier: 'fedex', label: 'sandbox', environment: 'sandbox' } as const;
    const credentials = { client_id: 'demo', client_secret: 'demo' };
    const { id } = await hub.accounts.create(tenant, { ...demo, credentials });
    expect(await stateOf('Carrier account')).toMatch(/^optional to do/);
    expect(await open('/console/carriers')).toContain('>Simulated for tests</h2>');
    // An account that has not been verified yet exists, and no more.
    const own = await hub.accounts.create(tenant, { ...demo, label: 'Main', credentials });
    expect(await stateOf('Carrier account')).toMatch(/^optional set up, not verified/);
    expect(await open('/console/carriers?carrier=fedex')).toContain('value="Main 2"');
    await hub.accounts.disable(tenant, own.id);
    await hub.accounts.disable(tenant, id);
  });

  it('groups the carriers that can be connected, and finds them by name', async () => {
    const offered = (page: string) =>
      [...page.matchAll(/<h3>([^<]+)<\/h3>/g)].map(([, name]) => name);
    const all = await open('/console/carriers');
    expect(all).toMatch(/Available carriers.*<h3>FedEx.*Services for many carriers.*<h3>EasyPost/s);
    expect(offered(await open('/console/carriers?find=FED'))).toEqual(['FedEx']);
    expect(all).toContain('<a href="/console/deliveries/couriers">Couriers</a>');
    expect(await open('/console/carriers?find=nobody')).toContain('is called “nobody”');
  });

  it('folds the fields that few accounts need, and opens them at a fault', async () => {
    const page = await open('/console/carriers?carrier=fedex');
    expect(page).toMatch(/name="credential.client_id".*<details><summary>More settings</s);
    expect(page).toMatch(/<details>.*name="label".*name="credential.account_number"/s);
    expect(page).toContain('href="/docs/guides/carriers/fedex#what-it-needs"');
    const credentials = { 'credential.client_id': 'id', 'credential.client_secret': SECRET };
    const nameless = { carrier: 'fedex', label: '', ...credentials };
    const faulty = await post('/console/carriers', nameless);
    expect(faulty.text).toContain('<details open><summary>More settings');
  });

  it('says where the public URL is set, which no merchant can change', async () => {
    const page = await open('/console/setup/address?setup=address');
    for (const part of ['step 8 of 8', hub.url, 'WAYBILL_PUBLIC_URL']) expect(page).toContain(part);
  });

  it('checks the first carrier account with the carrier, and does not store a rejected one', async () => {
    const at = '/console/carriers?setup=carrier';
    const { access, manifest } = hub.adapters.get('dhl') ?? {};
    const field = access?.credentials.find(({ secret, required }) => secret && required);
    expect(await open(`${at}&carrier=dhl`)).toContain(field?.label);
    const form = {
      setup: 'carrier',
      carrier: 'dhl',
      label: 'Main',
      environment: 'sandbox',
      [`credential.${field?.name}`]: SECRET,
    };
    verdict = { state: 'refused', reason: { 'values.verbatim': { text: 'it answers 401' } } };
    const refused = await post('/console/carriers', form);
    expect([refused.status, refused.text.includes('refuses them: it answers 401')]).toEqual([
      422,
      true,
    ]);
    expect(refused.text).not.toContain(SECRET);
    expect(refused.text).not.toContain('verify=false');
    expect(await stateOf('Carrier account')).toMatch(/^optional to do/);
    const nameless = await post('/console/carriers', { ...form, label: '' });
    expect([nameless.status, nameless.text.includes('<a href="#label">Name</a>: ')]).toEqual([
      422,
      true,
    ]);
    // At the field where the page opens.
    expect(nameless.text).toMatch(/<span id="label-fault" class="fault">/);
    expect(nameless.text).toMatch(/id="label"[^>]* aria-invalid="true"[^>]* autofocus/);
    const nothing = { ...form, [`credential.${field?.name}`]: '' };
    expect((await post('/console/carriers', nothing)).text).toContain(
      'None of what the carrier gave you is filled in.',
    );
    verdict = { state: 'verified' };
    expect(await open('/console/setup/address?setup=address')).not.toContain('Skip this step');
    expect(await open('/console/shops?setup=shop')).toContain('Skip this step');
    const stored = await post('/console/carriers', form);
    expect(stored.headers.get('location')).toBe('/console/carriers?setup=carrier&done=verified');
    const page = await open(String(stored.headers.get('location')));
    expect(page).toContain('The account is saved, and the carrier accepted it.');
    expect(page).toContain('step 2 of 8');
    expect(page).not.toContain(SECRET);
    expect(await stateOf('Carrier account')).toContain(
      `${manifest?.displayName}, “Main”: verified.`,
    );
    const again = await post('/console/carriers', form);
    expect(again.text).toContain('Another account with this carrier has this name.');
    const id = /\/console\/carriers\/([0-9a-f-]{36})/.exec(page)?.[1];
    const before = requests;
    const checked = await post(`/console/carriers/${id}`, { do: 'check' });
    expect([checked.headers.get('location'), requests]).toEqual([
      '/console/carriers?done=check-verified',
      before + 1,
    ]);
    const unasked = await post('/console/carriers', { ...form, label: 'Other', unasked: 'yes' });
    expect([unasked.headers.get('location'), requests]).toEqual([
      '/console/carriers?setup=carrier&done=unverified',
      before + 1,
    ]);
    expect((await post(`/console/carriers/${id}`, { do: 'remove' })).status).toBe(303);
    expect((await post(`/console/carriers/${id}`, { do: 'remove' })).status).toBe(404);
    expect((await post('/console/carriers/nothing', { do: 'check' })).status).toBe(404);
  });

  it('sets the sender of mails, once the address is valid', async () => {
    const form = { setup: 'sender', host: 'smtp.shop.example', unasked: 'yes' };
    const odd = await post('/console/sender', { ...form, from_address: 'nobody' });
    expect([odd.status, odd.text.includes('Sender’s address</a>: ')]).toEqual([422, true]);
    expect(await stateOf('Email sender')).toMatch(/^optional to do/);
    const good = { ...form, from_address: 'parcels@shop.example', password: SECRET, username: 'u' };
    expect((await post('/console/sender', good)).headers.get('location')).toBe(
      '/console/sender?setup=sender&done=unverified',
    );
    expect(await stateOf('Email sender')).toContain('Emails are from parcels@shop.example');
    const german = await desk.visit('/console/sender', desk.owner, undefined, {
      'accept-language': 'de',
    });
    expect(german.text).toContain('<span>ohne Prüfung gespeichert</span>');
    const page = await open('/console/sender');
    expect([page.includes('leave empty to keep it'), page.includes(SECRET)]).toEqual([true, false]);
    const renamed = { ...form, from_address: 'hello@shop.example', username: 'u', port: '465' };
    expect((await post('/console/sender', renamed)).status).toBe(303);
    const [own, ...others] = (
      await hub.db.pipeline.query('select provider from notification_channels')
    ).rows;
    expect([own?.provider, others]).toEqual(['smtp', []]);
    expect((await post('/console/sender', { do: 'remove' })).status).toBe(303);
    expect(await stateOf('Email sender')).toMatch(/^optional to do/);
    expect((await post('/console/sender', { do: 'remove' })).status).toBe(404);
  });

  it('previews a branding before it is stored', async () => {
    const form = { setup: 'look', name: 'Nordlicht', color: '#0b6e4f', default_language: 'de' };
    const preview = await post('/console/look/preview', form);
    expect(preview.text).toContain('--button:#0b6e4f');
    expect(preview.text).toContain('Nordlicht');
    expect(preview.text).toContain('lang="de"');
    const english = await post('/console/look/preview', { ...form, default_language: 'en' });
    expect(english.text).toContain('On the way');
    const mail = await post('/console/look/preview', { ...form, shown: 'email', language: 'fr' });
    expect(mail.text).toContain('#0b6e4f');
    expect(mail.text).toContain('lang="fr"');
    const dark = await post('/console/look/preview', { ...form, scheme: 'dark' });
    expect([preview, dark].map(({ text }) => /@media (not all|all) ?\{/.exec(text)?.[1])).toEqual([
      ...['not all', 'all'],
    ]);
    expect(preview.headers.get('x-frame-options')).toBe('SAMEORIGIN');
    expect(preview.headers.get('content-security-policy')).toContain('sandbox');
    expect(await stateOf('Logo and colours')).toMatch(/^optional to do/);
    // While incomplete, the preview shows the valid fields.
    const half = await post('/console/look/preview', { ...form, color: '#0b' });
    expect([half.status, half.text.includes('Nordlicht')]).toEqual([200, true]);
    const odd = await post('/console/look', { ...form, color: 'green' });
    expect([odd.status, odd.text.includes('Colour</a>: ')]).toEqual([422, true]);
    const nasty = '</style><script>alert(1)</script>';
    expect((await post('/console/look/preview', { name: nasty })).text).not.toContain(nasty);
    const stored = await post('/console/look', {
      ...form,
      'intro.de': 'Danke!',
      address: 'A\r\nB',
    });
    expect(stored.headers.get('location')).toBe('/console/look?setup=look&done=saved');
    expect(await stateOf('Logo and colours')).toContain('“Nordlicht”, in #0b6e4f, without a logo');
    expect(await open('/console/look/preview')).toContain('Danke!');
  });

  it('creates the first webhook, and the first live key in live mode, and leaves only what is required', async () => {
    const url = `${hub.url}/nowhere`;
    const made = await post('/console/webhooks', { setup: 'webhook', url });
    expect(made.text).toContain('step 6 of 8');
    const id = /\/console\/webhooks\/([0-9a-f-]{36})/.exec(made.text)?.[1];
    const sent = await post(`/console/webhooks/${id}`, { setup: 'webhook', do: 'test' });
    expect([
      sent.text.includes('test event was not accepted'),
      sent.text.includes('step 6'),
    ]).toEqual([true, true]);
    const twice = await post('/console/webhooks', { setup: 'webhook', url });
    expect([twice.status, twice.text.includes('A webhook with this URL exists')]).toEqual([
      422,
      true,
    ]);
    const unknown = await post('/console/webhooks', { url, event: 'parcel.lost' });
    expect([unknown.status, unknown.text.includes('Choose events from the list')]).toEqual([
      422,
      true,
    ]);
    const of = `${shop} live`;
    const switched = await post('/console/switch', { of: `${shop} test`, next: '/console/keys' });
    expect(switched.headers.get('location')).toBe('/console/keys');
    const stays = { of: `${shop} test`, next: '/console/keys?setup=key' };
    expect((await post('/console/switch', stays)).headers.get('location')).toBe(stays.next);
    const away = await post('/console/switch', {
      of: `${shop} test`,
      next: 'https://evil.example',
    });
    expect(away.headers.get('location')).toBe('/console');
    // A live key is created while the desk is in test mode.
    expect(await open('/console/keys?setup=key')).toContain('Keys for live parcels.');
    const key = await post('/console/keys', {
      setup: 'key',
      name: 'Shop',
      scope: 'shipments:write',
    });
    expect(key.text).toContain('wb_live_');
    expect(key.text).not.toContain('Skip this step');
    expect(await stateOf('Live key')).toContain('“Shop”');
    for (const skip of ['shop', 'sender', 'look', 'webhook']) {
      await post('/console/setup', { skip });
    }
    const overview = await open('/console/setup');
    // Only the operator can take the last one.
    expect(overview).not.toContain('class="button primary" href=');
    expect(overview).toContain('Nothing is left to do.');
    expect(await stateOf('Public URL')).toMatch(/^set by the operator to do .* Open : Public URL/);
    await post('/console/switch', { of, next: '/console/setup' });
    expect(await open('/console/setup')).toContain('Test parcels are set up separately.');
    // Values from test mode are prefilled in the forms, and take effect once saved.
    const filled = 'Filled in as for test parcels.';
    const page = await open('/console/look');
    expect([page.includes(filled), page.includes('value="Nordlicht"')]).toEqual([true, true]);
    expect(await open('/console/look/preview')).toContain('Nordlicht');
    const webhooks = await open('/console/webhooks');
    expect([webhooks.includes(filled), webhooks.includes(`value="${url}"`)]).toEqual([true, true]);
    expect(await stateOf('Logo and colours')).toMatch(/^optional skipped/);
    await post('/console/switch', { of: `${shop} test`, next: '/console/setup' });
    expect(await open('/console/shipments')).not.toContain('Continue setup');
    const actions = await open('/console/actions');
    expect(actions).toContain('added a carrier account');
  });
});
