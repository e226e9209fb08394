import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type AdapterManifest, loadAdapters, shippedCatalogue } from '../../adapters/index.ts';
import { EVENT_TYPES } from '../../events/event-types.ts';
import { matchOpen } from '../../fleet/deliveries/test-matching.ts';
import { DELIVERIES_DESK } from '../../fleet/pages/table.ts';
import { formattersMade } from '../../kernel/time/test-formatters.ts';
import { addProvider, bootstrap } from '../../merchants/index.ts';
import { systemRandom } from '../../platform/clock.ts';
import { messagesIn } from '../../platform/messages/catalogue.ts';
import { LANGUAGES, type Language, MESSAGES_FOLDER } from '../../platform/messages/languages.ts';
import { PSEUDO } from '../../platform/messages/test-pseudo-locale.ts';
import { TEST_EVENT } from '../../reactions/merchant-webhooks/index.ts';
import { loadPlatforms } from '../../shops/index.ts';
import { type Caller, callerOf } from '../testing/test-client.ts';
import { newDriver } from '../testing/test-driver.ts';
import { createTestHub, type TestHub } from '../testing/test-hub.ts';
import { openTestConsole, type TestConsole } from './hub/test-console.ts';
import type { DeskRow } from './kit/desk-row.ts';
import { DESK } from './kit/table.ts';
import { cookiesOf, openTestDesk, type TestDesk } from './kit/test-desk.ts';
import { pageTexts } from './test-page-texts.ts';

// Test files share a worker's modules: what was loaded before has the shipped languages.
vi.hoisted(() => vi.resetModules());

// The installation of this test has one folder more.
vi.mock('../../platform/shipped.ts', async (load) => {
  const real = await load<typeof import('../../platform/shipped.ts')>();
  const { withPseudoLocale } = await import('../../platform/messages/test-pseudo-locale.ts');
  const messages = withPseudoLocale(real.shippedFile('config/messages'));
  return {
    ...real,
    shippedFile: (path: string) => (path === 'config/messages' ? messages : real.shippedFile(path)),
  };
});

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
const SHOP = { lat: 53.5436, lng: 9.9885 };
const NUMBER = '00340434161094042557';
const CARRIERS_TEXT = 'TELEPORTED';

/** Test data, carriers' names of their fields, and texts that are the same everywhere. */
const SAID_EVERYWHERE = [
  ...EVENT_TYPES,
  TEST_EVENT,
  ...['Olga Owner', 'Ada Example', 'owner@shop.example', 'new@shop.example', 'shop.example'],
  ...[
    'mail@shop.example',
    'Planted',
    '/track/amazon-shipping/',
    'http://',
    'https://hooks.example.com/in',
    'shipment.*',
    'Company',
  ],
  ...[
    'AMSTERDAM',
    'login.example.com',
    'planted.csv',
    'English',
    'Deutsch',
    'Español',
    'Français',
    'Waybill',
  ],
  messagesIn(PSEUDO).language.name,
  ...[
    'smtp.shop.example',
    'tracking_number, carrier, order_id, tags',
    'SMS',
    'PIN',
    '1 min',
    '10 min',
  ],
  ...['MyDHL API username', 'MyDHL API password', 'ENOTFOUND'],
  'API Key of an app with Location Finder – Unified, where it is another',
  ...[
    'Scooter',
    'localhost',
    '127.0.0.1',
    NUMBER,
    '#0b6e4f',
    '#2447c4',
    'u1x0e',
    'API',
    'UTC',
    'default',
  ],
  ...['Default merchant', 'Rita Recipient', 'rita@example.com', 'bootstrap', 'https://', '30 min'],
  ...(await loadAdapters()).list().flatMap(({ manifest }) => namesOf(manifest)),
  ...shippedCatalogue()
    .list()
    .map(({ name }) => name.replaceAll('&', '&amp;')),
  ...['API Key (consumer key)', 'CSV', 'JSON'],
  ...[...(await loadPlatforms()).values()].map(({ name }) => name),
  ...['Consumer key', 'Consumer secret', 'completed'],
  // In lists of operators: carriers' words and merchants' names.
  ...[
    CARRIERS_TEXT,
    'unrecognised_words',
    'express',
    'teleported',
    'OAuth',
    'KiB',
    'code',
    'version',
  ],
  ...[
    'Amsterdam',
    'shop',
    'WAYBILL_RETENTION',
    'text',
    'service',
    'status',
    'address_not_found',
    'customs_cleared',
  ],
];

