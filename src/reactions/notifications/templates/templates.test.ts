import { describe, expect, it } from 'vitest';
import type { LoggedShipment } from '../../../events/event.ts';
import { clockWords } from '../../../kernel/time/clock-words.ts';
import { LANGUAGES } from '../../../platform/messages/languages.ts';
import {
  type CaseDetails,
  CHANNEL_KINDS,
  type DeliveryRequestDetails,
  type Rendered,
  type RenderInput,
  TEMPLATES,
} from '../contract.ts';
import type { OwnWordsDocument } from './own-words.ts';
import { sampleInput } from './sample.ts';
import { smsSize } from './sms.ts';
import { TEST_TENANT, testTemplates, withParts } from './test-templates.ts';

const BRANDING = {
  name: 'Nordlicht',
  logo_url: 'https://img.example.com/l.png',
  color: '#0b6e4f',
  support_email: 'hilfe@example.com',
  address: 'Nordlicht GmbH\nHamburg',
};
const templates = testTemplates({ branding: BRANDING, place: 'Hamburg, DE' });
const sample = (deliveryRequest: Partial<Parameters<typeof sampleInput>[0]> = {}): RenderInput =>
  sampleInput({
    tenant: TEST_TENANT,
    template: 'delivered',
    kind: 'email',
    locale: 'en',
    carrier: 'postal',
    publicUrl: 'https://t.example',
    ...deliveryRequest,
  });
const mail = async (input: RenderInput, from = templates) => {
  const rendered = await from.render(input);
  if (rendered.kind !== 'email') throw new Error('no mail');
  return rendered;
};

/** All texts that people read in a message. */
function wordsOf(rendered: Rendered): string[] {
  if (rendered.kind === 'email') return [rendered.subject, rendered.text, rendered.html];
  if (rendered.kind === 'sms') return [rendered.text];
  if (rendered.kind === 'push') return [rendered.title, rendered.body];
  if (rendered.kind === 'ticket') return [rendered.subject, rendered.text];
  return Object.values(rendered.body['message'] as Record<string, string>);
}

