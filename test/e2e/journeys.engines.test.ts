import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventWanted } from '../../src/adapters/sandbox-kit/station.ts';
import { type Journey, openJourney, type Row } from '../support/hubs/journey.ts';
import {
  clockOf,
  eventsOf,
  linkOf,
  messagesOf,
  noGap,
  notSentOf,
  openCase,
  openStories,
  type Story,
  sequencesOf,
} from '../support/parcels/stories.ts';
import {
  CHROMIUM,
  closePages,
  HAS_CHROMIUM,
  openPage,
  sharedBrowser,
} from './tracking-page-browser.ts';

/**
 * Complete lives of parcels: carriers push and are polled, recipients read and click, a merchant's
 * people and systems do their part. Everything but time and the carriers is real.
 */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

/** A Monday, at midnight in New York, the destination of most parcels. */
const START_MS = Date.UTC(2026, 3, 13, 4);

let journey: Journey;
let browser: Browser;
const stories = openStories(START_MS);

beforeAll(async () => {
  if (!HAS_CHROMIUM) return;
  [journey, browser] = await Promise.all([openJourney({ startMs: START_MS }), sharedBrowser()]);
  for (const carrier of ['fedex', 'ups']) {
    await journey.virtual.typeHook(carrier, await journey.virtual.connect(carrier));
  }
  await stories.run(journey);
}, 1_200_000);
afterAll(async () => {
  await closePages(browser);
  await journey?.close();
});

/** Opens a link from a mail as its reader would, with a browser in their language. */
async function browse(it: Story, url: string, act: (page: Page) => Promise<void>): Promise<void> {
  const locale = it.language === 'de' ? 'de-DE' : 'en-US';
  const { page, complaints } = await openPage(browser, { locale });
  try {
    await page.goto(url);
    await act(page);
    expect(complaints).toEqual([]);
  } finally {
    await page.context().close();
  }
}

