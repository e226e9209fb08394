import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../kernel/test-runs.ts';
import { instantMs } from '../../kernel/time/place-time.ts';
import { type CarrierReport, PARSE_OUTCOMES, type ReportedFact } from '../contract/contract.ts';
import { parse } from './parse.ts';

const WAYBILL = '9356579890';

describe('DHL answers without a report', () => {
  it.each([
    ['an empty body', '', undefined, 'unreadable'],
    ['a truncated body', '{"shipments":[{"id":"93', undefined, 'unreadable'],
    ['an array', '[]', undefined, 'unreadable'],
    ['an empty object', '{}', undefined, 'unreadable'],
    ['a subscription request', '{"hook":{},"shipmentIDs":["1"]}', undefined, 'unreadable'],
    ['a push of an unknown scope', '{"scope":"subscription.else"}', undefined, 'unreadable'],
    ['a push without shipments', '{"scope":"subscription.push"}', undefined, 'unreadable'],
    [
      'a shipment without a number',
      '{"shipments":[{"service":"express"}]}',
      undefined,
      'unreadable',
    ],
    ['no shipments', '{"shipments":[]}', 200, 'not_found'],
    ['no packages', '{"packages":[]}', 200, 'not_found'],
    ['a problem 400', '{"title":"x","status":400}', undefined, 'error'],
    ['a problem 401', '{"title":"x","status":401}', undefined, 'auth_error'],
    ['a problem 403', '{"title":"x","status":403}', undefined, 'auth_error'],
    ['a problem 404', '{"title":"x","status":404}', undefined, 'not_found'],
    ['a problem 404 as text', '{"title":"x","status":"404"}', undefined, 'not_found'],
    ['a number alone', '{"shipments":[{"id":"9356579890"}]}', 200, 'not_yet'],
    ['a problem 429', '{"title":"x","status":429}', undefined, 'rate_limited'],
    ['a problem 503', '{"title":"x","status":503}', undefined, 'error'],
    ['a problem whose status is only in HTTP', '{"title":"x"}', 404, 'not_found'],
    ['a problem of nothing but a status', '{"status":401}', undefined, 'auth_error'],
    ['a 404 without title and detail', '{"message":"x","status":404}', undefined, 'not_found'],
    ['a status that is not a failure', '{"status":200}', undefined, 'unreadable'],
    ['a problem without a status', '{"title":"No result found"}', undefined, 'unreadable'],
    [
      'a problem with an id',
      '{"id":"7","title":"No result found","status":404}',
      undefined,
      'not_found',
    ],
    ['a status before its words', '{"title":"Unauthorized","status":503}', undefined, 'error'],
    ['an HTML page of a 502', '<html></html>', 502, 'error'],
    ['an empty 429', '', 429, 'rate_limited'],
  ] as const)('reads %s as such', (_, text, httpStatus, outcome) => {
    expect(parse(httpStatus === undefined ? { text } : { text, httpStatus }).outcome).toBe(outcome);
  });

  it('takes an object in the place of a list for its only item', () => {
    const events = { timestamp: '2026-11-19T08:00:00Z', statusCode: 'transit' };
    const shipments = { id: WAYBILL, service: 'express', events };
    const outcome = parse({ text: JSON.stringify({ shipments }) });
    expect(outcome).toMatchObject({ reports: [{ trackingNumber: WAYBILL }] });
    expect(outcome).toHaveProperty('reports.0.facts.length', 1);
  });

  it('names the number of a problem when the problem does', () => {
    const text = '{"title":"No result found","status":404,"instance":"/shipment/8264715546"}';
    expect(parse({ text })).toMatchObject({ trackingNumbers: ['8264715546'] });
  });

  it('never repeats the secret of a validation', () => {
    const outcome = parse({ text: '{"scope":"subscription.validate","secret":"s3cret"}' });
    expect(outcome.outcome).toBe('not_found');
    expect(JSON.stringify(outcome)).not.toContain('s3cret');
  });

  it('does not read the "Success" of a MyDHL query as an update, nor its failure as a report', () => {
    const shipment = { shipmentTrackingNumber: WAYBILL, status: 'Success' };
    const read = (one: object) => parse({ text: JSON.stringify({ shipments: [one] }) });
    expect(read(shipment)).toMatchObject({ reports: [{ facts: [], snapshot: { summary: null } }] });
    expect(read({ ...shipment, status: 'No Shipments Found' })).toMatchObject({
      outcome: 'not_found',
      trackingNumbers: [WAYBILL],
    });
  });
});

