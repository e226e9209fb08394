import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../kernel/test-runs.ts';
import { instantMs } from '../../kernel/time/place-time.ts';
import { type CarrierReport, PARSE_OUTCOMES, type ReportedFact } from '../contract/contract.ts';
import { parse } from './parse.ts';

const NUMBER = '9400100000000000000006';

describe('USPS answers without a report', () => {
  it.each([
    ['an empty body', '', undefined, 'unreadable'],
    ['a truncated body', '{"trackingNumber":"94001', undefined, 'unreadable'],
    ['a bare number', '7', undefined, 'unreadable'],
    ['null', 'null', undefined, 'unreadable'],
    ['an empty array', '[]', undefined, 'unreadable'],
    ['a token answer', '{"access_token":"x","scope":"locations"}', undefined, 'unreadable'],
    ['a request echoed back', `[{"trackingNumber":"${NUMBER}"}]`, undefined, 'unreadable'],
    [
      'a push whose payload is not JSON',
      '{"timestamp":"t","payload":"{"}',
      undefined,
      'unreadable',
    ],
    ['an OAuth failure', '{"error":"invalid_client"}', undefined, 'auth_error'],
    ['a failure of another kind', '{"error":"server_error"}', undefined, 'unreadable'],
    ['a failure of another kind, by its status', '{"error":"server"}', 503, 'error'],
    ['a refusal in other words, by its status', '{"error":"server"}', 401, 'auth_error'],
    ['an outage page', '<html></html>', 503, 'error'],
    ['an empty 429', '', 429, 'rate_limited'],
    ['an empty 401', '', 401, 'auth_error'],
    ['an empty 403', '', 403, 'auth_error'],
    ['an empty 404', '', 404, 'not_found'],
    ['a 500 that is an object', '{}', 500, 'error'],
  ] as const)('reads %s as such', (_, text, httpStatus, outcome) => {
    expect(parse(httpStatus === undefined ? { text } : { text, httpStatus }).outcome).toBe(outcome);
  });

  it.each([
    ['12: text', [], 'not_yet'],
    ['16: text', [], 'not_yet'],
    ['7: text', [], 'not_found'],
    ['4: text', [], 'not_found'],
    ['', ['150001'], 'not_yet'],
    ['', ['150002'], 'not_found'],
    ['', ['150003'], 'not_yet'],
    ['', ['150004'], 'not_found'],
    ['', ['150006'], 'not_found'],
    ['', ['150009'], 'not_yet'],
    ['', ['150010'], 'not_found'],
    ['17: text', ['190001'], 'error'],
  ] as const)('reads HTTP 400 with message %j and codes %j as %s', (message, codes, outcome) => {
    const errors = codes.map((code) => ({ code }));
    const text = JSON.stringify({ error: { code: '400', message, errors } });
    expect(parse({ text, httpStatus: 400 }).outcome).toBe(outcome);
  });

  it('never repeats the carrier’s message, which may hold an address', () => {
    const text = JSON.stringify({
      error: { code: '400', message: '7: JANE DOE, MAIN ST', errors: [] },
    });
    expect(JSON.stringify(parse({ text }))).not.toContain('JANE');
  });

  it('gives one failure for a batch that failed alike, with every number', () => {
    const element = (trackingNumber: string) => ({
      trackingNumber,
      statusCode: '404',
      error: { code: '404', message: '', errors: [] },
    });
    const text = JSON.stringify([element(NUMBER), element('9400100000000000000013')]);
    expect(parse({ text, httpStatus: 207 })).toMatchObject({
      outcome: 'not_found',
      trackingNumbers: [NUMBER, '9400100000000000000013'],
    });
  });

  it('keeps a batch that failed in different ways apart by number', () => {
    const text = JSON.stringify([
      { trackingNumber: NUMBER, statusCode: '404', error: { code: '404' } },
      {
        trackingNumber: '9400100000000000000013',
        statusCode: '400',
        error: { code: '400', message: '12: x' },
      },
    ]);
    expect(parse({ text })).toMatchObject({
      outcome: 'reports',
      reports: [],
      misses: [{ outcome: 'not_found' }, { outcome: 'not_yet' }],
    });
  });

  it('finds nothing wrong with the check that USPS posts on subscribing', () => {
    const check = { subscriptionType: 'TRACKING', timestamp: '2026-03-05T06:40:30Z' };
    for (const payload of ['{}', '', '[']) {
      const text = JSON.stringify({ ...check, challenge: 'abc', payload });
      expect(parse({ text, kind: 'webhook' })).toMatchObject({ outcome: 'reports', reports: [] });
    }
    const bare = JSON.stringify({ ...check, payload: '{}' });
    expect(parse({ text: bare, kind: 'webhook' })).toMatchObject({ outcome: 'unreadable' });
  });

  it('reads the parcel of a push that also contains an unsigned challenge', () => {
    const odd = { challenge: 'abc', payload: '{"trackingNumber":7,"what":1}' };
    expect(parse({ text: JSON.stringify(odd), kind: 'webhook' }).outcome).toBe('unreadable');
  });
});

