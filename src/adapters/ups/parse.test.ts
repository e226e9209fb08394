import { describe, expect, it } from 'vitest';
import type { CarrierReport, ParseOutcome } from '../contract/contract.ts';
import { adapter } from './index.ts';

const NUMBER = '1Z023E2X0214323462';

const SCAN = {
  location: { address: { city: 'Wayne', stateProvince: 'NJ', countryCode: 'US' } },
  status: { type: 'D', code: 'FS', statusCode: '011', description: 'DELIVERED ' },
  date: '20240423',
  time: '095004',
  gmtOffset: '-04:00',
};

const ALERT = {
  trackingNumber: NUMBER,
  localActivityDate: '20240423',
  localActivityTime: '095004',
  activityLocation: { city: 'WAYNE', stateProvince: 'NJ', postalCode: '', country: 'US' },
  activityStatus: { type: 'D', code: 'FS', description: 'Delivered', descriptionCode: '011' },
  gmtActivityDate: '20240423',
  gmtActivityTime: '135004',
  receivedBy: 'MARKER',
};

function answerOf(parcels: readonly object[], shipment: object = {}): string {
  const packages = parcels.map((parcel) => ({ trackingNumber: NUMBER, ...parcel }));
  return JSON.stringify({
    trackResponse: { shipment: [{ inquiryNumber: NUMBER, package: packages, ...shipment }] },
  });
}

function reportsOf(outcome: ParseOutcome): readonly CarrierReport[] {
  if (outcome.outcome !== 'reports') throw new Error(`${outcome.outcome}: ${outcome.reason}`);
  return outcome.reports;
}

function reportOf(body: string | object): CarrierReport {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const [report] = reportsOf(adapter.parse({ text }));
  if (report === undefined) throw new Error('no report');
  return report;
}

describe('answers without tracking', () => {
  it.each([
    ['250002', 'auth_error'],
    ['250003', 'auth_error'],
    ['251004', 'auth_error'],
    ['10401', 'auth_error'],
    ['UJ0001', 'auth_error'],
    ['10429', 'rate_limited'],
    ['TV1002', 'error'],
    ['VSS220', 'error'],
    ['constructor', 'error'],
  ])('reads error %s at any level as %s', (code, outcome) => {
    for (const body of [
      { response: { errors: [{ code }] } },
      { errors: [{ code }] },
      { error: { code } },
    ]) {
      expect(adapter.parse({ text: JSON.stringify(body) }).outcome).toBe(outcome);
    }
  });

  it('takes a package with nothing but its number for not scanned yet, or for what a warning says', () => {
    const read = (shipment: object) => adapter.parse({ text: answerOf([{}], shipment) });
    expect(read({})).toMatchObject({ outcome: 'not_yet', trackingNumbers: [NUMBER] });
    const parsed = read({ warnings: [null, { code: 'TW0001' }] });
    expect(parsed).toMatchObject({ outcome: 'not_found', trackingNumbers: [NUMBER] });
    const text = answerOf([{ currentStatus: { description: 'Words of no list' } }]);
    expect(adapter.parse({ text }).outcome).toBe('unreadable');
  });

  it('reports a package with scans next to an unknown one', () => {
    const silent = { trackingNumber: '1Z12345E0205271688' };
    const outcome = adapter.parse({ text: answerOf([{ activity: [SCAN] }, silent]) });
    expect(outcome).toMatchObject({
      outcome: 'reports',
      reports: [{ trackingNumber: NUMBER }],
      misses: [{ trackingNumber: silent.trackingNumber, outcome: 'not_yet' }],
    });
  });

  it('takes a warning of a shipment without a number for the whole answer', () => {
    const warnings = [{ code: 'TW0001', message: 'Tracking Information Not Found' }];
    const text = JSON.stringify({ trackResponse: { shipment: [{ warnings }] } });
    expect(adapter.parse({ text })).toMatchObject({ outcome: 'not_found', trackingNumbers: [] });
  });

  it('takes a 404 in its own envelope as not found, and a gateway page as a failure', () => {
    const text = JSON.stringify({ response: { errors: [{ code: 'X' }] } });
    expect(adapter.parse({ text, httpStatus: 404 }).outcome).toBe('not_found');
    expect(adapter.parse({ text: '<html>', httpStatus: 404 }).outcome).toBe('error');
    expect(adapter.parse({ text: '<html>', httpStatus: 403 }).outcome).toBe('auth_error');
  });

  it('cannot read an alert without a number, or with neither code nor date', () => {
    const { trackingNumber: _, ...nameless } = ALERT;
    expect(adapter.parse({ text: JSON.stringify(nameless) }).outcome).toBe('unreadable');
    const empty = { ...ALERT, activityStatus: { type: '', code: '', descriptionCode: '' } };
    expect(adapter.parse({ text: JSON.stringify(empty) }).outcome).toBe('unreadable');
  });
});