describe('DHL answers of Parcel DE in XML', () => {
  const piece =
    'piece-code="00340434161094022115" standard-event-code="ZU" ice="DLVRD" ric="OTHER"';

  it.each([
    [
      'whose names have no hyphens',
      `<data name="pieceshipmentlist" code="0"><data name="pieceshipment" ${piece}/></data>`,
    ],
    [
      'whose list stands in an element without a name',
      `<data><data name="piece-shipment-list"><data name="piece-shipment" ${piece}/></data></data>`,
    ],
    [
      'to the public question',
      `<data request-id="r"><data name="piece-status-public-list" code="0"><data name="piece-status-public" last-event-timestamp="18.03.2026 10:02" ${piece}/></data></data>`,
    ],
  ])('%s are read', (_, text) => {
    expect(parse({ text })).toMatchObject({
      outcome: 'reports',
      reports: [{ snapshot: { summary: { codes: { ice_ric: 'DLVRD/OTHER/ZU', status: 'ZU' } } } }],
    });
  });

  it('that say a return without a reason say a return', () => {
    const summary = (ice: string) => {
      const codes = `piece-code="00340434161094022115" standard-event-code="BV" ice="${ice}"`;
      const text = `<data name="piece-shipment-list"><data name="piece-shipment" ${codes}/></data>`;
      return parse({ text });
    };
    expect(summary('RETRN')).toMatchObject({
      reports: [{ snapshot: { summary: { codes: { ice_ric: 'RETRN//BV', status: 'BV' } } } }],
    });
    expect(JSON.stringify(summary('HLDCC'))).not.toContain('ice_ric');
  });

  it('with ISO times are read in Berlin time, too', () => {
    const event =
      '<data name="piece-event" event-timestamp="2026-02-18T10:00:00" standard-event-code="PO"/>';
    const text = `<data name="piece-shipment-list"><data name="piece-shipment" ${piece}>${event}</data></data>`;
    expect(parse({ text })).toMatchObject({
      reports: [{ facts: [{ time: { local: '2026-02-18T10:00:00', offsetMin: 60 } }] }],
    });
  });
});