/** The merchant's people call the API. */
async function call(method: string, path: string, body?: unknown): Promise<Row> {
  const answer = await journey.merchant(method, `/v1${path}`, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.body;
}

async function caseId(it: Story, kind: string): Promise<string> {
  return String((await openCase(journey, it, kind))['id']);
}

/** A case as its lines: kind, reason, state, outcome; from, until when; who closed it. */
async function casesOf(it: Story): Promise<readonly string[]> {
  const at = (time: unknown) => (time === null ? '-' : clockOf(Date.parse(String(time))));
  return (await journey.cases(it.id)).map((each) => {
    const { kind, reason, state, outcome, attempts, opened_at, deadline_at, closed_at } = each;
    const what = [kind, reason, state, outcome, `${attempts} attempts`, each['closed_by']];
    return `${what.join(' ')}: ${at(opened_at)} → ${at(closed_at)}, due ${at(deadline_at)}`;
  });
}

/** One more scan, in the carrier's codes. */
function scan(carrier: string, it: Story, event: EventWanted): void {
  expect(journey.virtual.sandbox.addEvent(carrier, it.number, event)).toBe(true);
}

const place = (city: string, region: string, postalCode: string, zone: string) => ({
  city,
  region,
  postalCode,
  zone,
  country: 'US',
});
const NORTON = place('NORTON', 'VA', '24273', 'America/New_York');
const SPOKANE = place('SPOKANE', 'WA', '99217', 'America/Los_Angeles');
const DENVER = place('Denver', 'CO', '80011', 'America/Denver');

const fedexScan = (event: string, text: string, at = NORTON): EventWanted => ({
  codes: { event },
  text,
  place: at,
  details: { locationType: event === 'OD' ? 'VEHICLE' : 'DELIVERY_LOCATION', exceptionText: '' },
});
const upsScan = (type: string, code: string, status3: string, text: string): EventWanted => ({
  codes: { type, code, status3 },
  text,
  place: DENVER,
});

async function subscribe(it: Story, address: string, locale: string): Promise<void> {
  const requests = { tracking_number: it.number, channel: 'email', address, locale };
  const milestones = ['out_for_delivery', 'delivered', 'corrected'];
  const answer = await journey.anybody('POST', '/v1/notifications/subscribe', {
    ...requests,
    milestones,
  });
  expect(answer.status).toBe(202);
}

const confirm = (it: Story, address: string) =>
  browse(it, linkOf(journey, it, address, '/subscriptions/'), async (page) => {
    await page.getByRole('main').getByRole('button').click();
    await page.getByRole('heading', { name: CONFIRMED }).waitFor();
  });
const CONFIRMED = /^(You are subscribed|Anmeldung bestätigt)$/;

/** All events of it at the merchant's receiver came signed, in order, and without a gap. */
function expectNoGap(it: Story): void {
  const sequences = sequencesOf(journey, it);
  expect(sequences.length).toBeGreaterThan(5);
  expect(sequences).toEqual(noGap(sequences.length));
}

describe.skipIf(!HAS_CHROMIUM)('a parcel without any trouble', () => {
  const parcel = stories.tell({
    name: 'happy',
    language: 'de',
    carrier: 'fedex',
    scenario: 'moving',
  });
  parcel.after(1, () =>
    browse(parcel, `${journey.virtual.hub.url}/track/fedex/${parcel.number}`, async (page) => {
      await page.getByText('Über dieses Paket informiert bleiben').click();
      await page.getByLabel('E-Mail-Adresse').fill('neighbour@example.com');
      await page.getByRole('button', { name: 'Nachrichten erhalten' }).click();
      await page.getByRole('heading', { name: 'Prüfen Sie Ihr E-Mail-Postfach' }).waitFor();
    }),
  );
  parcel.after(2, () => confirm(parcel, 'neighbour@example.com'));
  // A subscriber who never confirms gets nothing more.
  parcel.after(3, () => subscribe(parcel, 'silent@example.com', 'en'));
  it('is announced once and immediately, in the language of each subscriber, and to nobody else', async () => {
    parcel.noTrouble();
    expect(messagesOf(journey, parcel)).toEqual([
      '13 05:00 email neighbour de Bitte bestätigen: Neuigkeiten zu Paket N',
      '13 07:00 email silent en Please confirm: updates about parcel N',
      '13 22:02 email happy de Ihr Paket von acme ist unterwegs',
      '16 13:56 email happy de Heute unterwegs zu Ihnen: Ihr Paket von acme',
      '16 13:56 email neighbour de Heute unterwegs zu Ihnen: Ihr Paket von acme',
      '16 13:56 sms +4915112345678 acme: Ihr Paket ist heute unterwegs zu Ihnen. …',
      '16 22:32 email happy de Zugestellt: Ihr Paket von acme',
      '16 22:32 email neighbour de Zugestellt: Ihr Paket von acme',
    ]);
    expect(await notSentOf(journey, parcel)).toEqual([]);
    expect(await casesOf(parcel)).toEqual([]);
  });

  it('is sent to the merchant’s systems, step by step', () => {
    expect(eventsOf(journey, parcel, '13')).toEqual([
      '13 04:00 created created',
      '13 04:00 status_changed created not_found',
      '13 04:02 status_changed created',
      '13 22:02 status_changed picked_up',
      '14 02:20 status_changed at_facility',
      '14 05:08 status_changed in_transit',
      '15 00:02 status_changed at_facility',
      '15 02:44 status_changed in_transit',
      '16 00:14 status_changed at_facility',
      '16 03:20 status_changed in_transit',
      '16 13:08 status_changed at_facility',
      '16 13:56 status_changed out_for_delivery',
      '16 22:32 status_changed delivered',
      '16 22:32 delivered delivered',
    ]);
    expectNoGap(parcel);
  });
});

describe.skipIf(!HAS_CHROMIUM)('three attempts while nobody is at home, by a night van', () => {
  const parcel = stories.tell({
    name: 'attempts',
    language: 'en',
    carrier: 'fedex',
    scenario: 'attempted-three-times',
    begins: 14,
  });
  let returned = '';
  parcel.after(91, () =>
    browse(parcel, linkOf(journey, parcel, 'attempts@example.com'), async (page) => {
      await page.getByText('Another day', { exact: true }).click();
      await page.getByLabel('Saturday, April 18').check();
      await page.getByLabel('Time of day').selectOption('morning');
      await page.getByRole('button', { name: 'Request this day' }).click();
      await page.getByText('has received your request').waitFor();
    }),
  );
  parcel.after(92, async () => {
    const id = await caseId(parcel, 'request');
    const [deliveryRequest] = (await call('GET', `/exceptions/${id}`))[
      'delivery_requests'
    ] as readonly Row[];
    expect(deliveryRequest).toMatchObject({
      kind: 'reschedule',
      state: 'open',
      by: 'recipient',
      details: { date: '2026-04-18', window: 'morning' },
    });
    await call('POST', `/exceptions/${id}/delivery-requests/${deliveryRequest?.['id']}`, {
      done: true,
    });
  });
  parcel.after(140, async () => {
    const [number = ''] = journey.virtual.numbers('fedex', 1, 90);
    journey.virtual.play('fedex', number, { scenario: 'dropped-off' });
    const id = await caseId(parcel, 'attempts');
    const named = { tracking_number: number };
    const { returns } = await call('POST', `/exceptions/${id}/return-shipment`, named);
    [{ shipment_id: returned } = { shipment_id: '' }] = returns as { shipment_id: string }[];
  });
  parcel.after(165, () => scan('fedex', parcel, fedexScan('DL', 'Delivered', SPOKANE)));
  parcel.after(166, () => {});
  it('delivers mail at night and rings the phone in the morning, if it is still relevant', async () => {
    parcel.noTrouble();
    expect(messagesOf(journey, parcel)).toEqual([
      '14 12:02 email attempts en Your parcel from acme is on its way',
      '17 03:56 email attempts en On its way today: your parcel from acme',
      '17 11:02 email attempts en Delivery attempted: your parcel from acme',
      '17 12:00 sms +12065550100 acme: FedEx could not hand over your parcel. Arrange a new delivery: …',
      '17 13:00 ticket Case opened: FedEx N, order A-2',
      '17 14:00 email attempts en Arranged: your request for the parcel from acme',
      '17 14:00 sms +12065550100 acme: What you asked for has been arranged: delivery on Saturday, April 18, in the morning. …',
      '17 14:00 ticket Case resolved: FedEx N, order A-2',
      '18 03:56 email attempts en On its way today: your parcel from acme',
      '18 11:02 email attempts en Delivery attempted: your parcel from acme',
      '18 12:00 sms +12065550100 acme: FedEx could not hand over your parcel. Arrange a new delivery: …',
      '19 03:56 email attempts en On its way today: your parcel from acme',
      '19 11:02 email attempts en Your parcel from acme is on its way back',
      '19 11:02 ticket Case opened: FedEx N, order A-2',
      '19 11:02 ticket Case updated: FedEx N, order A-2',
      '19 12:00 sms +12065550100 acme: Your parcel is on its way back to the sender with FedEx. What happened: …',
      '19 14:00 ticket Case updated: FedEx N, order A-2',
      '20 15:00 ticket Case resolved: FedEx N, order A-2',
    ]);
    const sms = journey
      .sent()
      .filter(({ kind, shipmentId: id }) => kind === 'sms' && id === parcel.id);
    const [goesBack, ...asking] = sms.toReversed();
    for (const { text } of asking) expect(text).toMatch(/\/track\/fedex\/\d+\?t=ss\./);
    // Nothing can be arranged any more.
    expect(goesBack?.text).toMatch(/\/track\/fedex\/\d+$/);
    expect(await notSentOf(journey, parcel)).toEqual([
      'delivery_attempted email recipient not_sent superseded',
      'delivery_attempted sms recipient not_sent superseded',
      'out_for_delivery sms recipient not_sent superseded',
      'out_for_delivery sms recipient not_sent superseded',
      'out_for_delivery sms recipient not_sent superseded',
    ]);
  });

  it('is a task for the merchant after the first and goes back after the third, under its own number', async () => {
    expect(await casesOf(parcel)).toEqual([
      'request recipient_unavailable closed resolved 1 attempts person: 17 13:00 → 17 14:00, due 18 13:00',
      'attempts recipient_unavailable closed returned 3 attempts facts: 19 11:02 → 20 15:00, due 21 11:02',
    ]);
    expect(await call('GET', `/shipments/${parcel.id}`)).toMatchObject({
      status: 'returned_to_sender',
      links: [{ kind: 'return', shipment_id: returned, status: 'picked_up' }],
    });
    expect(await call('GET', `/shipments/${returned}`)).toMatchObject({ order_ids: ['A-2'] });
    expect(eventsOf(journey, parcel, '17 03')).toEqual([
      '17 03:08 status_changed at_facility',
      '17 03:56 status_changed out_for_delivery',
      '17 11:02 status_changed delivery_attempted recipient_unavailable',
      '17 13:00 exception_opened delivery_attempted recipient_unavailable',
      '17 14:00 delivery_request.resolved delivery_attempted recipient_unavailable',
      '17 14:00 exception_resolved delivery_attempted recipient_unavailable',
      '18 03:56 status_changed out_for_delivery',
      '18 11:02 status_changed delivery_attempted recipient_unavailable',
      '19 03:56 status_changed out_for_delivery',
      '19 11:02 status_changed delivery_attempted recipient_unavailable',
      '19 11:02 exception_opened delivery_attempted recipient_unavailable',
      '19 11:02 status_changed returning undeliverable',
      '19 11:02 exception_updated returning undeliverable',
      '19 14:00 exception_updated returning undeliverable',
      '20 15:00 status_changed returned_to_sender',
      '20 15:00 exception_resolved returned_to_sender',
    ]);
    expectNoGap(parcel);
  });
});

describe.skipIf(!HAS_CHROMIUM)('a parcel that is damaged on the way', () => {
  const parcel = stories.tell({
    name: 'damage',
    language: 'en',
    carrier: 'fedex',
    scenario: 'damaged',
  });
  let claim = '';
  parcel.after(85, async () => {
    const id = await caseId(parcel, 'damaged');
    const photo = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex');
    const sent = await fetch(`${journey.virtual.hub.url}/v1/exceptions/${id}/evidence`, {
      method: 'POST',
      headers: { 'content-type': 'image/jpeg', authorization: `Bearer ${journey.key}` },
      body: photo,
    });
    expect(sent.status).toBe(201);
    const amount = { minor: 4_900, currency: 'USD' };
    const drafted = await call('POST', '/claims', { exception_id: id, reason: 'damaged', amount });
    claim = String(drafted['id']);
    await call('POST', `/claims/${claim}/submit`, { reference: 'FX-1' });
  });
  parcel.after(110, () => call('POST', `/claims/${claim}/decide`, { decision: 'accepted' }));
  it('is notified once, and is claimed with a photo', async () => {
    parcel.noTrouble();
    expect(messagesOf(journey, parcel)).toEqual([
      '13 22:02 email damage en Your parcel from acme is on its way',
      '16 16:02 email damage en Something is holding up your parcel from acme',
      '16 16:02 ticket Case opened: FedEx N, order A-3',
      '16 17:00 ticket Case updated: FedEx N, order A-3',
      '17 18:00 ticket Case resolved: FedEx N, order A-3',
    ]);
    expect(await notSentOf(journey, parcel)).toEqual([]);
    expect(await casesOf(parcel)).toEqual([
      'damaged damaged closed claimed 0 attempts person: 16 16:02 → 17 18:00, due 19 16:02',
    ]);
    expect(await call('GET', `/claims/${claim}`)).toMatchObject({
      state: 'accepted',
      reference: 'FX-1',
      granted_minor: 4_900,
      overdue: false,
      submit_by: '2026-05-16T16:02:00.000Z',
      submitted_at: '2026-04-16T17:00:00.000Z',
      answer_by: '2026-05-16T17:00:00.000Z',
      settled_at: '2026-04-17T18:00:00.000Z',
    });
    expect(eventsOf(journey, parcel, '16 16')).toEqual([
      '16 16:02 status_changed exception damaged',
      '16 16:02 exception_opened exception damaged',
      '16 17:00 exception_updated exception damaged',
      '17 18:00 exception_resolved exception damaged',
    ]);
    expectNoGap(parcel);
  });

  it('is tagged for the helpdesk', () => {
    const ticket = journey
      .sent()
      .find(({ kind, shipmentId: id }) => kind === 'ticket' && id === parcel.id);
    expect(ticket?.raw).toContain('delivery-exception');
  });
});

describe.skipIf(!HAS_CHROMIUM)('a parcel with a wrong address', () => {
  const parcel = stories.tell({
    name: 'address',
    language: 'de',
    carrier: 'fedex',
    scenario: 'address-not-found',
    shipment: {
      destination: {
        name: 'Kim Muster',
        line1: '12 Park Avenue',
        city: 'Norton',
        region: 'VA',
        postal_code: '24273',
        country: 'US',
      },
    },
  });
  parcel.after(89, () =>
    browse(parcel, linkOf(journey, parcel, 'address@example.com'), async (page) => {
      await page.getByText('Berichtigen').click();
      await page.getByLabel('Straße und Hausnummer').fill('21 Park Avenue');
      await page.getByRole('button', { name: 'Diese Adresse senden' }).click();
      await page.getByText('hat Ihre Adresse erhalten und prüft sie').waitFor();
    }),
  );
  // The next morning: it lies in the depot again.
  parcel.after(105, async () => {
    const id = await caseId(parcel, 'address');
    const approved = await call('POST', `/exceptions/${id}/approve-address`, {});
    expect(approved).toEqual({ id, outcome: 'approved', carrier: 'not_asked' });
  });
  parcel.after(106, () => scan('fedex', parcel, fedexScan('OD', 'On FedEx vehicle for delivery')));
  parcel.after(110, () => scan('fedex', parcel, fedexScan('DL', 'Delivered')));
  parcel.after(111, () => {});
  it('goes on when the recipient has corrected it and the merchant agrees', async () => {
    parcel.noTrouble();
    expect(messagesOf(journey, parcel)).toEqual([
      '13 22:02 email address de Ihr Paket von acme ist unterwegs',
      '16 13:56 email address de Heute unterwegs zu Ihnen: Ihr Paket von acme',
      '16 13:56 sms +4915112345678 acme: Ihr Paket ist heute unterwegs zu Ihnen. …',
      '16 20:02 email address de Etwas hält Ihr Paket von acme auf',
      '16 20:02 ticket Case opened: FedEx N, order A-4',
      '16 21:00 ticket Case updated: FedEx N, order A-4',
      '17 13:00 email address de Wird erfüllt: Ihr Wunsch zum Paket von acme',
      '17 13:00 sms +4915112345678 acme: Ihr Wunsch wird erfüllt: Zustellung an die berichtigte Adresse. …',
      '17 13:00 ticket Case resolved: FedEx N, order A-4',
      '17 14:00 email address de Heute unterwegs zu Ihnen: Ihr Paket von acme',
      '17 14:00 sms +4915112345678 acme: Ihr Paket ist heute unterwegs zu Ihnen. Verfolgen: …',
      '17 18:00 email address de Zugestellt: Ihr Paket von acme',
    ]);
    expect(await notSentOf(journey, parcel)).toEqual([]);
    expect(await casesOf(parcel)).toEqual([
      'address address_not_found closed resolved 0 attempts person: 16 20:02 → 17 13:00, due 18 20:02',
    ]);
    expect(await call('GET', `/shipments/${parcel.id}`)).toMatchObject({
      destination: { line1: '21 Park Avenue', city: 'Norton', country: 'US' },
    });
    expect(eventsOf(journey, parcel, '16 20')).toEqual([
      '16 20:02 status_changed exception address_not_found',
      '16 20:02 exception_opened exception address_not_found',
      '16 21:00 exception_updated exception address_not_found',
      '17 13:00 updated exception address_not_found',
      '17 13:00 status_changed at_facility',
      '17 13:00 delivery_request.resolved at_facility',
      '17 13:00 exception_resolved at_facility',
      '17 14:00 status_changed out_for_delivery',
      '17 18:00 status_changed delivered',
      '17 18:00 delivered delivered',
    ]);
    expectNoGap(parcel);
  });
});

describe.skipIf(!HAS_CHROMIUM)('a parcel held by customs', () => {
  const parcel = stories.tell({
    name: 'customs',
    language: 'de',
    carrier: 'fedex',
    scenario: 'customs-released',
  });
  it('is a case until it is released', async () => {
    parcel.noTrouble();
    expect(messagesOf(journey, parcel)).toEqual([
      '13 22:02 email customs de Ihr Paket von acme ist unterwegs',
      '15 08:02 email customs de Etwas hält Ihr Paket von acme auf',
      '15 08:02 ticket Case opened: FedEx N, order A-5',
      '15 16:02 ticket Case resolved: FedEx N, order A-5',
    ]);
    expect(await notSentOf(journey, parcel)).toEqual([]);
    expect(await casesOf(parcel)).toEqual([
      'customs customs_hold closed resolved 0 attempts facts: 15 08:02 → 15 16:02, due 18 08:02',
    ]);
    expect(eventsOf(journey, parcel, '15')).toEqual([
      '15 08:02 status_changed exception customs_hold',
      '15 08:02 exception_opened exception customs_hold',
      '15 16:02 status_changed in_transit customs_released',
      '15 16:02 exception_resolved in_transit customs_released',
    ]);
    expectNoGap(parcel);
  });
});

describe.skipIf(!HAS_CHROMIUM)('a parcel that is lost, and found', () => {
  const parcel = stories.tell({
    name: 'lost',
    language: 'en',
    carrier: 'ups',
    scenario: 'in-transit',
  });
  parcel.after(96, () => scan('ups', parcel, upsScan('X', 'TJ', '068', 'Sent to Lost and Found')));
  parcel.after(97, async () => {
    const deadline_at = new Date(START_MS + 120 * 3_600_000).toISOString();
    await call('PATCH', `/exceptions/${await caseId(parcel, 'lost')}`, {
      owner: 'Ada',
      deadline_at,
    });
  });
  parcel.after(121, async () => {
    expect(await openCase(journey, parcel, 'lost')).toMatchObject({
      owner: 'Ada',
      overdue: true,
      waiting_for: 'merchant',
    });
  });
  parcel.after(131, () => scan('ups', parcel, upsScan('I', 'OT', '021', 'Out For Delivery Today')));
  parcel.after(134, () => scan('ups', parcel, upsScan('D', 'FS', '011', 'Delivered')));
  parcel.after(135, () => {});
  it('is assigned to somebody until then, and overdue if nobody acted', async () => {
    parcel.noTrouble();
    // A deadline is noticed with the next news of any parcel, and who is polled when is chance.
    const noticed = (line: string) =>
      line.replace(/^18 04:\d\d (?=ticket Case updated|exception_updated)/, '18 05:00 ');
    expect(messagesOf(journey, parcel).map(noticed)).toEqual([
      '13 12:32 email lost en Your parcel from acme is on its way',
      '17 04:00 email lost en Something is holding up your parcel from acme',
      '17 04:00 ticket Case opened: UPS N, order A-6',
      '17 05:00 ticket Case updated: UPS N, order A-6',
      '18 05:00 ticket Case updated: UPS N, order A-6',
      '18 15:00 email lost en On its way today: your parcel from acme',
      '18 15:00 sms +12065550100 acme: Your parcel is on its way to you today. Track it: …',
      '18 15:00 ticket Case resolved: UPS N, order A-6',
      '18 18:00 email lost en Delivered: your parcel from acme',
    ]);
    // Pushes of this carrier can be forged: it is polled before anyone is notified.
    expect(await notSentOf(journey, parcel)).toEqual([
      'delivered email recipient not_sent unconfirmed',
    ]);
    expect(await casesOf(parcel)).toEqual([
      'lost lost closed resolved 0 attempts facts: 17 04:00 → 18 15:00, due 18 04:00',
    ]);
    expect(eventsOf(journey, parcel, '17').map(noticed)).toEqual([
      '17 04:00 status_changed exception lost',
      '17 04:00 exception_opened exception lost',
      '17 05:00 exception_updated exception lost',
      '18 05:00 exception_updated exception lost',
      '18 15:00 status_changed out_for_delivery',
      '18 15:00 exception_resolved out_for_delivery',
      '18 18:00 status_changed delivered',
      '18 18:00 delivered delivered',
    ]);
    expectNoGap(parcel);
  });
});

describe.skipIf(!HAS_CHROMIUM)('a delivery that the carrier silently retracts', () => {
  const parcel = stories.tell({
    name: 'misscan',
    language: 'de',
    carrier: 'fedex',
    scenario: 'silent-deletion',
  });
  parcel.after(80, () => subscribe(parcel, 'early@example.com', 'en'));
  parcel.after(80.5, () => confirm(parcel, 'early@example.com'));
  parcel.after(87, () => subscribe(parcel, 'late@example.com', 'en'));
  parcel.after(87.5, () => confirm(parcel, 'late@example.com'));
  // The recipient, who has nothing, contacts the shop, which polls; the missing parcel is traced.
  parcel.after(88.5, () => journey.virtual.refresh('fedex', parcel.number));
  it('is corrected to those who were notified of it, and announced again when it is true', async () => {
    parcel.noTrouble();
    expect(messagesOf(journey, parcel)).toEqual([
      '13 22:02 email misscan de Ihr Paket von acme ist unterwegs',
      '16 12:00 email early en Please confirm: updates about parcel N',
      '16 13:56 email early en On its way today: your parcel from acme',
      '16 13:56 email misscan de Heute unterwegs zu Ihnen: Ihr Paket von acme',
      '16 13:56 sms +4915112345678 acme: Ihr Paket ist heute unterwegs zu Ihnen. …',
      '16 18:02 email early en Delivered: your parcel from acme',
      '16 18:02 email misscan de Zugestellt: Ihr Paket von acme',
      '16 19:00 email late en Please confirm: updates about parcel N',
      '16 20:40 email early en A correction about your parcel from acme',
      '16 20:40 email misscan de Eine Korrektur zu Ihrem Paket von acme',
      '16 23:02 email early en Delivered: your parcel from acme',
      '16 23:02 email late en Delivered: your parcel from acme',
      '16 23:02 email misscan de Zugestellt: Ihr Paket von acme',
    ]);
    // A late subscriber was never notified of the delivery: there is nothing to correct.
    expect(await notSentOf(journey, parcel)).toEqual([
      'corrected email subscribers not_sent superseded',
    ]);
    expect(eventsOf(journey, parcel, '16 18')).toEqual([
      '16 18:02 status_changed delivered',
      '16 18:02 delivered delivered',
      '16 20:40 corrected out_for_delivery',
      '16 23:02 status_changed delivered',
      '16 23:02 delivered delivered',
    ]);
    expectNoGap(parcel);
  });
});

describe.skipIf(!HAS_CHROMIUM)('another day, which the carrier itself accepts', () => {
  const parcel = stories.tell({
    name: 'weather',
    language: 'en',
    carrier: 'ups',
    scenario: 'exception-then-delivered',
  });
  parcel.after(87, () =>
    browse(parcel, linkOf(journey, parcel, 'weather@example.com'), async (page) => {
      await page.getByText('Another day', { exact: true }).click();
      await page.getByLabel('Saturday, April 18').check();
      await page.getByRole('button', { name: 'Request this day' }).click();
      await page.getByText('has accepted it').waitFor();
    }),
  );
  it('is announced with the new date, and delivered then', async () => {
    parcel.noTrouble();
    expect(messagesOf(journey, parcel)).toEqual([
      '13 12:32 email weather en Your parcel from acme is on its way',
      '16 18:02 email weather en New date for your parcel from acme: Friday, April 17',
      '16 18:02 email weather en Something is holding up your parcel from acme',
      '16 18:02 ticket Case opened: UPS N, order A-8',
      '16 19:00 email weather en Arranged: your request for the parcel from acme',
      '16 19:00 sms +12065550100 acme: What you asked for has been arranged: delivery on Saturday, April 18. …',
      '16 19:00 ticket Case updated: UPS N, order A-8',
      '16 19:12 email weather en New date for your parcel from acme: Saturday, April 18',
      '16 19:12 ticket Case resolved: UPS N, order A-8',
      '18 15:00 email weather en On its way today: your parcel from acme',
      '18 15:00 sms +12065550100 acme: Your parcel is on its way to you today. Expected: Saturday, April 18. Track it: …',
      '18 19:00 email weather en Delivered: your parcel from acme',
    ]);
    expect(await notSentOf(journey, parcel)).toEqual([
      'delivered email recipient not_sent unconfirmed',
      'exception email recipient not_sent superseded',
    ]);
    expect(await casesOf(parcel)).toEqual([
      'other weather_delay closed resolved 0 attempts facts: 16 18:02 → 16 19:12, due 20 18:02',
    ]);
    expect(eventsOf(journey, parcel, '16 18')).toEqual([
      '16 18:02 status_changed exception weather_delay',
      '16 18:02 exception_opened exception weather_delay',
      '16 19:00 delivery_request.resolved exception weather_delay',
      '16 19:00 exception_updated exception weather_delay',
      '16 19:12 status_changed exception held',
      '16 19:12 exception_resolved exception held',
      '18 15:00 status_changed out_for_delivery',
      '18 19:00 status_changed delivered',
      '18 19:00 delivered delivered',
    ]);
    expectNoGap(parcel);
  });
});

describe.skipIf(!HAS_CHROMIUM)('all of them together', () => {
  it('are counted by carrier and reason', async () => {
    const { data } = await call('GET', '/exceptions/stats?by=carrier,reason');
    const counted = (data as readonly Row[]).map((row) =>
      [
        row['carrier'],
        row['reason'],
        row['cases'],
        row['resolved'],
        row['returned'],
        row['claimed'],
      ].join(' '),
    );
    expect(counted.toSorted()).toEqual([
      'fedex address_not_found 1 1 0 0',
      'fedex customs_hold 1 1 0 0',
      'fedex damaged 1 0 0 1',
      'fedex recipient_unavailable 2 1 1 0',
      'ups lost 1 1 0 0',
      'ups weather_delay 1 1 0 0',
    ]);
  });

  it('are announced at once, by messages that say when', () => {
    // A mail contains whole seconds.
    const late = journey
      .sent()
      .filter(({ at, atMs }) => Math.abs(atMs - Date.parse(at ?? '')) >= 1_000);
    expect(late).toEqual([]);
  });

  it('name the recipient’s street in no message', () => {
    const sent = journey.sent().map(({ raw, html, text }) => [raw, html, text].join('\n'));
    for (const message of sent) expect(message).not.toContain('21 Park Avenue');
    expect(sent.length).toBeGreaterThan(40);
  });
});