describe('USPS event times', () => {
  it('does not believe the date of GMTTimestamp, only its seconds', () => {
    const fact = oneFact({
      eventTimestamp: '2026-03-05T22:40:00',
      GMTTimestamp: '2026-03-05T06:40:30Z',
      GMTOffset: '-08:00',
    });
    expect(fact.time.local).toBe('2026-03-05T22:40:30');
    expect(instantMs(fact.time)).toBe(Date.UTC(2026, 2, 6, 6, 40, 30));
  });

  it('takes no seconds from a GMTTimestamp of another minute', () => {
    const fact = oneFact({
      eventTimestamp: '2026-03-05T22:40:00',
      GMTTimestamp: '2026-03-06T06:44:30Z',
      GMTOffset: '-08:00',
    });
    expect(fact.time).toMatchObject({ local: '2026-03-05T22:40', precision: 'minute' });
  });

  it('reads a trailing Z as local time of the ZIP, not as UTC', () => {
    const fact = oneFact({
      eventTimestamp: '2023-08-02T07:31:00Z',
      eventState: 'VA',
      eventZIP: '23227',
    });
    expect(fact.time).toMatchObject({
      local: '2023-08-02T07:31',
      zoneSource: 'postal_code',
      zone: 'America/New_York',
      offsetMin: -240,
    });
  });

  it('reads an offset of one digit', () => {
    const fact = oneFact({ eventTimestamp: '2026-04-07T22:15:00', GMTOffset: '-7:00' });
    expect(fact.time).toMatchObject({ offsetMin: -420, zoneSource: 'offset' });
  });

  it('invents no zone where ZIP and state do not settle it, nor without a place', () => {
    const event = { eventTimestamp: '2026-04-07T22:15:00' };
    expect(oneFact({ ...event, eventState: 'IN' }).time.offsetMin).toBeNull();
    expect(oneFact({ ...event, eventZIP: '37310', eventState: 'TN' }).time.offsetMin).toBeNull();
    expect(oneFact(event).time).toMatchObject({ offsetMin: null, zoneSource: 'none' });
  });

  it('uses GMTTimestamp by itself only when there is no local time', () => {
    const gmt = { eventTimestamp: null, GMTTimestamp: '2026-03-06T15:10:11Z' };
    expect(oneFact({ ...gmt, GMTOffset: '-08:00' }).time.local).toBe('2026-03-06T07:10:11');
    expect(oneFact(gmt).time).toMatchObject({ local: '2026-03-06T15:10:11', offsetMin: 0 });
  });

  it('keeps an event without any readable time, at no time', () => {
    expect(oneFact({ eventTimestamp: 'soon' }).time.precision).toBe('none');
  });
});