describe('DHL codes', () => {
  it('follow the words of Parcel DE, with the coarse code in addition', () => {
    const codes = (status: string, statusCode: string) =>
      unifiedFact('parcel-de', { status, statusCode, description: status }).codes;
    expect(codes('Die Sendung wurde in das Zustellfahrzeug geladen.', 'transit')).toEqual({
      service: 'parcel-de',
      status: 'PO',
      statusCode: 'transit',
    });
    expect(codes('Die Sendung wurde zugestellt.', 'delivered')).toEqual({
      service: 'parcel-de',
      statusCode: 'delivered',
    });
    expect(codes('The shipment is returning to sender', 'failure')).toEqual({
      service: 'parcel-de',
      text: 'return_started',
      statusCode: 'failure',
    });
  });

  it('mean something within their service only', () => {
    const codes = (service: string, status: string) => unifiedFact(service, { status }).codes;
    expect(codes('express', 'DD')).toEqual({ service: 'express', status: 'DD' });
    expect(codes('parcel-de', 'DD')).toEqual({ service: 'parcel-de', status: 'DD' });
    expect(codes('ecommerce-europe', '44')).toEqual({ service: 'ecommerce-europe', status: '44' });
    expect(codes('freight', '21-0')).toEqual({ service: 'freight', status: '21-0' });
    expect(codes('post-de', 'IN_DELIVERY')).toEqual({ service: 'svb', status: 'IN_DELIVERY' });
  });

  it('of delivery stand behind words of Express only where the coarse code does not contradict', () => {
    const codes = (event: object) => unifiedFact('express', event).codes;
    const words = { description: 'Delivered to customs' };
    expect(codes({ ...words, statusCode: 'transit' })).toEqual({
      service: 'express',
      statusCode: 'transit',
    });
    expect(codes({ ...words, statusCode: 'delivered' })).toMatchObject({ status: 'OK' });
    expect(codes(words)).toEqual({ service: 'express', status: 'OK' });
    expect(codes({ status: 'OK', statusCode: 'transit' })).toMatchObject({ status: 'OK' });
  });

  it('keep the coarse code in addition to the fine one', () => {
    const fact = unifiedFact('parcel-nl', { status: 'NOT_HOME', statusCode: 'transit' });
    expect(fact.codes).toEqual({ service: 'parcel-nl', status: 'NOT_HOME', statusCode: 'transit' });
  });

  it.each([
    ['Shipment picked up', 'PU'],
    ['Processed at LEIPZIG - GERMANY', 'PL'],
    ['Arrived at DHL Sort Facility  LEIPZIG - GERMANY', 'AF'],
    ['Arrived at DHL Delivery Facility MADRID - SPAIN', 'AR'],
    ['Shipment is out with courier for delivery', 'WC'],
    ['Delivered : A NAME', 'OK'],
    ['Customs clearance status updated. Note - …', 'RR'],
    ['Shipment Accepted', 'SA'],
    ['Shipment is on hold', 'OH'],
    ['Delivery attempted but no response at Consignee address', 'NH'],
  ])('stand behind the words "%s" of old Express', (description, status) => {
    const coarse = status === 'OK' ? 'delivered' : 'transit';
    const event = { status: coarse, statusCode: coarse, description };
    expect(unifiedFact('express', event).codes['status']).toBe(status);
  });

  it('do not follow from words that only begin alike', () => {
    const fact = unifiedFact('express', { statusCode: 'transit', description: 'Deliveredly' });
    expect(fact.codes).toEqual({ service: 'express', statusCode: 'transit' });
  });

  it('never read a name as a code, and send unknown words to review', () => {
    expect(unifiedFact('express', { description: 'JANE DOE' }).codes).toEqual({
      service: 'express',
      text: 'unrecognised_words',
    });
  });

  it('of unknown words get the coarse code of the status that repeats them', () => {
    const said = { timestamp: '2026-03-02T10:00:00Z', description: 'Brand new wording' };
    const fact = (status: object) => {
      const shipment = { id: WAYBILL, service: 'express', status, events: [said] };
      return firstFact(reportOf({ shipments: [shipment] }));
    };
    const repeated = fact({ ...said, statusCode: 'failure' });
    expect(repeated.codes).toEqual({ service: 'express', statusCode: 'failure' });
    const other = fact({ ...said, statusCode: 'failure', timestamp: '2026-03-02T11:00:00Z' });
    expect(other.codes).toEqual({ service: 'express', text: 'unrecognised_words' });
    expect(repeated.identity).toEqual(other.identity);
  });

  it('prefer the coarse code to the word DELIVERED', () => {
    const event = { statusCode: 'pre-transit', status: 'DELIVERED', description: 'JESSICA' };
    expect(unifiedFact('express', event).codes).toEqual({
      service: 'express',
      statusCode: 'pre-transit',
    });
  });

  it('are found behind the texts of eCommerce, by id where the service gives it', () => {
    const words = unifiedFact('ecommerce', { status: 'Out For  Delivery' });
    expect(words.codes).toEqual({ service: 'ecommerce', status: '597' });
    const id = americasFact({ primaryEventId: 598, primaryEventDescription: 'OUT FOR DELIVERY' });
    expect(id.codes).toEqual({ service: 'ecommerce', status: '598' });
    expect(id.identity).toEqual(words.identity);
  });

  it('keep an unknown code as it came', () => {
    expect(unifiedFact('express', { status: 'ZZ' }).codes['status']).toBe('ZZ');
    expect(unifiedFact('ecommerce', { status: 'BRAND NEW' }).codes['status']).toBe('BRAND_NEW');
  });
});