/** A carrier's id and name. The name of own couriers is translated. */
function namesOf({ name, displayName }: AdapterManifest): readonly string[] {
  return name === 'fleet' ? [name] : [name, displayName];
}

const { englishLeftIn, sameIn } = pageTexts(SAID_EVERYWHERE);

type DeskPageName = keyof typeof DESK | keyof typeof DELIVERIES_DESK;

let hub: TestHub;
let desk: TestDesk;
let operators: TestConsole;
let merchant: Caller;
let ids: Readonly<Partial<Record<DeskPageName, readonly string[]>>>;

beforeAll(async () => {
  hub = await createTestHub();
  const keys = { db: hub.db, clock: hub.clock, randomBytes: systemRandom };
  const { merchantId } = await bootstrap(keys, KEY);
  desk = await openTestDesk(hub, hub.members);
  operators = await openTestConsole(hub);
  merchant = callerOf(hub, KEY);
  await plantForOperators();
  ids = { ...(await planted(merchantId)), ...(await idsOnLists()) };
});
afterAll(async () => {
  await hub?.close();
  rmSync(MESSAGES_FOLDER, { recursive: true, force: true });
  vi.resetModules();
});

const post = (path: string, form: Readonly<Record<string, string>>) =>
  desk.visit(path, desk.owner, form);

/** Data for every page; returns the ids. */
async function planted(merchantId: string): Promise<typeof ids> {
  const shipment = await merchant('POST', '/shipments', {
    tracking_number: NUMBER,
    carrier: 'dhl',
    order_id: '1001',
    recipient: { name: 'Rita Recipient', email: 'rita@example.com' },
  });
  const driver = await newDriver(hub, merchant, 'Ada Example');
  await driver.call('POST', '/driver/shift', { shift: 'on' });
  const ts = new Date(hub.clock.nowMs()).toISOString();
  await driver.call('POST', '/driver/positions', [{ ts, ...SHOP }]);
  const places = { origin: SHOP, destination: { lat: 53.55, lng: 9.97 } };
  const wanted = { ...places, package_size: 'small', phone: '+4930231250' };
  const delivery = await merchant('POST', '/deliveries', wanted);
  hub.clock.advance(30_000);
  await matchOpen(hub.deliveries);
  await post('/console/deliveries/pauses', { cells: 'u1x0e', minutes: '60' });
  await post('/console/keys', { name: 'Planted', scope: 'shipments:read' });
  const endpoint = await webhook();
  const ofShop = { platform: 'woocommerce', url: 'https://shop.example' };
  const shop = await post('/console/shops', ofShop);
  await post('/console/look', { name: 'Planted', color: '#0b6e4f', default_language: 'en' });
  await post('/console/sender', {
    from_address: 'mail@shop.example',
    host: 'smtp.shop.example',
    unasked: 'yes',
  });
  await post('/console/members', { email: 'new@shop.example', role: 'support' });
  await post('/console/setup', { skip: 'shop' });
  const login = { name: 'Planted', issuer: 'https://login.example.com' };
  const provider = await addProvider(hub.members, merchantId, login);
  const file = 'tracking_number,carrier\n,dhl\n';
  const imported = await merchant('POST', '/shipments/import', file, {
    'content-type': 'text/csv',
  });
  return {
    readDeskShipment: [String(shipment.body['id'])],
    readDeskRedirect: [String(shipment.body['id'])],
    readDeskDelivery: [String(delivery.body['delivery_id'])],
    readDeskProvider: [String(provider)],
    readDeskImportReport: [String(imported.body['id'])],
    readDeskText: ['delivered en'],
    readDeskWebhook: [endpoint.id],
    readDeskShop: [/shops\/([0-9a-f-]{36})/.exec(shop.headers.get('location') ?? '')?.[1] ?? ''],
    readDeskWebhookDelivery: [`${endpoint.id} ${endpoint.delivery}`],
  };
}