describe('facts', () => {
  it('takes a letter in the place of a code, beside no type, for the type', () => {
    const status = (given: object) =>
      reportOf(answerOf([{ activity: [{ ...SCAN, status: given }] }]));
    expect(status({ code: 'D' }).facts[0]?.codes).toEqual({ type: 'D' });
    expect(status({ statusCode: 'M' }).facts[0]?.codes).toEqual({ type: 'M' });
    expect(status({ type: 'X', code: '5' }).facts[0]?.codes).toEqual({ type: 'X', code: '5' });
    expect(status({ type: 'I', code: 'D' }).facts[0]?.codes).toEqual({ type: 'I', code: 'D' });
  });

  it('reads documented words as the code where there is none of any kind', () => {
    const codes = (status: object) =>
      reportsOf(adapter.parse({ text: answerOf([{ activity: [{ ...SCAN, status }, SCAN] }]) }))[0]
        ?.facts.length === 2;
    expect(codes({ description: 'Out For Delivery Today' })).toBe(true);
    expect(codes({ description: 'Delivered to Agent' })).toBe(false);
    const said = { activity: { ...SCAN, status: { description: 'Delivered' } } };
    expect(reportOf(answerOf([said])).facts).toMatchObject([
      { codes: { status3: '011' }, identity: ['ups-1', '', '011', '2024-04-23T09:50:04', ''] },
    ]);
    const typed = { activity: [{ ...SCAN, status: { type: 'X', description: 'Delivered' } }] };
    expect(reportOf(answerOf([typed])).facts[0]?.codes).toEqual({ type: 'X' });
    const current = { currentStatus: { description: 'On the Way' } };
    expect(reportOf(answerOf([current])).snapshot.summary?.codes).toEqual({ status3: '005' });
    const pushed = { ...ALERT, activityStatus: { description: 'DELIVERED' } };
    expect(reportOf(pushed).facts[0]?.codes).toEqual({ status3: '011' });
  });

  it('does not take words for the code beside a type of no list, and never for a delivery', () => {
    const codes = (activityStatus: object) =>
      reportOf({ ...ALERT, activityStatus }).facts[0]?.codes;
    expect(codes({ type: 'OT', description: 'Out for Delivery' })).toEqual({ type: 'OT' });
    expect(codes({ type: 'X', description: 'Out for Delivery' })).toEqual({ type: 'X' });
    expect(codes({ type: 'ZZ', description: 'Delivered' })).toEqual({ type: 'ZZ' });
  });

  it('takes the country from its own member where the code of the country is missing', () => {
    const of = (address: object) =>
      reportOf(answerOf([{ activity: [{ ...SCAN, location: { address } }] }])).facts[0]?.place;
    expect(of({ city: 'Phoenix', country: 'us' })).toMatchObject({ country: 'US' });
    expect(of({ countryCode: 'DE', country: 'FR' })).toMatchObject({ country: 'DE' });
    expect(of({ city: 'Phoenix', country: 'United States' })).toMatchObject({ country: null });
  });

  it('reads at most 500 activities, says so, and then claims no full history', () => {
    const text = answerOf([{ activity: Array.from({ length: 501 }, () => SCAN) }]);
    const outcome = adapter.parse({ text });
    expect(reportsOf(outcome)[0]?.facts).toHaveLength(500);
    expect(reportsOf(outcome)[0]?.fullHistory).toBe(false);
    expect(outcome).toMatchObject({ warnings: [expect.stringContaining('more than 500')] });
  });

  it('gives push and pull of one event one identity and one instant', () => {
    const pulled = reportOf(answerOf([{ activity: [SCAN] }])).facts[0];
    const pushed = reportOf(ALERT).facts[0];
    expect(pushed?.identity).toEqual(pulled?.identity);
    expect(pushed?.codes).toEqual(pulled?.codes);
    expect(pushed?.time).toEqual(pulled?.time);
  });

  it('separates events one second apart', () => {
    const later = reportOf({ ...ALERT, localActivityTime: '095005' }).facts[0];
    expect(later?.identity).not.toEqual(reportOf(ALERT).facts[0]?.identity);
  });

  it('distinguishes codes of different lists by their type', () => {
    const status = { ...ALERT.activityStatus, type: 'I' };
    const other = reportOf({ ...ALERT, activityStatus: status }).facts[0];
    expect(other?.identity).not.toEqual(reportOf(ALERT).facts[0]?.identity);
    expect(
      adapter.manifest.matchOrder.every((keys) => !keys.includes('code') || keys.includes('type')),
    ).toBe(true);
  });

  it('lets only a scan that takes back a collection end a delivery', () => {
    const status = (code: string) => ({ ...ALERT.activityStatus, type: 'X', code });
    const isCorrection = (code: string) =>
      adapter.manifest.corrections.some(({ match: { type, code: listed } }) => {
        const codes = reportOf({ ...ALERT, activityStatus: status(code) }).facts[0]?.codes;
        return codes?.['type'] === type && codes?.['code'] === listed;
      });
    expect(['8I', 'FT', 'HD'].filter(isCorrection)).toEqual(['8I']);
  });

  it('restores the zeros of a three-digit code and sees one in the place of the other', () => {
    const of = (status: object) =>
      reportOf(answerOf([{ activity: [{ ...SCAN, status }] }])).facts[0]?.codes;
    expect(of({ type: 'd', code: 'fs', statusCode: 11 })).toEqual({
      type: 'D',
      code: 'FS',
      status3: '011',
    });
    expect(of({ type: 'D', code: '011' })).toEqual({ type: 'D', status3: '011' });
  });

  it('marks what UPS itself calls a logical scan', () => {
    const of = (logicalScan: unknown) =>
      reportOf(answerOf([{ activity: [{ ...SCAN, logicalScan }] }])).facts[0]?.logical;
    expect([true, 'true', false, undefined].map(of)).toEqual([true, true, false, false]);
  });

  it('never passes on who received the parcel', () => {
    const text = answerOf([
      {
        activity: [SCAN],
        deliveryInformation: { receivedBy: 'MARKER', signature: { image: 'MARKER' } },
        packageAddress: [{ type: 'DESTINATION', name: 'MARKER', attentionName: 'MARKER' }],
      },
    ]);
    expect(JSON.stringify(adapter.parse({ text }))).not.toContain('MARKER');
    expect(JSON.stringify(adapter.parse({ text: JSON.stringify(ALERT) }))).not.toContain('MARKER');
    expect(reportOf(text).snapshot.proofs).toEqual(['signature']);
  });
});