describe('DHL times', () => {
  const at = (service: string, timestamp: string, location: object = {}) =>
    unifiedFact(service, { status: 'XX', timestamp, location }).time;

  it('follow the offset where there is one, with fractions and without seconds', () => {
    expect(at('express', '2026-10-06T05:51:00.123-04:00')).toMatchObject({
      local: '2026-10-06T05:51:00',
      offsetMin: -240,
      zoneSource: 'offset',
    });
    expect(at('express', '2026-10-06T05:51+02:00').precision).toBe('minute');
  });

  it('of Express without offset are local to the place, and zone-less where it is not settled', () => {
    const place = (addressLocality: string) => ({ address: { addressLocality } });
    const naive = '2026-02-11T12:04:00';
    expect(at('express', naive, place('LEIPZIG - GERMANY')).zone).toBe('Europe/Berlin');
    expect(at('express', naive, place('MADRID - SPAIN')).zone).toBe('Europe/Madrid');
    expect(at('express', naive, place('CINCINNATI HUB, OH - USA')).zone).toBe('America/New_York');
    expect(at('express', naive, place('SYDNEY - AUSTRALIA')).offsetMin).toBeNull();
    expect(at('express', naive).zoneSource).toBe('none');
  });

  it('of parcel-de are Berlin time by policy, whatever the place', () => {
    const abroad = { address: { countryCode: 'PT', addressLocality: 'Lisboa' } };
    expect(at('parcel-de', '2026-07-01T10:00:00', abroad)).toMatchObject({
      zone: 'Europe/Berlin',
      zoneSource: 'carrier_policy',
      offsetMin: 120,
    });
  });

  it('of parcel-de in UTC are converted to Berlin time, so that the identity stays the same', () => {
    const utc = unifiedFact('parcel-de', { status: 'ZU', timestamp: '2026-07-01T08:00:00Z' });
    const naive = unifiedFact('parcel-de', { status: 'ZU', timestamp: '2026-07-01T10:00:00' });
    expect(utc.time).toMatchObject({ local: '2026-07-01T10:00:00', zoneSource: 'offset' });
    expect(utc.identity).toEqual(naive.identity);
    expect(instantMs(utc.time)).toBe(instantMs(naive.time));
  });

  it('of parcel-pl are local although they end with Z', () => {
    expect(at('parcel-pl', '2026-01-10T09:15:00Z')).toMatchObject({
      local: '2026-01-10T09:15:00',
      zone: 'Europe/Warsaw',
      offsetMin: 60,
      zoneSource: 'carrier_policy',
    });
  });

  it('of dgf at midnight are days', () => {
    expect(at('dgf', '2026-01-10T00:00:00')).toMatchObject({
      local: '2026-01-10',
      precision: 'date',
    });
    expect(at('dgf', '2026-01-10T00:30:00')).toMatchObject({ precision: 'second' });
    expect(at('express', '2026-01-10T00:00:00')).toMatchObject({ precision: 'second' });
  });

  it('of eCommerce Americas follow the abbreviation into summer and winter', () => {
    const zoned = (date: string, timeZone: string) =>
      americasFact({ primaryEventId: 600, date, time: '13:05:00', timeZone }).time.offsetMin;
    expect(zoned('2026-02-11', 'ET')).toBe(-300);
    expect(zoned('2026-07-11', 'ET')).toBe(-240);
    expect(zoned('2026-07-11', 'CT')).toBe(-300);
    expect(zoned('2026-07-11', 'MT')).toBe(-360);
    expect(zoned('2026-07-11', 'PT')).toBe(-420);
    expect(zoned('2026-07-11', 'XYZ')).toBeNull();
  });

  it('that are none leave the event without a time', () => {
    expect(at('express', 'yesterday').precision).toBe('none');
  });
});

