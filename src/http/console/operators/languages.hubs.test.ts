import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { EVENT_TYPES } from '../../../events/event-types.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import { LANGUAGES, type Language, MESSAGES_FOLDER } from '../../../platform/messages/languages.ts';
import { PSEUDO } from '../../../platform/messages/test-pseudo-locale.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { newDriver } from '../../testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { pageTexts } from '../test-page-texts.ts';
import { csrfOf, openTestConsole, type TestConsole } from './test-console.ts';

// The installation of this test has one folder more.
vi.mock('../../../platform/shipped.ts', async (load) => {
  const real = await load<typeof import('../../../platform/shipped.ts')>();
  const { withPseudoLocale } = await import('../../../platform/messages/test-pseudo-locale.ts');
  const messages = withPseudoLocale(real.shippedFile('config/messages'));
  return {
    shippedFile: (path: string) => (path === 'config/messages' ? messages : real.shippedFile(path)),
  };
});

const NUMBER = '9356579890';
const CARRIERS_TEXT = 'TELEPORTED';

/** Test data, and what operators call by the same name in every language. */
const SAID_EVERYWHERE = [
  ...EVENT_TYPES,
  ...['Waybill', 'English', 'Deutsch', 'Español', 'Français', messagesIn(PSEUDO).language.name],
  ...['bootstrap', 'shop', 'Ada Example', NUMBER, 'API', 'UTC', 'CSV', 'KiB', 'WAYBILL_RETENTION'],
  ...[CARRIERS_TEXT, 'unrecognised_words', 'express', 'address_not_found', 'customs_cleared'],
  ...['Canada Post', 'FedEx', 'USPS', 'UPS', 'DHL', 'Sandbox', 'OAuth', 'LOAD', 'DELIVERED'],
  ...[
    'canada-post',
    'fedex',
    'usps',
    'ups',
    'dhl',
    'sandbox',
    'fleet',
    'version',
    'code',
    'status',
  ],
  ...['service', 'text', 'looks'],
];
const { englishLeftIn, sameIn } = pageTexts(SAID_EVERYWHERE);

let hub: TestHub;
let merchant: Caller;
let operators: TestConsole;
let pages: readonly string[];

beforeAll(async () => {
  hub = await createTestHub();
  merchant = callerOf(hub, (await hub.newKey({ merchant: 'shop', scopes: ['admin'] })).text);
  operators = await openTestConsole(hub);
  await plant();
  pages = await reachable();
});
afterAll(async () => {
  await hub?.close();
  rmSync(MESSAGES_FOLDER, { recursive: true, force: true });
});

const EVENT = {
  timestamp: '2026-03-09T11:34:00',
  location: { address: { addressLocality: 'AMSTERDAM - NETHERLANDS' } },
  statusCode: 'teleported',
  status: 'teleported',
  description: CARRIERS_TEXT,
};
const UNKNOWN_CODE = {
  scope: 'subscription.push',
  shipments: [{ id: NUMBER, service: 'express', status: EVENT, events: [EVENT] }],
};

/** Something for every list to show. */
async function plant(): Promise<void> {
  await hub.workExceptions();
  const ada = await newDriver(hub, merchant, 'Ada Example');
  await ada.call('POST', '/driver/shift', { shift: 'on' });
  const made = await merchant('POST', '/shipments', { carrier: 'fleet', require_proof: ['pin'] });
  const scan = { type: 'scan', tracking_number: String(made.body['tracking_number']) };
  await ada.call('POST', '/driver/events', [
    { ...scan, id: '1', code: 'LOAD', at: '2026-03-10T11:00:00Z' },
    { ...scan, id: '2', code: 'DELIVERED', at: '2026-03-10T11:30:00Z' },
  ]);
  await merchant('POST', `/shipments/${made.body['id']}/status`, { status: 'picked_up' });
  await merchant('POST', '/shipments', { carrier: 'dhl', tracking_number: NUMBER });
  await merchant('POST', '/webhook-endpoints', { url: 'https://hooks.example.com/in' });
  const message = { source: 'webhook', owner: null, trust: 'signed', headers: {} } as const;
  for (const body of ['nonsense', JSON.stringify(UNKNOWN_CODE)]) {
    await hub.inbox.store({ ...message, carrier: 'dhl', body: Buffer.from(body) });
  }
  await hub.settled();
  await hub.workExceptions();
}