describe('the parcel as a whole', () => {
  it('decides by shape which list the current status is of', () => {
    const of = (currentStatus: object) =>
      reportOf(answerOf([{ currentStatus }])).snapshot.summary?.codes;
    expect(of({ code: '040' })).toEqual({ status3: '040' });
    expect(of({ type: 'I', code: 'OT' })).toEqual({ type: 'I', code: 'OT' });
  });

  it('estimates by the rescheduled date before the scheduled one, never by the delivered one', () => {
    const of = (types: readonly string[]) =>
      reportOf(
        answerOf([
          {
            activity: [SCAN],
            deliveryDate: types.map((type, i) => ({ type, date: `2024042${i}` })),
          },
        ]),
      ).snapshot.estimatedDelivery?.date;
    expect(of(['SDD', 'RDD', 'DEL'])).toBe('2024-04-21');
    expect(of(['SDD', 'DEL'])).toBe('2024-04-20');
    expect(of(['DEL'])).toBeUndefined();
  });

  it.each([
    ['EDW', '2024-04-23T13:15:00', '2024-04-23T17:15:00'],
    ['CMT', null, '2024-04-23T17:15:00'],
    ['EOD', null, null],
    ['DEL', null, null],
  ])('reads the hours of a delivery time %s', (type, from, to) => {
    const report = reportOf(
      answerOf([
        {
          activity: [SCAN],
          deliveryDate: [{ type: 'SDD', date: '20240423' }],
          deliveryTime: { type, startTime: '131500', endTime: '171500' },
        },
      ]),
    );
    expect(report.snapshot.estimatedDelivery).toEqual({ date: '2024-04-23', from, to });
  });

  it('reports each package of a shipment under its own number', () => {
    const other = '1Z1442YY7229014688';
    const text = answerOf([{ activity: [SCAN] }, { activity: [SCAN], trackingNumber: other }]);
    expect(reportsOf(adapter.parse({ text })).map(({ trackingNumber }) => trackingNumber)).toEqual([
      NUMBER,
      other,
    ]);
  });
});