describe('every template, in every language, of every kind of channel', () => {
  for (const template of TEMPLATES) {
    it(`${template} is whole`, async () => {
      for (const locale of LANGUAGES) {
        for (const kind of CHANNEL_KINDS) {
          for (const audience of ['recipient', 'subscribers', 'merchant'] as const) {
            const input = sample({ template, locale, kind, audience });
            for (const branded of [true, false]) {
              const rendered = await templates.render({ ...input, branded });
              expect(rendered.kind).toBe(kind);
              for (const words of wordsOf(rendered)) {
                expect(words).not.toMatch(/undefined|null\b|NaN|\[object|\{\w+\}(?!\s*\{)/);
                expect(words.trim()).not.toBe('');
                if (!branded) expect(words).not.toContain('Nordlicht');
              }
            }
          }
        }
      }
    });
  }

  it('is right with nothing known but the number', async () => {
    const nameless = testTemplates({ merchantName: '' });
    for (const template of TEMPLATES) {
      for (const locale of LANGUAGES) {
        for (const kind of CHANNEL_KINDS) {
          const input = sample({ template, locale, kind });
          const bare = await nameless.render({
            ...input,
            event: input.event && { ...input.event, data: BARE },
            shipment: BARE,
            recipientName: null,
            orderId: null,
            links: { trackUrl: 'https://t.example/x', ...NO_LINKS },
          });
          for (const words of wordsOf(bare)) {
            // A part that is left out takes its blanks and commas with it.
            if (kind !== 'email' && kind !== 'webhook')
              expect(words).not.toMatch(/ {2}| [.,]\s|\(\)/);
            expect(words).not.toMatch(/undefined|\bnull\b/);
          }
        }
      }
    }
  });
});

const BARE: LoggedShipment = {
  id: 'x',
  carrier: 'postal',
  tracking_number: '1Z',
  status: 'in_transit',
  created_at: '2026-03-09T08:00:00.000Z',
};
const NO_LINKS = { actionUrl: null, unsubscribeUrl: null, preferencesUrl: null };

describe('a mail', () => {
  it('is small, in its language, and loads nothing but the logo', async () => {
    for (const template of TEMPLATES) {
      for (const locale of LANGUAGES) {
        const { html } = await mail(sample({ template, locale }));
        expect([template, html.length < 20_000]).toEqual([template, true]);
        expect(html).toContain(`lang="${locale}"`);
        const loaded = [...html.matchAll(/(?:src|background)="([^"]+)"|url\(|@import|<link/g)];
        expect(loaded.map(([all]) => all)).toEqual(['src="https://img.example.com/l.png"']);
        expect(html).not.toMatch(/<script|<form|<iframe|\son\w+=/i);
      }
    }
  });

  it.each([
    ['created', 1],
    ['picked_up', 2],
    ['in_transit', 2],
    ['out_for_delivery', 3],
    ['delivered', 4],
  ] as const)('of %s counts the steps that the page draws', async (template, step) => {
    const { html } = await mail(sample({ template }));
    expect(html).toContain(`aria-label="Step ${step} of 4"`);
    expect(html.match(/<td class="on"/g)).toHaveLength(step);
  });

  it.each([
    ['en', 'Thursday, March 12', '5:07'],
    ['de', 'Donnerstag, 12. März', '17:07'],
  ])('tells a time in the words of the page (%s)', async (locale, day, time) => {
    const local = '2026-03-12T17:07:00';
    const { text } = await mail(
      sample({ template: 'delivered', locale }),
      testTemplates({ place: 'Hamburg, DE', local }),
    );
    const page = clockWords(locale === 'en' ? 'en-US' : 'de-DE');
    const said = `${page.weekdayAndDate(local)}, ${page.time(local)?.replace('\u202f', ' ')}`;
    expect(said).toContain(day);
    expect(said).toContain(time);
    expect(text).toContain(said);
  });

  it('names the clock that is nobody’s own', async () => {
    const atUtc = testTemplates({ local: '2026-03-12T17:07:00', clockName: 'UTC' });
    const { text } = await mail(sample({ template: 'delivered' }), atUtc);
    expect(text).toContain('5:07 PM UTC');
  });

  it('never calls a day that was only counted the one before', async () => {
    const input = sample({ template: 'edd_changed' });
    const movedFrom = (source: string) =>
      withParts(input, {
        event: {
          previousAttributes: {
            estimated_delivery: { date: '2026-03-09', from: null, to: null, source },
          },
        },
      });
    expect((await mail(movedFrom('carrier'))).text).toContain('Previously: Monday, March 9');
    expect((await mail(movedFrom('rule'))).text).not.toContain('Before:');
  });

  it('has one button where nothing is to be done: the parcel, by the personal link', async () => {
    const input = sample({ template: 'in_transit' });
    const actionUrl = `${input.links.trackUrl}?t=token`;
    const { html } = await mail({ ...input, links: { ...input.links, actionUrl } });
    const button = /<a\s+href="([^"]+)"[^>]*>\s*Track your parcel\s*<\/a>/g;
    const links = [...html.matchAll(button)].map(([, href]) => href?.replace('&#61;', '='));
    expect(links).toEqual([actionUrl]);
  });

  it('offers first what can be done, then the parcel’s page, and leaving it', async () => {
    const input = sample({ template: 'delivery_attempted' });
    const { html, text, unsubscribeUrl } = await mail(input);
    const hrefs = [...html.matchAll(/href="([^"]+)"/g)].map(([, href]) => href);
    const path = 'https://t.example/track/postal/123456789012';
    expect(hrefs).toEqual([
      expect.stringContaining(`${path}?t`),
      path,
      'mailto:hilfe@example.com',
      expect.stringContaining('/notifications/preferences'),
      expect.stringContaining('/notifications/unsubscribe'),
    ]);
    expect(unsubscribeUrl).toBe(input.links.unsubscribeUrl);
    for (const url of Object.values(input.links)) expect(text).toContain(url);
  });

  it('without branding has neither the merchant’s name nor its look and texts', async () => {
    const own = { subject: 'A gift from Nordlicht' };
    const telling = testTemplates({ branding: BRANDING, own });
    expect((await mail(sample(), telling)).subject).toBe('A gift from Nordlicht');
    const neutral = await mail({ ...sample(), branded: false }, telling);
    expect(neutral.subject).toBe('Delivered: your parcel');
    for (const mine of ['Nordlicht', 'img.example', '#0b6e4f', 'hilfe@']) {
      expect(neutral.html).not.toContain(mine);
      expect(neutral.text).not.toContain(mine);
    }
  });

  it('names what was ordered, and looks like the shop of the order', async () => {
    const items = [{ name: 'Enamel mug', quantity: 2 }];
    const brand = { name: 'Südlicht', color: '#8a1c5b' };
    const templates = testTemplates({ branding: BRANDING, order: { items, brand } });
    const own = await mail({ ...sample(), locale: 'de' }, templates);
    expect(own.text).toContain('Artikel: 2 × Enamel mug');
    expect(own.html).toContain('Südlicht');
    expect(own.html).toContain('#8a1c5b');
    expect(own.html).toContain('img.example');
    const stranger = await mail({ ...sample(), audience: 'subscribers' }, templates);
    expect(stranger.text).not.toContain('mug');
    const neutral = await mail({ ...sample(), branded: false }, templates);
    for (const mine of ['mug', 'Südlicht']) expect(neutral.html).not.toContain(mine);
  });

  it('is in the recipient’s language and way to write dates, else the merchant’s', async () => {
    const of = async (locale: string | null, branding = {}) =>
      (await mail({ ...sample({ template: 'picked_up' }), locale }, testTemplates({ branding })))
        .text;
    expect(await of('en')).toContain('Thursday, March 12, between 9:00 AM and 12:00 PM');
    expect(await of('en-GB')).toMatch(/Thursday,? 12 March, between 9:00 and 12:00/);
    expect(await of('de-AT')).toContain('Donnerstag, 12. März, zwischen');
    expect(await of('fr-CA')).toContain('Jeudi 12 mars');
    expect(await of('es')).toContain('entre las 9:00 y las 12:00');
    expect(await of('nl', { default_language: 'de' })).toContain('Donnerstag');
    expect(await of(null)).toContain('Thursday');
    expect(await of('en-'.repeat(9))).toContain('Thursday, March 12');
  });

  it('tells when it happened as the clock there showed', async () => {
    expect((await mail(sample(), testTemplates())).text).toContain(
      'When: Thursday, March 12, 10:42 AM',
    );
    const input = sample();
    const nowhere = withParts(input, { data: { time_zone: null } });
    expect((await mail(nowhere, testTemplates())).text).not.toContain('When:');
    const far = testTemplates({ place: 'Paramus, NJ', local: '2026-03-12T14:26:00' });
    expect((await mail(input, far)).text).toMatch(/When: .*March 12, 2:26 PM\nWhere: Paramus, NJ/);
    // Only the day of the scan is known; the destination's time must not be shown beside another
    // place.
    const day = testTemplates({ place: 'Paramus, NJ', local: '2026-03-12' });
    expect((await mail(input, day)).text).toContain('When: Thursday, March 12\n');
    const bare = testTemplates({ place: 'Paramus, NJ' });
    expect((await mail(input, bare)).text).not.toContain('When:');
  });

  it('names no day that has passed, and none but today beside “today”', async () => {
    const at = (text: string) => testTemplates({ nowMs: Date.parse(text) });
    const moving = sample({ template: 'picked_up' });
    const expectedLine = async (input: RenderInput, text: string) =>
      /Expected: .*/.exec((await mail(input, at(text))).text)?.[0] ?? null;
    // The window ends at 12:00 local time, which is 11:00 UTC.
    expect(await expectedLine(moving, '2026-03-12T10:59:00Z')).toContain('March 12');
    expect(await expectedLine(moving, '2026-03-12T11:01:00Z')).toBeNull();
    expect(await expectedLine(moving, '2026-03-13T08:00:00Z')).toBeNull();
    const allDay = { date: '2026-03-12', from_local: null, to_local: null };
    const shipment = { estimated_delivery: allDay };
    const ofAllDay = withParts(moving, { shipment });
    expect(await expectedLine(ofAllDay, '2026-03-12T22:59:00Z')).toContain('March 12');
    expect(await expectedLine(ofAllDay, '2026-03-12T23:01:00Z')).toBeNull();
    const window = { date: '2026-03-13', from_local: '2026-03-12', to_local: '2026-03-16' };
    const ours = withParts(moving, { shipment: { estimated_delivery: window } });
    expect(await expectedLine(ours, '2026-03-11T12:00:00Z')).toMatch(/March 12.*March 16/);
    const unzoned = { ...shipment, time_zone: null };
    const nowhere = withParts(moving, { data: unzoned, shipment: unzoned });
    expect(await expectedLine(nowhere, '2026-03-13T11:59:00Z')).not.toBeNull();

    const van = sample({ template: 'out_for_delivery', kind: 'sms' });
    const sms = async (input: RenderInput, text: string) => {
      const rendered = await at(text).render(input);
      return rendered.kind === 'sms' ? rendered.text : '';
    };
    expect(await sms(van, '2026-03-12T06:00:00Z')).toContain('March 12');
    expect(await sms(van, '2026-03-11T06:00:00Z')).not.toContain('March 12');
    const days = { estimated_delivery: { ...allDay, to_local: '2026-03-16' } };
    const ofDays = withParts(van, { data: days, shipment: days });
    expect(await sms(ofDays, '2026-03-12T06:00:00Z')).not.toContain('March');
    const moved = sample({ template: 'edd_changed' });
    const onTheVan = withParts(moved, { shipment: { status: 'out_for_delivery' } });
    expect(await expectedLine(onTheVan, '2026-03-11T06:00:00Z')).toContain('March 12');
  });

  it('does not tell of an estimate when the parcel is there or will not come', async () => {
    for (const template of ['delivered', 'returning', 'cancelled'] as const) {
      expect((await mail(sample({ template }))).text).not.toContain('Expected:');
    }
    expect((await mail(sample({ template: 'edd_changed' }))).text).toMatch(
      /Expected:.*\nPreviously: /,
    );
  });

  it('greets nobody by an advertisement', async () => {
    const greeting = async (recipientName: string | null) =>
      /Hello[^\n]*/.exec((await mail({ ...sample(), recipientName })).text)?.[0];
    expect(await greeting('Dr. Ann O’Neill-Søe')).toBe('Hello Dr. Ann O’Neill-Søe,');
    for (const bad of [
      'win.example/now',
      'www.win',
      'a@b.c',
      '<b>x',
      'call 0800123456',
      'x'.repeat(61),
      ' ',
      'visit shop.ru',
      null,
    ]) {
      expect([bad, await greeting(bad)]).toEqual([bad, 'Hello,']);
    }
  });
});