describe('USPS codes', () => {
  it('puts the known beginning of the wording beside the code', () => {
    const fact = oneFact({ eventCode: '01', eventType: 'Delivered, To Original Sender' });
    expect(fact.codes).toEqual({ code: '01', text: 'Delivered, To Original Sender' });
  });

  it('distinguishes "to an agent" from "to an agent for final delivery" and from longer words', () => {
    const text = (eventType: string) => oneFact({ eventType, eventCode: '01' }).codes['text'];
    expect(text('DELIVERED, TO AGENT, PORTLAND OR')).toBe('Delivered, To Agent');
    expect(text('Delivered to  Agent for Final Delivery in X')).toBe(
      'Delivered to Agent for Final Delivery',
    );
    expect(text('Return to Sender Processed')).toBe('Return to Sender Processed');
    expect(text('Return to Senders Club')).toBeUndefined();
    expect(text('Delivered, In/At Mailbox')).toBeUndefined();
  });

  it('reads known words in the place of a missing code', () => {
    const text = (eventType: string) => oneFact({ eventType }).codes['text'];
    expect(text('Out for Delivery, Expected Delivery by 9:00pm')).toBe('Out for Delivery');
    expect(text('Notice Left (No Authorized Recipient Available)')).toBe('Notice Left');
    expect(text('Delivered, In/At Mailbox')).toBe('Delivered');
    expect(text('Delivered, To Agent')).toBe('Delivered, To Agent');
    expect(text('Delivered to Agent')).toBe('Delivered to Agent');
  });

  it('reads the problems of an address without a code', () => {
    const text = (eventType: string) => oneFact({ eventType }).codes['text'];
    expect(text('UNDELIVERABLE AS ADDRESSED, DENVER CO')).toBe('Undeliverable as Addressed');
    expect(text('Moved, Left no Address')).toBe('Moved, Left no Address');
    expect(text('Refused')).toBe('Refused');
    expect(text('Refusedly')).toBe('Refusedly');
  });

  it('leaves it to the category to say who got what only words call delivered', () => {
    const trackingEvents = [{ eventType: 'Delivered, Front Desk/Reception' }];
    const report = oneReport({ statusCategory: 'Delivered to Agent', trackingEvents });
    expect(report.facts[0]?.codes).toEqual({ category: 'Delivered to Agent' });
  });

  it('reads the words of the whole answer where it has no category', () => {
    const summary = (detail: object) => oneReport(detail).snapshot.summary?.codes;
    expect(summary({ status: 'Out for Delivery' })).toEqual({ text: 'Out for Delivery' });
    expect(summary({ status: 'Out for Delivery', statusCategory: 'Alert' })).toEqual({
      category: 'Alert',
    });
  });

  it('takes a status that is the name of a category for the category, where there is none', () => {
    const summary = (detail: object) => oneReport(detail).snapshot.summary?.codes;
    expect(summary({ status: 'IN TRANSIT' })).toEqual({ category: 'In Transit' });
    expect(summary({ status: 'Accepted' })).toEqual({ category: 'Accepted' });
    expect(summary({ status: 'Accepted, maybe' })).toBeUndefined();
    expect(summary({ status: 'Accepted', statusCategory: 'Alert' })).toEqual({ category: 'Alert' });
    expect(summary({ status: 'Pre-Shipment' })).toEqual({ text: 'Pre-Shipment' });
  });

  it('gives the category to the newest event only', () => {
    const report = oneReport({
      statusCategory: 'Out for Delivery',
      trackingEvents: [{ eventCode: 'OF' }, { eventCode: '07' }],
    });
    expect(report.facts.map((fact) => fact.codes)).toEqual([
      { code: 'OF', category: 'Out for Delivery' },
      { code: '07' },
    ]);
  });

  it('keeps leading zeros and restores one that a number lost', () => {
    expect(oneFact({ eventCode: '07' }).codes['code']).toBe('07');
    expect(oneFact({ eventCode: 7 }).codes['code']).toBe('07');
  });

  it('puts unknown words in the place of a missing code, so that they get reviewed', () => {
    expect(oneFact({ eventType: 'Return to Senders Club' }).codes).toEqual({
      text: 'Return to Senders Club',
    });
  });

  it('keeps an unknown code as it came', () => {
    expect(oneFact({ eventCode: 'Q9', eventType: 'Something new' }).codes).toEqual({ code: 'Q9' });
  });

  it('warns about events with neither code nor words, and merges duplicates', () => {
    const event = { eventCode: 'OF', eventTimestamp: '2026-03-06T07:10:00' };
    const outcome = parse({
      text: JSON.stringify({ trackingNumber: NUMBER, trackingEvents: [event, {}, 5, event] }),
    });
    expect(outcome).toMatchObject({
      outcome: 'reports',
      reports: [{ facts: [{ codes: { code: 'OF' } }] }],
      warnings: [
        'trackingEvents[1]: neither code nor text',
        'trackingEvents[2]: neither code nor text',
      ],
    });
  });

  it('makes no status of events if none can be read', () => {
    const trackingEvents = [{ stage: 'Out for Delivery', when: 'today' }];
    expect(
      parse({ text: JSON.stringify({ trackingNumber: NUMBER, trackingEvents }) }),
    ).toMatchObject({
      outcome: 'unreadable',
      reason: expect.stringContaining('neither code nor text'),
    });
  });

  it('gives one event the same identity by v3, v3r2 and push, whatever differs', () => {
    const v3 = oneFact({
      eventCode: '01',
      eventType: 'Delivered, In/At Mailbox',
      eventTimestamp: '2026-03-06T13:10:00',
      GMTTimestamp: '2026-03-06T21:10:09Z',
      GMTOffset: '-08:00',
      eventZIP: '97205',
    });
    const other = oneFact({
      eventCode: '01',
      eventType: 'Delivered',
      eventTimestamp: '2026-03-06T13:10:00',
      eventZIPCode: '97205-1234',
    });
    expect(other.identity).toEqual(v3.identity);
  });
});