describe('DHL places', () => {
  const place = (addressLocality: string) =>
    unifiedFact('express', { status: 'AF', location: { address: { addressLocality } } }).place;

  it('lose a street before the city', () => {
    expect(place('Oderweg 2, AMSTERDAM')?.city).toBe('AMSTERDAM');
    expect(JSON.stringify(place('Musterstraße 5'))).not.toContain('Muster');
  });

  it('may be only a country', () => {
    expect(place('Germany')).toMatchObject({ city: null, country: 'DE' });
  });

  it('lose the country that is repeated behind the city, and a postal code that is none', () => {
    const address = { countryCode: 'GB', postalCode: 'HEATHROW', addressLocality: 'HEATHROW, GB' };
    expect(unifiedFact('ecommerce', { status: '441', location: { address } }).place).toMatchObject({
      city: 'HEATHROW',
      country: 'GB',
      postalCode: null,
    });
  });

  it('of supply chain lose the region, which may name a person', () => {
    const found = place('Budapest,Hungary,EMEA - Erika Muster,1097');
    expect(found).toMatchObject({ city: 'Budapest', region: null, country: 'HU' });
    expect(JSON.stringify(found)).not.toContain('Muster');
  });

  it('keep a city with a dash whole', () => {
    expect(place('WINSTON-SALEM')).toMatchObject({ city: 'WINSTON-SALEM', country: null });
  });
});

describe('DHL pieces', () => {
  const event = (typeCode: string, time: string) => ({ typeCode, date: '2026-04-08', time });
  const pu = event('PU', '16:20:00');
  const ok = event('OK', '18:00:00');
  const read = (pieces: object[]) =>
    reportOf({ shipments: [{ shipmentTrackingNumber: WAYBILL, events: [pu, ok], pieces }] });

  it('are not named by what all of them share', () => {
    const report = read([
      { trackingNumber: 'JD010000000000000011', events: [pu, ok] },
      { trackingNumber: 'JD010000000000000012', events: [pu, ok] },
    ]);
    expect(report.facts.map((fact) => fact.piece)).toEqual([null, null]);
    expect(report.links.map((link) => link.kind)).toEqual(['piece', 'piece']);
  });

  it('are named by what happened to some of them', () => {
    const report = read([
      { trackingNumber: 'JD010000000000000011', events: [pu, ok] },
      { trackingNumber: 'JD010000000000000012', events: [pu] },
    ]);
    expect(report.facts.map((fact) => [fact.codes['status'], fact.piece])).toEqual([
      ['PU', null],
      ['OK', 'JD010000000000000011'],
    ]);
  });

  it('that are alone are another spelling of the number', () => {
    expect(read([{ trackingNumber: 'JD010000000000000011', events: [pu] }]).aliases).toEqual([
      'JD010000000000000011',
    ]);
  });
});

