import { afterAll, describe, expect, it, vi } from 'vitest';
import { estimateJson, estimateTimes } from '../../../../events/estimate.ts';
import { STATUSES } from '../../../../kernel/status.ts';
import { formattersMade } from '../../../../kernel/time/test-formatters.ts';
import type { PlaceOfPickup } from '../../../../reactions/exceptions/index.ts';
import type { PublicEvent, PublicTrack } from '../../../../tracking/ports/public-tracks.ts';
import { dueAt, openTrackingPages } from './tracking-pages.tsx';

const pages = openTrackingPages({
  carrier: (carrier) =>
    carrier === 'acme' ? { name: 'Acme', url: 'https://acme.test/?n=1' } : null,
});
const trackPage = (...shown: Parameters<typeof pages.track>) => pages.track(...shown).toString();
const request = (language = 'en', search = '') => ({
  language,
  path: '/track/K1',
  query: new URLSearchParams(search),
});

const event = (local: string | null, changes: Partial<PublicEvent> = {}): PublicEvent => ({
  occurred_at:
    local === null
      ? null
      : new Date(`${local.padEnd(16, 'T00:00').slice(0, 16)}-05:00`).toISOString(),
  occurred_local: local,
  time_zone: local === null ? null : '-05:00',
  status: 'in_transit',
  sub_status: null,
  milestone: null,
  description: 'On the way',
  location: 'Memphis, TN, US',
  ...changes,
});

const track = (changes: Partial<PublicTrack> = {}): PublicTrack => ({
  tracking_number: 'K1',
  carrier: 'acme',
  status: 'in_transit',
  sub_status: null,
  status_text: 'On the way',
  confirmed: true,
  estimated_delivery: null,
  events: [event('2026-11-19T13:31:00')],
  ...changes,
});
const edd = (date: string, from: string | null = null, to: string | null = null) => ({
  estimated_delivery: estimateJson({ date, from, to, source: 'carrier', confidence: null }, null),
});