const EVENT = {
  timestamp: '2026-03-09T11:34:00',
  location: { address: { addressLocality: 'AMSTERDAM - NETHERLANDS' } },
  statusCode: 'teleported',
  status: 'teleported',
  description: CARRIERS_TEXT,
};
const UNKNOWN_CODE = {
  scope: 'subscription.push',
  shipments: [{ id: '9356579890', service: 'express', status: EVENT, events: [EVENT] }],
};

/** A case, a refused command, a dead letter and an unknown code. */
async function plantForOperators(): Promise<void> {
  await hub.workExceptions();
  const made = await merchant('POST', '/shipments', { carrier: 'fleet' });
  const status = (to: string) =>
    merchant('POST', `/shipments/${made.body['id']}/status`, { status: to });
  await status('picked_up');
  await status('exception');
  await status('created');
  await merchant('POST', '/shipments', { carrier: 'dhl', tracking_number: '9356579890' });
  const message = { source: 'webhook', owner: null, trust: 'signed', headers: {} } as const;
  for (const body of ['nonsense', JSON.stringify(UNKNOWN_CODE)]) {
    await hub.inbox.store({ ...message, carrier: 'dhl', body: Buffer.from(body) });
  }
  await hub.settled();
  await hub.workExceptions();
}

/** Of each page about one thing, the first that its list links to. */
async function idsOnLists(): Promise<typeof ids> {
  const found: Partial<Record<DeskPageName, readonly string[]>> = {};
  for (const name of ['readDeadLetter', 'readReviewEntry', 'readException'] as const) {
    const [list = ''] = DESK[name].path.split('/:');
    const { text } = await operators.visit(list, operators.cookie);
    const id = new RegExp(`href="${list}/([0-9a-f-]{36})"`).exec(text)?.[1];
    expect([name, id]).toEqual([name, expect.any(String)]);
    found[name] = [String(id)];
  }
  return { ...found, readMapping: ['dhl'], readTemplate: ['delivered'] };
}

/** An endpoint with a failed delivery. */
async function webhook() {
  const made = await post('/console/webhooks', { url: 'https://hooks.example.com/in' });
  const id = String(/\/console\/webhooks\/([0-9a-f-]{36})/.exec(made.text)?.[1]);
  const tested = await post(`/console/webhooks/${id}`, { do: 'test' });
  const delivery = /\/deliveries\/([0-9a-f-]{36})/.exec(tested.text)?.[1];
  return { id, delivery: String(delivery) };
}

/** Redirects, documents for a frame, and parts of a page. */
const NO_PAGE: readonly string[] = ['readDeskPreview', 'readDeskWritingPreview', 'findInConsole'];
/** Pages whose data, such as names and messages, this test cannot distinguish from English. */
const MIXED: readonly string[] = [
  ...['readAccuracy', 'readMappings', 'readMapping', 'readTemplates', 'readTemplate'],
  ...['readWebhookEndpoints', 'readLiveMap'],
];

/** Pages by their names in the table, with URLs to open. */
function pages(): readonly (readonly [DeskPageName, string])[] {
  const rows: readonly (readonly [string, DeskRow])[] = Object.entries({
    ...DESK,
    ...DELIVERIES_DESK,
  });
  return rows.flatMap(([key, { method, path, mediaType, needs }]) => {
    const name = key as DeskPageName;
    const isPage = method === 'GET' && mediaType === undefined && needs !== null;
    if (!isPage || NO_PAGE.includes(name) || MIXED.includes(name)) return [];
    if (!path.includes(':')) return [[name, path] as const];
    return (ids[name] ?? []).map((each) => {
      const inTurn = each.split(' ');
      return [name, path.replaceAll(/:\w+/g, () => inTurn.shift() ?? '')] as const;
    });
  });
}

const open = async (path: string, language: Language) => {
  const as = path.startsWith('/console/hub') ? operators.cookie : desk.owner;
  const { text } = await desk.visit(path, as, undefined, { 'accept-language': language });
  // Countries are named by the platform, and many alike in several languages; ids are data.
  const words = text.replaceAll(/ title="(?:[a-z]{3}_)?[0-9a-f]{8}[0-9a-f -]+"/g, '');
  return words.replaceAll(/<select(?: [^>]*)? (?:id="country"|name="to").*?<\/select>/gs, '');
};