describe('USPS places', () => {
  it('reads a facility name in place of the city', () => {
    expect(oneFact({ eventCity: 'OAK CREEK WI DISTRIBUTION CENTER' }).place).toEqual({
      city: 'OAK CREEK',
      region: 'WI',
      postalCode: null,
      country: 'US',
      facility: 'OAK CREEK WI DISTRIBUTION CENTER',
    });
  });

  it('lends an event without a place no other', () => {
    const report = oneReport({ originCity: 'AUSTIN', trackingEvents: [{ eventCode: 'GX' }] });
    expect(report.facts[0]?.place).toBeNull();
  });

  it('reads a country by name and invents none', () => {
    expect(oneFact({ eventCountry: 'GERMANY' }).place?.country).toBe('DE');
    expect(oneFact({ eventCountry: 'ATLANTIS' }).place?.country).toBeNull();
  });
});

describe('USPS reports', () => {
  it('distinguishes two instances of a recycled number by piece id and intake date together', () => {
    const piece = { uniqueMailPieceID: '7', mailPieceIntakeDate: '2026-03-02 09:15:00.000000' };
    expect(oneReport(piece).carrierPieceId).toBe('7/2026-03-02');
    expect(oneReport({ uniqueMailPieceID: '7' }).carrierPieceId).toBeNull();
  });

  it('strips markup from the mail class', () => {
    const mailClass = 'Priority Mail<SUP>&reg;</SUP> &amp; More<b>!</b>';
    expect(oneReport({ mailClass }).snapshot.serviceLevel).toBe('Priority Mail & More !');
  });

  it('claims the whole history only for pulls with fewer events than the cap', () => {
    const events = (n: number) =>
      Array.from({ length: n }, (_, i) => ({
        eventCode: '10',
        eventTimestamp: `2026-03-06T07:${String(i % 60).padStart(2, '0')}:00`,
      }));
    expect(oneReport({ trackingEvents: events(3) }).fullHistory).toBe(true);
    expect(oneReport({ trackingEvents: events(99) }).fullHistory).toBe(false);
    const payload = JSON.stringify({ trackingNumber: NUMBER, trackingEvents: events(1) });
    const push = parse({ text: JSON.stringify({ timestamp: '2026-03-06T21:11:00Z', payload }) });
    expect(push).toMatchObject({
      reports: [{ fullHistory: false, asOf: { local: '2026-03-06T21:11:00', offsetMin: 0 } }],
    });
  });

  it('gives the window of the predicted day only to that day', () => {
    const window = {
      predictedDeliveryWindowStartTime: '1:15 pm',
      predictedDeliveryWindowEndTime: '5:15 pm',
    };
    const estimate = (detail: object) => oneReport(detail).snapshot.estimatedDelivery;
    expect(estimate({ expectedDeliveryTimeStamp: '2026-03-06T21:00:00', ...window })).toEqual({
      date: '2026-03-06',
      from: '2026-03-06T13:15:00',
      to: '2026-03-06T17:15:00',
    });
    expect(
      estimate({
        expectedDeliveryTimeStamp: '2026-03-06T00:00:00',
        predictedDeliveryDate: '2026-03-07',
        ...window,
      }),
    ).toEqual({ date: '2026-03-06', from: null, to: null });
    expect(estimate({ guaranteedDeliveryDate: '2026-03-08', endOfDay: '9:00 pm' })).toEqual({
      date: '2026-03-08',
      from: null,
      to: '2026-03-08T21:00:00',
    });
    expect(estimate({ expectedDeliveryDate: '2026-02-30' })).toBeNull();
  });

  it('reads the dated sentences of a SUMMARY answer, which is not a whole history', () => {
    const read = (...eventSummaries: string[]) =>
      parse({ text: JSON.stringify({ trackingNumber: NUMBER, eventSummaries }) });
    const reports = [
      {
        fullHistory: false,
        facts: [
          { codes: { text: 'Out for Delivery' }, time: { local: '2026-03-06T06:10' } },
          { codes: { text: 'Arrived at Post Office' }, time: { local: '2026-03-05T14:15' } },
        ],
      },
    ];
    expect(
      read(
        'Out for Delivery, 03/06/2026, 6:10 am, SALEM, OR 97301',
        'Arrived at Post Office, 03/05/2026, 2:15 pm, SALEM, OR 97302',
      ),
    ).toMatchObject({ outcome: 'reports', reports });
    const led = 'Your item was delivered at 11:26 am on March 6, 2026 in SALEM, OR 97301.';
    expect(read(led)).toMatchObject({ reports: [{ facts: [{ codes: { text: 'Delivered' } }] }] });
  });

  it('has no facts in a SUMMARY answer whose sentences say nothing certain', () => {
    const outcome = parse({
      text: JSON.stringify({
        trackingNumber: NUMBER,
        eventSummaries: ['Delivered on March 6'],
        expectedDeliveryDate: '2026-03-06',
      }),
    });
    expect(outcome).toMatchObject({
      outcome: 'reports',
      reports: [
        {
          facts: [],
          fullHistory: false,
          snapshot: { summary: null, estimatedDelivery: { date: '2026-03-06' } },
        },
      ],
      warnings: [expect.stringContaining('ask for DETAIL')],
    });
  });
});