describe('answers about nothing', () => {
  const outcomeOf = (body: object) => adapter.parse({ text: JSON.stringify(body) }).outcome;

  it('knows no parcel where the list of shipments is empty, and is at a loss where it is none', () => {
    expect(outcomeOf({ trackResponse: { shipment: [] } })).toBe('not_found');
    expect(outcomeOf({ trackResponse: { shipment: [7] } })).toBe('unreadable');
    expect(outcomeOf({ trackResponse: {} })).toBe('unreadable');
  });

  it('takes a warning beside an empty package without a number for the answer', () => {
    const warnings = [{ code: 'TW0001', message: 'Tracking Information Not Found' }];
    const of = (parcel: object) =>
      outcomeOf({ trackResponse: { shipment: [{ warnings, package: [parcel] }] } });
    expect(of({ activity: [] })).toBe('not_found');
    expect(of({ activity: [SCAN] })).toBe('unreadable');
  });

  it.each([
    ['invalid_token', 'auth_error'],
    ['rate_limit_exceeded', 'rate_limited'],
    ['something_else', 'error'],
  ])('reads the bare error %s as %s', (error, outcome) => {
    expect(outcomeOf({ error })).toBe(outcome);
  });
});

describe('an answer without a number', () => {
  const DELIVERED = { activity: [{ status: { type: 'D', code: 'FS', statusCode: '011' } }] };
  const outcomeOf = (packages: readonly object[], kind: 'track' | 'webhook' = 'track') =>
    adapter.parse({
      text: JSON.stringify({ trackResponse: { shipment: [{ package: packages }] } }),
      kind,
      requestedNumber: '1Z999AA10123456784',
    });

  it('is about the requested number if it is one package with an update', () => {
    expect(outcomeOf([DELIVERED])).toMatchObject({
      reports: [{ trackingNumber: '1Z999AA10123456784' }],
    });
    expect(outcomeOf([DELIVERED, DELIVERED]).outcome).toBe('unreadable');
    expect(outcomeOf([{}]).outcome).toBe('unreadable');
    expect(outcomeOf([DELIVERED], 'webhook').outcome).toBe('unreadable');
  });

  it('is about the number inquired where its own place holds a word', () => {
    const stub = { ...DELIVERED, trackingNumber: 'string' };
    const of = (inquiryNumber: string, packages: readonly unknown[], requested?: string) => {
      const body = { trackResponse: { shipment: [{ inquiryNumber, package: packages }] } };
      const text = JSON.stringify(body);
      const outcome = adapter.parse(
        requested === undefined ? { text } : { text, requestedNumber: requested },
      );
      return reportsOf(outcome)[0]?.trackingNumber;
    };
    expect(of(NUMBER, [stub])).toBe(NUMBER);
    expect(of('string', [stub], NUMBER)).toBe(NUMBER);
    expect(of(NUMBER, [stub, { ...DELIVERED, trackingNumber: NUMBER }])).toBe('STRING');
  });
});