describe('the PIN of a delivery', () => {
  it('is in mail and SMS, in every language and whatever the merchant writes, and nowhere else', async () => {
    const own = testTemplates({
      own: { text: ['Soon.'], sms: ['Soon. {track_url}'], subject: 'Soon' },
    });
    for (const locale of LANGUAGES) {
      for (const from of [templates, own]) {
        const input = (kind: RenderInput['kind']): RenderInput => ({
          ...sample({ template: 'out_for_delivery', kind, locale }),
          pin: '4711',
        });
        const { subject, html, text } = await mail(input('email'), from);
        expect(subject).not.toContain('4711');
        expect(text).toMatch(/PIN.*: 4711\n/);
        expect(html.match(/4711/g)).toHaveLength(1);
        // The PIN must not be in the part of a mail that a locked phone shows.
        expect(html.indexOf('4711')).toBeGreaterThan(html.indexOf('</h1>'));
        const sms = await from.render(input('sms'));
        expect(wordsOf(sms)[0]).toMatch(/^[^.]*PIN[^.]*: 4711\. /);
      }
    }
    expect((await mail(sample({ template: 'out_for_delivery' }))).text).not.toContain('PIN');
  });
});

describe('what somebody wrote by hand', () => {
  it('stands in mail and SMS as it is, in every language, whatever the merchant’s own words are', async () => {
    const own = testTemplates({
      own: { text: ['Hello from us:'], sms: ['{track_url}'], subject: 'Hello' },
    });
    const written = { subject: 'Lamp {track_url}', text: 'It [broke].\n\n<b>Sorry</b> & bye.' };
    for (const locale of LANGUAGES) {
      for (const from of [templates, own]) {
        const input = (kind: RenderInput['kind']): RenderInput => ({
          ...sample({ template: 'merchant_message', kind, locale }),
          written,
        });
        const { subject, html, text } = await mail(input('email'), from);
        expect(subject).toBe('Lamp {track_url}');
        expect(text).toContain('\n\nIt [broke].\n\n<b>Sorry</b> & bye.\n\n');
        expect(html).toContain('&lt;b&gt;Sorry&lt;/b&gt; &amp; bye.');
        const [sms] = wordsOf(await from.render(input('sms')));
        expect(sms).toMatch(/^It \[broke\]\. <b>Sorry<\/b> & bye\. .*https:/);
      }
    }
  });
});