describe('DHL shipments', () => {
  it('of two networks under one number are two lives, newest first', () => {
    const shipment = (service: string, timestamp: string) => ({
      id: WAYBILL,
      service,
      events: [{ status: 'PU', timestamp }],
    });
    const outcome = parse({
      text: JSON.stringify({
        shipments: [
          shipment('parcel-de', '2026-01-10T10:00:00'),
          shipment('express', '2026-04-10T10:00:00+02:00'),
        ],
      }),
    });
    expect(outcome).toMatchObject({
      reports: [
        { carrierPieceId: 'express/2026-04-10' },
        { carrierPieceId: 'parcel-de/2026-01-10' },
      ],
    });
  });

  it('alone get no piece id, which would outlive the recycling of the number', () => {
    const shipment = { id: WAYBILL, service: 'express', status: 'transit' };
    expect(reportOf({ shipments: [shipment] }).carrierPieceId).toBeNull();
  });

  it('follow the flag for a return, and say nothing without it', () => {
    const flag = (returnFlag?: unknown) =>
      reportOf({ shipments: [{ id: WAYBILL, status: 'transit', returnFlag }] }).snapshot.returnFlag;
    expect([flag(true), flag(false), flag(), flag('maybe')]).toEqual([true, false, null, null]);
  });

  it('prefer a time window to a time, and a placeholder time is not an hour', () => {
    const estimate = (shipment: object) =>
      reportOf({ shipments: [{ id: WAYBILL, ...shipment }] }).snapshot.estimatedDelivery;
    const frame = { estimatedFrom: '2026-02-11T09:00:00', estimatedThrough: '2026-02-11T12:00:00' };
    expect(
      estimate({
        estimatedDeliveryTimeFrame: frame,
        estimatedTimeOfDelivery: '2026-02-12T23:59:00',
      }),
    ).toEqual({ date: '2026-02-11', from: frame.estimatedFrom, to: frame.estimatedThrough });
    expect(estimate({ estimatedTimeOfDelivery: '2026-02-12T23:59:00' })).toEqual({
      date: '2026-02-12',
      from: null,
      to: null,
    });
    expect(estimate({ estimatedTimeOfDelivery: '2026-02-12' })?.date).toBe('2026-02-12');
    expect(estimate({ estimatedTimeOfDelivery: 'soon' })).toBeNull();
  });

  it('take a status that is later and coarsely other than all events for one not listed yet', () => {
    const listed = { timestamp: '2026-03-02T08:00:00Z', statusCode: 'pre-transit' };
    const coarse = (status: object, events: readonly object[] = [listed]) =>
      reportOf({ shipments: [{ id: WAYBILL, service: 'express', status, events }] }).facts.map(
        ({ codes }) => codes['statusCode'],
      );
    const later = { timestamp: '2026-03-02T10:00:00Z', statusCode: 'delivered' };
    expect(coarse(later)).toEqual(['pre-transit', 'delivered']);
    expect(coarse({ ...later, statusCode: 'pre-transit' })).toEqual(['pre-transit']);
    expect(coarse({ ...later, statusCode: 'unknown' })).toEqual(['pre-transit']);
    expect(coarse({ ...later, timestamp: listed.timestamp })).toEqual(['pre-transit']);
    expect(coarse({ statusCode: 'delivered' })).toEqual(['pre-transit']);
    // Without a zone it is unknown which of the two is later.
    expect(coarse({ ...later, timestamp: '2026-03-02T10:00:00' })).toEqual(['pre-transit']);
    expect(coarse(later, [listed, { ...listed, statusCode: 'Delivered' }])).toHaveLength(2);
    expect(coarse(later, [{ timestamp: listed.timestamp, status: 'WC' }])).toEqual([undefined]);
    expect(coarse(later, [])).toEqual([]);
  });

  it('read ids that are numbers and a status that is only text', () => {
    const report = reportOf({ shipments: [{ id: 9356579890, service: 'express', status: 'OK' }] });
    expect(report.trackingNumber).toBe(WAYBILL);
    expect(report.snapshot.summary?.codes).toEqual({ service: 'express', status: 'OK' });
  });

  it('weigh in grams, whatever the unit, and nothing without one', () => {
    const weight = (value: number, unitText?: string) =>
      reportOf({ shipments: [{ id: WAYBILL, details: { weight: { value, unitText } } }] }).snapshot
        .weightG;
    expect([weight(1.5, 'kg'), weight(2, 'LB'), weight(2), weight(0, 'kg')]).toEqual([
      1500,
      907,
      null,
      null,
    ]);
  });

  it('of a push never claim the whole history', () => {
    const shipments = [{ id: WAYBILL, service: 'express', events: [{ status: 'PU' }] }];
    expect(reportOf({ shipments }).fullHistory).toBe(true);
    expect(reportOf({ scope: 'subscription.push', shipments }).fullHistory).toBe(false);
  });
});