/** The visible text: single spaces, without script and style. */
function textOf(html: string): string {
  return html
    .replace(/<(style|script|title)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&amp;', '&')
    .replace(/[\s\u202f\u00a0]+/g, ' ');
}
const show = (changes: Partial<PublicTrack> = {}, language = 'en') =>
  trackPage(request(language), track(changes), 'v1');

describe('the tracking page', () => {
  it('escapes all markup from outside', () => {
    const evil = `"><img src=x onerror=alert(1)>'</style><script>alert(1)</script>`;
    const html = trackPage(
      { ...request(), path: `/track/${encodeURIComponent(evil)}` },
      track({
        tracking_number: evil,
        carrier: evil,
        sub_status: evil,
        events: [event('2026-11-19T13:31', { description: evil, location: evil })],
      }),
      evil,
    );
    expect(html).not.toMatch(/<img|<script>/);
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(textOf(html).match(/&lt;img src=x/g)?.length).toBeGreaterThan(2);
  });

  it('contains its style sheet once, whatever the texts contain', () => {
    const css = '<style>css</style>';
    const html = trackPage(request(), track({ tracking_number: css, carrier: css }), css);
    expect(html.split(pages.assets.css)).toHaveLength(2);
    expect(html.split(css)).toHaveLength(1);
    expect(html).toMatch(/^<!doctype html>[\s\S]*<\/html>$/);
  });

  it('treats broken dates, times and zones as unknown', () => {
    const html = show({
      ...edd('2026-02-30', 'soon', 'later'),
      events: [
        event(null),
        event('2026-02-30T10:00:00', { occurred_at: null, time_zone: null }),
        event('2026-11-19', { occurred_at: null, time_zone: null }),
        event('2026-11-18T08:00:00', { occurred_at: null, time_zone: null }),
      ],
    });
    expect(html).not.toMatch(/Invalid|NaN|undefined|null/);
    expect(textOf(html)).toMatch(/Date not given Time not given.*November 19, 2026 Time not given/);
    expect(textOf(html)).toContain('8:00 AM local time');
    expect(textOf(html)).not.toContain('Expected');
  });

  it('says so when nothing has happened yet', () => {
    expect(textOf(show({ status: 'created', events: [] }))).toContain('Nothing has been reported');
  });

  it.each([
    ['en', 'The carrier does not know this number yet', 'Being prepared'],
    ['de', 'Dem Paketdienst ist diese Nummer noch nicht bekannt', 'Angekündigt'],
    ['es', 'El transportista aún no conoce este número', 'En preparación'],
    ['fr', 'Le transporteur ne connaît pas encore ce numéro', 'En préparation'],
  ])(
    'does not mention the sender while the carrier does not know the number (%s)',
    (language, said, not) => {
      const unknown = { status: 'created', sub_status: 'not_found', events: [] } as const;
      const read = textOf(show(unknown, language));
      expect(read).toContain(said);
      expect(read).not.toContain(not);
    },
  );

  it('is one document with landmarks, one main heading and headings in order', () => {
    const html = show();
    expect(html).toMatch(/^<!doctype html><html lang="en">/);
    for (const landmark of ['header', 'main', 'footer', 'nav']) {
      expect(html.match(new RegExp(`<${landmark}[ >]`, 'g'))).toHaveLength(1);
    }
    expect([...html.matchAll(/<h(\d)/g)].map(([, level]) => level)).toEqual(['1', '2', '3']);
    expect(html).toMatch(/<a class="skip" href="#main">/);
    expect(html).toMatch(/role="status" aria-live="polite"/);
    expect(html).toContain('<meta name="robots" content="noindex"/>');
  });

  it('groups events by the local day of their places, in the original order', () => {
    const html = show({
      events: [
        event('2026-11-20T00:10:00'),
        event('2026-11-19T23:50:00'),
        event('2026-11-19T08:00:00'),
        event('2026-11-20T01:00:00', { occurred_at: '2026-11-19T12:00:00Z' }),
      ],
    });
    const days = [...html.matchAll(/<h3><time datetime="([^"]+)">/g)].map(([, day]) => day);
    expect(days).toEqual(['2026-11-20', '2026-11-19', '2026-11-20']);
    expect(html).toContain('<time datetime="2026-11-20T01:00:00+13:00">');
    expect(textOf(html)).toContain('1:00 AM UTC+13:00');
  });

  it('names a zone that has a known name', () => {
    const html = show({
      events: [event('2026-11-19T13:31:00', { time_zone: 'America/New_York' })],
    });
    expect(html).toContain('<span class="zone" title="America/New_York">UTC−05:00</span>');
  });

  it.each([
    [edd('2026-11-20'), 'Expected Friday, November 20 Progress'],
    [
      edd('2026-11-20', '2026-11-20T13:15:00-05:00', '2026-11-20T15:15:00-05:00'),
      'Expected Friday, November 20 between 1:15 PM and 3:15 PM',
    ],
    [edd('2026-11-20', null, '2026-11-20T20:00'), 'Expected Friday, November 20 before 8 PM'],
    [edd('2026-11-20', '2026-11-20T08:00'), 'Expected Friday, November 20 from 8:00 AM'],
    [edd('2026-11-20', '2026-11-20T00:00', '2026-11-20T23:59:59'), 'November 20 Progress'],
    [
      edd('2026-11-20', '2026-11-20', '2026-11-23'),
      'Expected Friday, November 20 until Monday, November 23',
    ],
  ])('formats the date %#', (estimate, words) => {
    const text = textOf(show(estimate).replace(/<ol class="steps" aria-label="/, '<ol>$&'));
    expect(text.replace(/ ?<?ol> ?/g, '')).toContain(words.replace(' Progress', ''));
  });

  it('shows no expected date for a parcel that has arrived, or will not', () => {
    for (const status of ['delivered', 'cancelled', 'returned_to_sender', 'returning'] as const) {
      expect(textOf(show({ status, ...edd('2026-11-20') }))).not.toContain('Expected');
    }
    for (const reason of ['damaged', 'lost', 'disposed']) {
      const away = show({ status: 'exception', sub_status: reason, ...edd('2026-11-20') });
      expect(textOf(away), reason).not.toMatch(/Expected|November 20/);
    }
    expect(textOf(show({ status: 'available_for_pickup', ...edd('2026-11-20') }))).not.toContain(
      'Expected',
    );
    const held = show({ status: 'exception', sub_status: 'weather_delay', ...edd('2026-11-20') });
    expect(textOf(held)).toContain('Expected Friday, November 20');
    const delivered = show({
      status: 'delivered',
      events: [event('2026-11-20T14:12:00', { status: 'delivered' })],
    });
    expect(textOf(delivered)).toContain('Delivered Friday, November 20, 2026 2:12 PM');
  });

  it('shows a past day as the former estimate, by the clock of the estimate', () => {
    const moving = track({ ...edd('2026-11-18'), events: [event('2026-11-17T13:31:00')] });
    const late = (changes: Partial<PublicTrack>, at: string) =>
      dueAt({ ...moving, ...changes }, Date.parse(at), '21:00').day === 'past';
    expect(late({}, '2026-11-19T04:59:00Z'), 'still the 18th at the last scan').toBe(false);
    expect(late({}, '2026-11-19T05:00:00Z')).toBe(true);
    expect(late({ events: [] }, '2026-11-19T11:59:00Z'), 'still the 18th somewhere').toBe(false);
    expect(late({ events: [] }, '2026-11-19T12:00:00Z')).toBe(true);
    const east = edd('2026-11-18', null, '2026-11-18T20:00:00+09:00');
    expect(late(east, '2026-11-18T15:00:00Z')).toBe(true);
    const days = edd('2026-11-18', '2026-11-18', '2026-11-21');
    expect(late(days, '2026-11-20T15:00:00Z')).toBe(false);
    expect(late({ estimated_delivery: null }, '2030-01-01T00:00:00Z')).toBe(false);
    const due = { day: 'past', today: '2026-11-19', before: null } as const;
    const html = trackPage(request(), moving, 'v1', { due });
    expect(textOf(html)).toContain(
      'Was expected on Wednesday, November 18 A new date is not known yet.',
    );
    expect(textOf(html)).not.toMatch(/Expected|Estimate of/);
    const { estimated_delivery: withdrawn, ...rest } = moving;
    const outcome = {
      ...rest,
      estimated_delivery: null,
      previous_estimate: withdrawn ?? undefined,
    };
    expect(textOf(trackPage(request(), outcome as PublicTrack, 'v1', {}))).toContain(
      'Was expected on Wednesday, November 18 A new date is not known yet.',
    );
    const order = pages.order(request(), 'A', [{ track: moving, due }]);
    expect(textOf(order)).toContain('Was expected on Wednesday, November 18');
  });

  const loaded = (changes: Partial<PublicTrack> = {}) =>
    track({
      status: 'out_for_delivery',
      events: [event('2026-11-20T07:02:00', { status: 'out_for_delivery' })],
      ...changes,
    });
  const readAt = (parcel: PublicTrack, at: string, language = 'en') => {
    const due = dueAt(parcel, Date.parse(at), '22:00');
    return textOf(trackPage(request(language), parcel, 'v1', { due }));
  };

  it.each([
    ['en', 'Expected today, before 10 PM'],
    ['de', 'Voraussichtlich heute, bis 22:00'],
    ['es', 'Previsto hoy, antes de las 22:00'],
    ['fr', 'Prévu aujourd’hui, avant 22:00'],
  ])('names the end of the day for a parcel that is out for delivery (%s)', (language, words) => {
    const day = edd('2026-11-20', '2026-11-20', '2026-11-20');
    expect(readAt(loaded(day), '2026-11-20T14:00:00Z', language)).toContain(words);
  });

  it('knows that a loaded parcel comes today, by the clock of the place', () => {
    expect(readAt(loaded(), '2026-11-21T02:59:00Z')).toContain('Expected today, before 10 PM');
    const late = readAt(loaded(), '2026-11-21T03:00:00Z');
    expect(late).toContain('Expected today');
    expect(late).not.toContain('before 10 PM');
    expect(readAt(loaded(), '2026-11-21T05:00:00Z')).not.toContain('today');
    const overdue = loaded(edd('2026-11-18'));
    expect(readAt(overdue, '2026-11-20T14:00:00Z')).toContain('Expected today, before 10 PM');
    expect(readAt(overdue, '2026-11-20T14:00:00Z')).not.toMatch(/Was expected|Estimate by/);
    const ahead = loaded(edd('2026-11-23'));
    expect(readAt(ahead, '2026-11-20T14:00:00Z')).toContain('Expected Monday, November 23');
    const zoneless = loaded({
      events: [event('2026-11-20T07:02:00', { status: 'out_for_delivery', occurred_at: null })],
    });
    expect(readAt(zoneless, '2026-11-20T14:00:00Z')).not.toContain('today');
    const moving = track(edd('2026-11-20'));
    const onTheWay = readAt(moving, '2026-11-20T14:00:00Z');
    expect(onTheWay).toContain('Expected today');
    expect(onTheWay).not.toContain('before');
  });

  it('prefers hours of the estimate to the end of the day, until they have passed', () => {
    const hours = loaded(
      edd('2026-11-20', '2026-11-20T13:15:00-05:00', '2026-11-20T15:15:00-05:00'),
    );
    const window = 'Expected today, between 1:15 PM and 3:15 PM';
    expect(readAt(hours, '2026-11-20T19:00:00Z')).toContain(window);
    expect(readAt(hours, '2026-11-20T20:16:00Z')).toContain('Expected today, before 10 PM');
    expect(readAt(hours, '2026-11-21T03:00:00Z')).toContain(window);
  });

  it('marks a state that is only reported, and stays live until it is confirmed', () => {
    const reported = show({ status: 'delivered', confirmed: false });
    expect(textOf(reported)).toContain('Reported, awaiting confirmation');
    expect(reported).toContain('data-live="/track/acme/K1/live"');
    const sure = show({ status: 'delivered' });
    expect(textOf(sure)).not.toContain('awaiting confirmation');
    expect(sure).not.toContain('data-live=');
  });

  it('states the reason once', () => {
    const html = show({ status: 'exception', sub_status: 'address_not_found' });
    expect(textOf(html)).toContain('Delivery problem The address could not be found');
    const unknown = show({ status: 'exception', sub_status: 'unknown_reason' });
    expect(textOf(unknown)).not.toContain('unknown_reason');
  });

  it('links to the carrier and passes on only the number', () => {
    expect(show()).toContain(
      '<a class="elsewhere" href="https://acme.test/?n=1" rel="noreferrer">',
    );
    expect(textOf(show())).toContain('See it at Acme');
    expect(textOf(show({ carrier: 'gone' }))).not.toContain('See it at');
  });

  it.each(STATUSES.flatMap((status) => pages.languages.map((language) => [status, language])))(
    'has texts and a progress step for %s in %s',
    (status, language) => {
      const html = show({ status: status as PublicTrack['status'] }, language);
      expect(html).toContain(`<html lang="${language}">`);
      expect(textOf(html)).not.toMatch(/\{\w+\}|undefined/);
      expect(html).toMatch(/<ol class="steps"/);
      const isEnd = ['delivered', 'returned_to_sender', 'cancelled'].includes(status ?? '');
      expect(html.match(/aria-current="step"/g) ?? []).toHaveLength(isEnd ? 0 : 1);
    },
  );

  it('translates all events and leaves none in English', () => {
    const html = show({ events: [event('2026-11-19T13:31:00', { milestone: 'departed' })] }, 'de');
    expect(textOf(html)).toContain('Paketzentrum verlassen');
    expect(textOf(html)).not.toMatch(/On the way|Left a/);
  });

  it('keeps a chosen language and the order query in its links', () => {
    const chosen = trackPage(request('de', 'lang=de'), track(), 'v1');
    expect(chosen).toContain('href="/track?lang=de"');
    const order = pages.order(
      { language: 'en', path: '/track', query: new URLSearchParams('order=A&postal_code=1') },
      'A',
      [{ track: track() }],
    );
    expect(order).toContain('href="/track?order=A&amp;lang=de"');
  });

  it('renders the same bytes for the same parcel: nothing depends on the clock', () => {
    const first = show();
    vi.useFakeTimers({ now: Date.UTC(2031, 0, 1) });
    expect(show()).toBe(first);
    vi.useRealTimers();
  });

  it('makes no formatters when it is shown again', async () => {
    const withHours = edd('2026-11-20', '2026-11-20T10:00', '2026-11-20T12:00');
    const again = () => show({ status: 'out_for_delivery', ...withHours });
    expect(again()).toContain('10:00');
    expect(await formattersMade(again)).toEqual([]);
  });
  afterAll(() => vi.useRealTimers());
});

describe('a parcel of the test mode', () => {
  it.each([
    ['en', 'This is a test parcel: its updates are simulated'],
    ['de', 'Dies ist ein Testpaket: Seine Meldungen sind simuliert'],
  ])('says so, and does not link to a carrier (%s)', (language, said) => {
    const page = (isTest: boolean) => trackPage(request(language), track(), 'v1', { isTest });
    expect(textOf(page(true))).toContain(said);
    expect(page(true)).not.toContain('class="elsewhere"');
    expect(page(false)).toContain('class="elsewhere"');
    expect(textOf(page(false))).not.toContain(said);
  });
});

describe('an estimate of ours', () => {
  const ours = (changes: Partial<PublicTrack> = {}): Partial<PublicTrack> => ({
    estimated_delivery: estimateJson(
      {
        date: '2026-11-24',
        from: '2026-11-23',
        to: '2026-11-26',
        source: 'model',
        confidence: 0.7,
      },
      null,
    ),
    previous_estimate: estimateTimes({ date: '2026-11-23', from: null, to: null }, null),
    moved: { code: 'slower' },
    ...changes,
  });

  it.each([
    [
      'en',
      /Tuesday, November 24 between Monday, November 23 and Thursday, November 26 Previously Monday, November 23 It is travelling more slowly than expected\. Our estimate, based on similar parcels/,
    ],
    [
      'de',
      /Dienstag, 24\. November .*zwischen Montag, 23\. November und Donnerstag, 26\. November/,
    ],
    [
      'es',
      /martes, 24 de noviembre .*entre el lunes, 23 de noviembre y el jueves, 26 de noviembre .*Nuestra estimación/,
    ],
    [
      'fr',
      /mardi 24 novembre .*entre le lundi 23 novembre et le jeudi 26 novembre .*Notre estimation/,
    ],
  ])('is a window with its source and the reason why it moved (%s)', (language, said) => {
    expect(textOf(show(ours(), language))).toMatch(said);
  });

  it('warns when it moved later, and not when it moved earlier', () => {
    const previous = (date: string) =>
      show(ours({ previous_estimate: estimateTimes({ date, from: null, to: null }, null) }));
    expect(previous('2026-11-23')).toContain('<time class="before late"');
    const earlier = previous('2026-11-25');
    expect(earlier).toContain('<time class="before"');
    expect(textOf(earlier)).toContain('Previously Wednesday, November 25');
  });

  it('names the carrier’s estimate, and the non-delivery day', () => {
    const reported = { code: 'reported', reason: 'weather_delay' };
    expect(textOf(show(ours({ moved: reported })))).toMatch(/The carrier reports: [^.]*weather/);
    const closed = { code: 'holiday', date: '2026-11-26' };
    expect(textOf(show(ours({ moved: closed })))).toContain(
      'Thursday, November 26, a public holiday',
    );
  });

  it('shows no reason that this version does not know', () => {
    const html = show(ours({ moved: { code: 'phase_of_the_moon', reason: '<b>' } }));
    expect(textOf(html)).toContain('Tuesday, November 24');
    expect(html).not.toMatch(/moon|<b>|undefined/);
  });

  it('shows its hours when it changes within the day', () => {
    const today = ours({
      estimated_delivery: estimateJson(
        {
          date: '2026-11-24',
          from: '2026-11-24T10:00',
          to: '2026-11-24T14:00',
          source: 'rule',
          confidence: 0.3,
        },
        null,
      ),
    });
    expect(textOf(show(today))).toContain('between 10:00 AM and 2:00 PM');
    expect(textOf(show(today))).toContain('Our estimate, based on working days');
  });
});

describe('a parcel to be collected', () => {
  const waiting = (changes: Partial<PublicTrack> = {}) =>
    track({
      status: 'available_for_pickup',
      events: [event('2026-11-19T13:31:00', { status: 'available_for_pickup' })],
      ...changes,
    });
  const panel = (pickup: PlaceOfPickup | null) => ({
    token: 't',
    orderIds: [],
    items: [],
    proofs: [],
    pin: null,
    hasProofDocument: false,
    trouble: null,
    offers: {
      reschedule: null,
      points: [],
      redirect: { by: 'nobody' as const, options: [] },
      address: null,
      proofAvailable: false,
      pickup,
    },
  });
  const shop = {
    name: 'Corner Shop',
    kind: 'shop' as const,
    address: {
      street: '1 Main Street',
      city: 'Boulder',
      region: 'CO',
      postalCode: '80301',
      country: 'US',
    },
    hours: [{ weekday: 'monday' as const, opens: '09:00', closes: '18:00' }],
  };

  it('shows the place and its town to anyone', () => {
    const point = { name: 'Corner Shop', location: 'Boulder, CO, US' };
    expect(textOf(trackPage(request(), waiting({ pickup_point: point }), 'v1'))).toContain(
      'Waiting for you here Corner Shop Boulder, CO, US',
    );
  });

  it.each([
    ['en', 'Waiting for you here Memphis, TN, US Acme has not said exactly where.'],
    ['de', 'Hier liegt es bereit Memphis, TN, US Acme hat uns nicht mitgeteilt, wo genau.'],
  ])('says so when the carrier names no place (%s)', (language, words) => {
    expect(textOf(trackPage(request(language), waiting(), 'v1'))).toContain(words);
    const nowhere = waiting({ pickup_point: { name: null, location: null }, events: [] });
    expect(textOf(trackPage(request(language), nowhere, 'v1'))).toContain(words.slice(-30));
  });

  it('shows the recipient street and hours, and where the parcel is being taken', () => {
    const waits = panel({ state: 'waits', location: null, point: shop });
    const html = trackPage(request(), waiting(), 'v1', { panel: waits });
    expect(textOf(html)).toContain(
      'Waiting for you here Corner Shop 1 Main Street, Boulder, CO 80301 Mon 9:00 AM–6:00 PM',
    );
    const goes = panel({ state: 'goes', location: null, point: shop });
    const under = trackPage(request('de'), track(), 'v1', { panel: goes });
    expect(textOf(under)).toContain('Dorthin wird es gebracht Corner Shop 1 Main Street');
    expect(textOf(under)).toContain('Mo 9:00–18:00');
  });

  it('shows no place before it is on its way there, nor once it has been collected', () => {
    for (const status of ['in_transit', 'delivered'] as const) {
      expect(show({ status }), status).not.toContain('pickup-place');
    }
  });
});

describe('the style sheet', () => {
  it('is in the page exactly as hashed in the policy', async () => {
    const css = /<style>([\s\S]*?)<\/style>/.exec(show())?.[1];
    expect(css).toBe(pages.assets.css);
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(css));
    const hash = Buffer.from(digest).toString('base64');
    expect(pages.assets.contentSecurityPolicy()).toContain(`style-src 'sha256-${hash}'`);
  });
});

describe('a courier whose route is known', () => {
  const arriving = (stopsBefore: number, language: string) => {
    const hours = { from: '2026-11-20T14:10', to: '2026-11-20T14:25' };
    const outcome = { date: '2026-11-20', ...hours, source: 'model', confidence: 0.8 } as const;
    const estimate = estimateJson({ ...outcome, stopsBefore }, 'Europe/Berlin');
    return textOf(show({ status: 'out_for_delivery', estimated_delivery: estimate }, language));
  };

  it.each([
    ['en', 3, 'between 2:10 PM and 2:25 PM, 3 stops before you'],
    ['en', 1, '2:25 PM, 1 stop before you'],
    ['en', 0, '2:25 PM, you are next'],
    ['de', 3, ', noch 3 Stopps vor Ihnen'],
    ['fr', 3, ', encore 3 arrêts avant vous'],
    ['es', 3, ', 3 paradas antes de la suya'],
  ])('is announced in %s with %i stops before', (language, stopsBefore, words) => {
    expect(arriving(stopsBefore, language)).toContain(words);
  });
});