describe('a place', () => {
  it('is looked for only where a message tells it', async () => {
    const lookups: string[] = [];
    const counting = (own?: OwnWordsDocument) =>
      testTemplates({
        ...(own === undefined ? {} : { own }),
        get place() {
          lookups.push('place');
          return 'Hamburg, DE';
        },
      });
    await counting().render(sample({ template: 'picked_up', kind: 'email' }));
    expect(lookups.length).toBe(1);
    await counting().render(sample({ template: 'in_transit', kind: 'email' }));
    expect(lookups.length).toBe(1);
    const push = { push: 'Now[ in {location_text}]' };
    const rendered = await counting(push).render(sample({ template: 'in_transit', kind: 'push' }));
    expect(rendered).toMatchObject({ body: 'Now in Hamburg, DE' });
  });
});

const DELIVERY_REQUEST: DeliveryRequestDetails = {
  kind: 'reschedule',
  state: 'done',
  date: '2026-03-13',
  window: 'morning',
  instructions: null,
  place: null,
  address: null,
};

describe('what became of a request', () => {
  const contact = { name: null, email: null, phone: null };
  const mailAbout = async (
    deliveryRequest: Partial<DeliveryRequestDetails>,
    state: string,
    locale = 'en',
  ) => {
    const from = testTemplates({
      details: {
        contact,
        claim: null,
        deliveryRequests: [{ ...DELIVERY_REQUEST, ...deliveryRequest }],
      },
    });
    const { details: _, ...input } = sample({ template: 'delivery_request_confirmed', locale });
    return mail(withParts(input, { data: { delivery_request: { id: 'w', state } } }), from);
  };

  it.each([
    [{}, 'delivery on Friday, March 13, in the morning'],
    [{ window: null }, 'delivery on Friday, March 13'],
    [
      { kind: 'pickup_point', place: 'Corner Shop, Oak St 2' },
      'collection at Corner Shop, Oak St 2',
    ],
    [{ kind: 'hold_at_facility' }, 'collection at a carrier depot'],
    [{ kind: 'address', address: ['Elm St 1'] }, 'delivery to the corrected address'],
    [{ kind: 'address', address: null }, 'delivery to the unchanged address'],
  ] as const)('is said in words: %j', async (deliveryRequest, words) => {
    const { text, subject } = await mailAbout(deliveryRequest, 'done');
    expect(subject).toBe('Arranged: your request for the parcel from Acme');
    expect(text).toContain(`What you asked for has been arranged: ${words}.`);
    // No mail contains the destination's street.
    expect(text).not.toContain('Elm St 1');
  });

  it('is as plain when it cannot be, and says where something else can be chosen', async () => {
    const { text, subject } = await mailAbout({}, 'refused', 'de');
    expect(subject).toBe('Leider nicht möglich: Ihr Wunsch zum Paket von Acme');
    expect(text).toContain('leider nicht möglich: Zustellung am Freitag, 13. März, vormittags.');
    expect(text).toContain('was Sie noch tun können');
    expect(text).toContain('Sehen, was noch möglich ist');
  });

  it('is nothing for anybody else who follows the parcel', async () => {
    const input = sample({ template: 'delivery_request_confirmed', audience: 'subscribers' });
    expect((await mail(input)).text).not.toContain('March 13');
  });
});