describe('DHL parse is total', () => {
  it('answers any text, JSON and XML with an outcome', () => {
    const event = fc.record({
      timestamp: fc.oneof(fc.string(), fc.constant('2026-01-10T00:00:00Z')),
      status: fc.jsonValue(),
      location: fc.jsonValue(),
      pieceIds: fc.jsonValue(),
    });
    const service = fc.constantFrom('express', 'ecommerce', 'dgf', 'parcel-pl', '__proto__');
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc.string().map((text) => `<data name="piece-shipment-list"${text}`),
      fc
        .record({ id: fc.jsonValue(), service, events: fc.array(event), details: fc.jsonValue() })
        .map((shipment) => JSON.stringify({ shipments: [{ ...shipment, id: 'X1' }, shipment] })),
      fc.jsonValue().map((value) => JSON.stringify({ packages: [value], shipments: value })),
      fc.jsonValue().map((value) =>
        JSON.stringify({
          shipments: [{ shipmentTrackingNumber: '1', events: value, pieces: value }],
        }),
      ),
    );
    fc.assert(
      fc.property(anything, (text) => {
        expect(PARSE_OUTCOMES).toContain(parse({ text }).outcome);
      }),
      { seed: 43, numRuns: runs(500) },
    );
  });
});

function reportOf(body: object): CarrierReport {
  const outcome = parse({ text: JSON.stringify(body) });
  const report = outcome.outcome === 'reports' ? outcome.reports[0] : undefined;
  if (report === undefined) throw new Error(`no report: ${JSON.stringify(outcome)}`);
  return report;
}

function firstFact(report: CarrierReport): ReportedFact {
  const fact = report.facts[0];
  if (fact === undefined) throw new Error('no fact');
  return fact;
}

function unifiedFact(service: string, event: object): ReportedFact {
  return firstFact(reportOf({ shipments: [{ id: WAYBILL, service, events: [event] }] }));
}

function americasFact(event: object): ReportedFact {
  return firstFact(reportOf({ packages: [{ package: { packageId: 'PKG1' }, events: [event] }] }));
}

describe('a DHL status without a time', () => {
  const TRANSIT = { timestamp: '2026-07-16T14:00:00Z', statusCode: 'transit' };
  const DEPOT = { statusCode: 'transit', description: 'In transit' };
  const codesOf = (statusCode: string, events: readonly object[]) => {
    const shipment = { id: WAYBILL, service: 'express', status: { statusCode }, events };
    const outcome = parse({ text: JSON.stringify({ shipments: [shipment] }) });
    if (outcome.outcome !== 'reports') throw new Error(outcome.outcome);
    return outcome.reports[0]?.facts.map(({ codes }) => codes['statusCode']);
  };

  it('is the end of a dated way that lacks the delivery, and nothing else', () => {
    expect(codesOf('DELIVERED', [TRANSIT])).toEqual(['transit', 'delivered']);
    expect(codesOf('pre-transit', [TRANSIT])).toEqual(['transit']);
    expect(codesOf('delivered', [TRANSIT, DEPOT])).toEqual(['transit', 'transit']);
    const label = { ...TRANSIT, statusCode: 'pre-transit' };
    expect(codesOf('delivered', [label])).toEqual(['pre-transit']);
  });
});

describe('a DHL answer without a number', () => {
  const DELIVERED = { timestamp: '2026-07-16T14:00:00Z', statusCode: 'delivered' };
  const outcomeOf = (shipments: readonly object[], kind: 'track' | 'webhook' = 'track') =>
    parse({ text: JSON.stringify({ shipments }), kind, requestedNumber: WAYBILL });

  it('is about the requested number if it has an update of one parcel', () => {
    const outcome = outcomeOf([{ service: 'express', events: [DELIVERED] }]);
    expect(outcome).toMatchObject({ reports: [{ trackingNumber: WAYBILL }] });
    expect(outcomeOf([{ events: [DELIVERED] }, { events: [] }]).outcome).toBe('unreadable');
    expect(outcomeOf([{ events: [DELIVERED] }], 'webhook').outcome).toBe('unreadable');
    expect(outcomeOf([{ service: 'express' }]).outcome).toBe('unreadable');
  });

  it('is not where it names its pieces', () => {
    const details = { pieceIds: ['JD014600003828392837'] };
    expect(outcomeOf([{ details, events: [DELIVERED] }]).outcome).toBe('unreadable');
  });
});