describe('the language of the desk', () => {
  it('is the reader’s on every page, without English left over and with formats made once', async () => {
    const found: unknown[] = [];
    const all = pages();
    expect(all.length).toBeGreaterThan(20);
    for (const [name, path] of all) {
      const english = await open(path, 'en');
      expect([name, english.includes('<html lang="en"')]).toEqual([name, true]);
      for (const language of LANGUAGES.filter((each) => each !== 'en')) {
        const html = await open(path, language);
        expect([name, html.includes(`<html lang="${language}"`)]).toEqual([name, true]);
        const same = sameIn(language, english, html);
        if (same.length > 0) found.push([name, language, same]);
      }
      const made = await formattersMade(() => open(path, 'en'));
      if (made.length > 0) found.push([name, made]);
    }
    expect(found).toEqual([]);
  });

  it('is, in a language that is only a folder, that of the folder on every page', async () => {
    expect(LANGUAGES).toContain(PSEUDO);
    const found: unknown[] = [];
    for (const [name, path] of pages()) {
      const left = englishLeftIn(await open(path, PSEUDO));
      if (left.length > 0) found.push([name, left]);
    }
    expect(found).toEqual([]);
  });

  it('is the reader’s on invalid forms and errors', async () => {
    const wrong: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
      ['/console/webhooks', { url: 'nonsense' }],
      ['/console/webhooks', { url: 'https://user:word@hooks.example.com/' }],
      ['/console/keys', { name: '' }],
      ['/console/members', { email: 'nobody', role: 'support' }],
      ['/console/carriers', { carrier: 'dhl', label: '' }],
      ['/console/carriers', { carrier: '', label: 'Planted' }],
      ['/console/sender', { from_address: 'mail@shop.example', host: '', unasked: 'yes' }],
      ['/console/look', { logo_url: 'nonsense', color: 'nonsense', support_email: 'nonsense' }],
      ['/console/identity-providers', { name: '', issuer: '' }],
      ['/console/identity-providers', { name: 'Planted', issuer: 'nonsense' }],
      ['/console/security', { second_factor: 'nonsense' }],
      ['/console/setup', { skip: 'nonsense' }],
      ['/console/deliveries/pauses', { minutes: '60' }],
      ['/console/deliveries/pauses', { cells: 'u1x0e', minutes: '1' }],
      ['/console/password', { current: 'nonsense', next: 'short' }],
      ['/console/keys/nothing', {}],
      ['/console/webhooks/nothing', {}],
      ['/console/members/nothing', { role: 'owner' }],
      ['/console/invitations/nothing', {}],
    ];
    const found: unknown[] = [];
    for (const [path, form] of wrong) {
      const send = (language: Language) =>
        desk.visit(path, desk.owner, form, { 'accept-language': language });
      const english = await send('en');
      expect([path, english.status >= 400]).toEqual([path, true]);
      const left = englishLeftIn((await send(PSEUDO)).text);
      if (left.length > 0) found.push([path, form, PSEUDO, left]);
      for (const language of ['de', 'es', 'fr'] as const) {
        const { text } = await send(language);
        const same = sameIn(language, english.text, text);
        // What a carrier calls its credentials is in its own words, in full on hover.
        if (same.length > 0 || /<main.* lang="en"(?! title)/s.test(text)) {
          found.push([path, form, language, same, /lang="en"[^>]*>[^<]+/.exec(text)?.[0]]);
        }
      }
    }
    expect(found).toEqual([]);
  });

  it('is the reader’s on the sign-in pages', async () => {
    const call = callerOf(hub, null);
    const made = await post('/console/members', { email: 'ann@shop.example', role: 'analyst' });
    const link = /\/console\/join\/[\w-]{43}/.exec(made.text)?.[0] ?? '';
    for (const path of ['/console/sign-in', link]) {
      const visit = async (language: Language) => {
        const headers = { accept: 'text/html', 'accept-language': language };
        const page = await call('GET', path, undefined, headers);
        expect(cookiesOf(page)).not.toBe('');
        return page.text;
      };
      const english = await visit('en');
      for (const language of ['de', 'es', 'fr'] as const) {
        expect([path, language, sameIn(language, english, await visit(language))]).toEqual([
          ...[path, language, []],
        ]);
      }
    }
  });
});