describe('the place where a parcel can be fetched', () => {
  const pickup = {
    name: 'Corner Shop',
    address: '1 Main Street, Boulder, CO 80301',
    hours: [
      { weekday: 'monday' as const, opens: '09:00', closes: '18:00' },
      { weekday: 'tuesday' as const, opens: '00:00', closes: '24:00' },
    ],
  };
  const textIn = async (locale: string, options: Parameters<typeof testTemplates>[0]) => {
    const input = sample({ template: 'available_for_pickup', kind: 'email', locale });
    const rendered = await testTemplates(options).render(input);
    return rendered.kind === 'email' ? rendered.text : '';
  };

  it('stands in the mail with address and hours', async () => {
    const en = await textIn('en', { pickup });
    expect(en).toContain('parcel now: Corner Shop, 1 Main Street, Boulder, CO 80301.');
    expect(en).toContain('Opening hours: Mon 9:00 AM–6:00 PM; Tue 24 hours');
    expect(await textIn('de', { pickup })).toContain(
      'Öffnungszeiten: Mo 9:00–18:00; Di rund um die Uhr',
    );
  });

  it('is said not to be known where the carrier names none', async () => {
    const en = await textIn('en', { place: 'Boulder, CO, US' });
    expect(en).toContain('You can pick up your parcel now. Bring');
    expect(en).toContain('has not said exactly where');
    expect(en).toContain('Where: Boulder, CO, US');
    expect(await textIn('de', {})).toContain('hat uns nicht mitgeteilt, wo genau');
    expect(await textIn('de', { pickup })).not.toContain('hat uns nicht mitgeteilt');
  });
});