/** Pages whose data, such as names and messages, this test cannot distinguish from English texts. */
const MIXED = [
  ...['/ops/couriers/cou_', '/ops/dispatch', '/ops/fleet', '/ops/edd/accuracy', '/ops/mappings'],
  ...['/ops/templates', '/ops/webhooks'],
];

/** Follows the links from the overview; of pages that differ only in an id, it opens one. */
async function reachable(): Promise<readonly string[]> {
  const byForm = new Map<string, string>([['/ops', '/ops']]);
  for (const path of byForm.values()) {
    const { text } = await operators.visit(path, operators.cookie);
    for (const [, link = ''] of text.matchAll(/href="(\/ops[^"#]*)"(?![^>]*download)/g)) {
      const href = link.replaceAll('&amp;', '&');
      const form = href.replaceAll(/[0-9a-f-]{36}|[0-9a-f]{40,}|cou_\w+/g, ':id');
      if (!/\/assets\/|\/proofs\/|lang=/.test(form) && !byForm.has(form)) byForm.set(form, href);
    }
  }
  return [...byForm.values()].filter((path) => !MIXED.some((each) => path.startsWith(each)));
}

const read = async (path: string, language: Language) => {
  const { text } = await operators.visit(
    path,
    `${operators.cookie}; waybill_desk_language=${language}`,
  );
  return text;
};

describe('the language of the operators’ console', () => {
  it('is the reader’s on every page, without English left over', async () => {
    const found: unknown[] = [];
    expect(pages.length).toBeGreaterThan(12);
    for (const path of pages) {
      const english = await read(path, 'en');
      expect([path, english.includes('<html lang="en"')]).toEqual([path, true]);
      for (const language of LANGUAGES.filter((each) => each !== 'en')) {
        const html = await read(path, language);
        expect([path, html.includes(`<html lang="${language}"`)]).toEqual([path, true]);
        const left = language === PSEUDO ? englishLeftIn(html) : sameIn(language, english, html);
        if (left.length > 0) found.push([path, language, left]);
      }
    }
    expect(found).toEqual([]);
  });

  it('is the browser’s, or the one chosen at the foot of a page', async () => {
    const open = async (path: string, cookie: string, accepted: string) => {
      const headers = { accept: 'text/html', cookie, 'accept-language': accepted };
      return callerOf(hub, null)('GET', path, undefined, headers);
    };
    expect((await open('/ops', operators.cookie, 'de')).text).toContain('<html lang="de"');
    const chosen = await open('/ops/review?lang=fr', operators.cookie, 'de');
    expect(chosen.text).toContain('<html lang="fr"');
    const stored = chosen.headers.get('set-cookie') ?? '';
    expect(stored).toMatch(/^waybill_desk_language=fr;.*Path=\/ops;/);
    const cookie = `${operators.cookie}; ${stored.split(';')[0]}`;
    expect((await open('/ops', cookie, 'de')).text).toContain('<html lang="fr"');
  });

  it('is the reader’s on the sign-in page and on errors', async () => {
    const found: unknown[] = [];
    const note = `${pages.find((path) => /exceptions\/[0-9a-f-]{36}$/.test(path))}/note`;
    const open = async (path: string, language: Language, as: string, isForm = false) => {
      const cookie = `${as}; waybill_desk_language=${language}`;
      const csrf = isForm ? csrfOf((await operators.visit('/ops', as)).text) : '';
      return (await operators.visit(path, cookie, isForm ? { csrf, note: '' } : undefined)).text;
    };
    for (const [path, as, isForm] of [
      ['/ops/sign-in', '', false],
      ['/ops/shipments/1', operators.cookie, false],
      [note, operators.cookie, true],
      [note, await operators.looker(), true],
    ] as const) {
      const english = await open(path, 'en', as, isForm);
      for (const language of LANGUAGES.filter((each) => each !== 'en')) {
        const html = await open(path, language, as, isForm);
        const left = language === PSEUDO ? englishLeftIn(html) : sameIn(language, english, html);
        if (left.length > 0) found.push([path, language, left]);
      }
    }
    expect(found).toEqual([]);
  });
});