describe('USPS parse is total', () => {
  it('answers any text and any JSON with an outcome', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .jsonValue()
        .map((value) => JSON.stringify({ trackingNumber: NUMBER, trackingEvents: value })),
      fc.jsonValue().map((value) => JSON.stringify([{ trackingNumber: NUMBER, status: value }])),
      fc.jsonValue().map((value) => JSON.stringify({ TrackResults: { TrackInfo: value } })),
      fc
        .jsonValue()
        .map((value) => JSON.stringify({ timestamp: '', payload: JSON.stringify(value) })),
      fc.jsonValue().map((value) => JSON.stringify({ error: value })),
    );
    fc.assert(
      fc.property(anything, fc.option(fc.integer({ min: 100, max: 599 })), (text, httpStatus) => {
        const outcome = parse(httpStatus === null ? { text } : { text, httpStatus });
        expect(PARSE_OUTCOMES).toContain(outcome.outcome);
      }),
      { seed: 41, numRuns: runs(500) },
    );
  });
});

function oneReport(detail: object): CarrierReport {
  const outcome = parse({
    text: JSON.stringify({ trackingNumber: NUMBER, status: 'x', ...detail }),
  });
  const report = outcome.outcome === 'reports' ? outcome.reports[0] : undefined;
  if (report === undefined) throw new Error(`no report: ${JSON.stringify(outcome)}`);
  return report;
}

function oneFact(event: object): ReportedFact {
  const fact = oneReport({ trackingEvents: [{ eventType: 'Scan', ...event }] }).facts[0];
  if (fact === undefined) throw new Error('no fact');
  return fact;
}

describe('an answer without a number', () => {
  const outcomeOf = (body: unknown, kind: 'track' | 'webhook' = 'track') =>
    parse({ text: JSON.stringify(body), kind, requestedNumber: '9400111899223197428490' });

  it('is about the requested number if it is one tracking answer', () => {
    expect(outcomeOf({ statusCategory: 'Delivered' })).toMatchObject({
      reports: [{ trackingNumber: '9400111899223197428490' }],
    });
    const twice = [{ statusCategory: 'Delivered' }, { statusCategory: 'Delivered' }];
    expect(outcomeOf(twice).outcome).toBe('unreadable');
    expect(outcomeOf({ statusCategory: 'Delivered' }, 'webhook').outcome).toBe('unreadable');
  });

  it('is none where only its status could be one', () => {
    expect(outcomeOf({ status: 'delivered' }).outcome).toBe('unreadable');
    expect(outcomeOf({ status: 'Accepted' }).outcome).toBe('unreadable');
    expect(outcomeOf({ trackingEvents: [] }).outcome).toBe('unreadable');
  });
});

describe('a pickup (43)', () => {
  const pickup = { eventType: 'Picked Up', eventCode: '43', GMTTimestamp: '2026-04-09T16:45:00Z' };
  const notice = { eventCode: '16', GMTTimestamp: '2026-04-08T16:45:00Z' };
  const read = (trackingEvents: readonly object[], statusSummary?: string) => {
    const detail = { trackingNumber: '9400111899223456789015', trackingEvents, statusSummary };
    const outcome = parse({ text: JSON.stringify([detail]) });
    return outcome.outcome === 'reports' ? outcome.reports[0]?.facts[0]?.codes['text'] : null;
  };

  it('is the recipient’s after a notice, or by the sentence about the parcel', () => {
    const collected = 'Delivered, Individual Picked Up at';
    expect(read([pickup, notice])).toBe(collected);
    expect(read([pickup], 'Your item was picked up at a postal facility')).toBe(collected);
    expect(read([pickup])).toBeUndefined();
  });
});