describe('other kinds', () => {
  it('a ticket is for the merchant’s people: in its language, with the case it is about', async () => {
    const de = testTemplates({ branding: { default_language: 'de' } });
    const input = sample({ template: 'exception', kind: 'ticket', locale: 'fr' });
    const rendered = await de.render(input);
    expect(rendered).toMatchObject({
      kind: 'ticket',
      subject: 'Problem bei der Zustellung: postal 123456789012, Bestellung 10042',
      tags: ['delivery-exception', 'exception', 'postal', 'address_not_found'],
      externalId: `waybill-${input.shipment['id']}`,
    });
    expect(JSON.stringify(rendered)).not.toContain('Hallo Anna');
    const deadline_at = '2026-03-14T12:00:00.000Z';
    const ofCase = withParts(input, { data: { case: { id: 'c-1', attempts: 3, deadline_at } } });
    const ticket = await de.render(ofCase);
    expect(ticket).toMatchObject({ externalId: 'waybill-c-1' });
    expect(JSON.stringify(ticket)).toContain(
      'Zustellversuche: 3\\nZu erledigen bis: 2026-03-14 12:00 UTC\\nFall: http',
    );
    expect(JSON.stringify(ticket)).toContain('/console/exceptions/c-1');
  });

  it('a ticket says what was done, requested and claimed, and whom to reach; a name writes no line', async () => {
    const details: CaseDetails = {
      contact: { name: 'Anna\nFall: http://x', email: 'anna@example.com', phone: '+49 40 1' },
      deliveryRequests: [
        {
          ...DELIVERY_REQUEST,
          kind: 'address',
          state: 'open',
          address: ['Elbchaussee 1', 'Hamburg'],
        },
        { ...DELIVERY_REQUEST, state: 'refused', instructions: 'Bei Meyer klingeln' },
      ],
      claim: {
        state: 'submitted',
        amountMinor: 4_900,
        grantedMinor: null,
        currency: 'EUR',
        reference: 'C-1',
      },
    };
    const { details: _, ...input } = sample({ template: 'exception_updated', kind: 'ticket' });
    const data = { case: { id: 'c-1' }, happened: ['delivery_request_made', 'x'] };
    const updated = withParts(input, { data, event: { type: 'shipment.exception_updated' } });
    const de = testTemplates({ branding: { default_language: 'de' }, details });
    const ticket = await de.render({ ...updated, audience: 'merchant' });
    if (ticket.kind !== 'ticket') throw new Error('no ticket');
    expect(ticket.update).toEqual({
      kind: 'updated',
      happened: ['delivery_request_made', 'x'],
      contact: details.contact,
    });
    expect(ticket.text).not.toContain('Elbchaussee');
    expect(ticket.text.split('\n').slice(-9, -2)).toEqual([
      'Neu: ein Wunsch wurde geäußert',
      'Wunsch: Zustellung an die berichtigte Adresse (wartet auf Sie)',
      'Wunsch: Zustellung am Freitag, 13. März, vormittags (abgelehnt)',
      'Für den Fahrer: Bei Meyer klingeln',
      'Schadensmeldung: eingereicht, 49.00 EUR, C-1',
      'Empfänger: Anna Fall: http://x, anna@example.com, +49 40 1',
      'Fall: https://t.example/console/exceptions/c-1',
    ]);
  });

  it('a system of the merchant’s gets all of it but the recipient’s name', async () => {
    const rendered = await templates.render(sample({ kind: 'webhook' }));
    if (rendered.kind !== 'webhook') throw new Error('no webhook');
    expect(rendered.body).toMatchObject({
      template: 'delivered',
      language: 'en',
      mode: 'test',
      carrier: 'postal',
      order_id: '10042',
      message: { subject: 'Delivered: your parcel from Nordlicht' },
    });
    expect(JSON.stringify(rendered.body)).not.toContain('Anna');
  });

  it('the SMS of a code begins with it, says who asks, and is two at most', async () => {
    for (const locale of LANGUAGES) {
      const input = sample({ template: 'confirm_subscription', locale, kind: 'sms' });
      const unsubscribeUrl = `https://hub.example/unsubscribe?t=${'x'.repeat(76)}`;
      const links = { ...input.links, unsubscribeUrl };
      const said = async (branded: boolean) =>
        wordsOf(await testTemplates().render({ ...input, code: '012345', branded, links }))[0] ??
        '';
      const text = await said(true);
      expect(text).toMatch(/^012345 .*Acme/);
      expect(await said(false)).not.toContain('Acme');
      expect([text, smsSize(text)]).toEqual([
        text,
        expect.objectContaining({ alphabet: 'gsm', parts: 2 }),
      ]);
      expect(text.endsWith(unsubscribeUrl)).toBe(true);
    }
  });

  it('an SMS to who asked for updates says at its end how to stop them, in two at most', async () => {
    const own = testTemplates({
      own: { text: ['Soon.'], sms: ['Soon. {track_url}'], subject: 'Soon' },
    });
    for (const template of TEMPLATES) {
      if (template === 'confirm_subscription') continue;
      for (const locale of LANGUAGES) {
        const input = sample({ template, locale, kind: 'sms', audience: 'subscribers' });
        const links = { ...input.links, actionUrl: null };
        const [text = ''] = wordsOf(await templates.render({ ...input, links }));
        expect(text.endsWith(`: ${links.unsubscribeUrl}`)).toBe(true);
        expect([text, smsSize(text)]).toEqual([
          text,
          expect.objectContaining({ alphabet: 'gsm', parts: 2 }),
        ]);
        const [said = ''] = wordsOf(await own.render({ ...input, links }));
        expect(said.endsWith(`: ${links.unsubscribeUrl}`)).toBe(true);
      }
    }
    // A merchant's own text that contains the URL does not get it twice.
    const sms = ['Soon. {track_url}[ No more: {unsubscribe_url}]', 'Soon. {track_url}'];
    const twice = testTemplates({ own: { sms } });
    const input = sample({ template: 'delivered', kind: 'sms', audience: 'subscribers' });
    const [text = ''] = wordsOf(await twice.render(input));
    expect(text.split(input.links.unsubscribeUrl ?? '')).toHaveLength(2);
    expect(text).toMatch(/^Soon\. \S+ No more: \S+$/);
  });

  it('an SMS is one where the address leaves room, and the address is whole', async () => {
    for (const template of TEMPLATES) {
      for (const locale of LANGUAGES) {
        const input = sample({ template, locale, kind: 'sms' });
        const short = await templates.render({
          ...input,
          links: { ...input.links, actionUrl: null },
        });
        if (short.kind !== 'sms') throw new Error('no SMS');
        expect([short.text, smsSize(short.text)]).toEqual([
          short.text,
          expect.objectContaining({ alphabet: 'gsm', parts: 1 }),
        ]);
        expect(short.text).toContain(input.links.trackUrl);
        const long = await templates.render(input);
        if (long.kind !== 'sms') throw new Error('no SMS');
        expect(smsSize(long.text)).toMatchObject({ alphabet: 'gsm' });
        expect(smsSize(long.text).parts).toBeLessThanOrEqual(2);
        if (input.links.actionUrl && long.text.includes('?t=')) {
          expect(long.text).toContain(input.links.actionUrl);
        }
      }
    }
  });
});
