import { describe, expect, it } from 'vitest';
import type { CarrierReport, ParseOutcome } from '../contract/contract.ts';
import { adapter } from './index.ts';

const NUMBER = '122816215025810';

function answerOf(lives: readonly unknown[], more: object = {}): string {
  return JSON.stringify({
    output: { completeTrackResults: [{ trackingNumber: NUMBER, trackResults: lives }] },
    ...more,
  });
}

function life(scanEvents: readonly unknown[], more: object = {}): object {
  return { trackingNumberInfo: { trackingNumber: NUMBER }, scanEvents, ...more };
}

function reportsOf(outcome: ParseOutcome): readonly CarrierReport[] {
  if (outcome.outcome !== 'reports') throw new Error(`${outcome.outcome}: ${outcome.reason}`);
  return outcome.reports;
}

function reportOf(text: string): CarrierReport {
  const [report] = reportsOf(adapter.parse({ text }));
  if (report === undefined) throw new Error('no report');
  return report;
}

const DELIVERED = { date: '2026-01-09T13:31:20-05:00', eventType: 'DL', derivedStatusCode: 'DL' };

describe('answers without tracking', () => {
  it('judges a gateway page by its HTTP status, and is undecided without one', () => {
    const text = '<html>Service Unavailable</html>';
    expect(adapter.parse({ text }).outcome).toBe('unreadable');
    expect(adapter.parse({ text, httpStatus: 200 }).outcome).toBe('unreadable');
    expect(adapter.parse({ text, httpStatus: 503 }).outcome).toBe('error');
    expect(adapter.parse({ text, httpStatus: 401 }).outcome).toBe('auth_error');
    expect(adapter.parse({ text, httpStatus: 429 }).outcome).toBe('rate_limited');
  });

  it("reads an unknown error code by its HTTP status, whatever the code's name", () => {
    for (const code of ['NEW.ERROR', 'constructor', '__proto__']) {
      const text = JSON.stringify({ errors: [{ code, message: 'x' }] });
      expect(adapter.parse({ text, httpStatus: 500 }).outcome).toBe('error');
      expect(adapter.parse({ text, httpStatus: 403 }).outcome).toBe('auth_error');
      expect(adapter.parse({ text }).outcome).toBe('error');
    }
  });

  it('does not take a missing path for a missing parcel', () => {
    const text = JSON.stringify({ errors: [{ code: 'NOT.FOUND.ERROR' }] });
    expect(adapter.parse({ text, httpStatus: 404 }).outcome).toBe('error');
  });

  it('names a wait for the burst limit and none for the daily quota', () => {
    const of = (message: string) =>
      adapter.parse({ text: JSON.stringify({ errors: [{ code: 'TOO.MANY.REQUESTS', message }] }) });
    expect(of('too many requests in a short duration')).toMatchObject({ retryAfterS: 10 });
    expect(of('Daily transaction quota exceeded')).not.toHaveProperty('retryAfterS');
  });

  it('reads an alert of missing data as not found, and a token refusal as such', () => {
    const alert = { output: { alerts: [{ code: 'TRACKING.DATA.NOTFOUND' }] } };
    expect(adapter.parse({ text: JSON.stringify(alert) }).outcome).toBe('not_found');
    const token = { error: 'invalid_client', error_description: 'x' };
    expect(adapter.parse({ text: JSON.stringify(token) }).outcome).toBe('auth_error');
  });

  it("accepts only the token endpoint's own refusal of credentials", () => {
    const of = (error: string, httpStatus?: number) => {
      const text = JSON.stringify({ error });
      return adapter.parse(httpStatus === undefined ? { text } : { text, httpStatus }).outcome;
    };
    for (const error of ['invalid_token', 'unauthorized', 'NOT.AUTHORIZED.ERROR']) {
      expect(of(error)).toBe('auth_error');
    }
    expect(of('server_error')).toBe('unreadable');
    expect(of('server_error', 503)).toBe('error');
    expect(of('server_error', 401)).toBe('auth_error');
  });

  it('takes the error of a result without any number for the whole answer', () => {
    const error = { code: 'TRACKING.TRACKINGNUMBER.NOTFOUND' };
    const text = JSON.stringify({
      output: { completeTrackResults: [{ trackResults: [{ error }] }] },
    });
    expect(adapter.parse({ text })).toMatchObject({ outcome: 'not_found', trackingNumbers: [] });
  });

  it('keeps misses of several kinds apart', () => {
    const miss = (code: string) => ({ ...life([]), error: { code } });
    const text = answerOf([
      miss('TRACKING.TRACKINGNUMBER.NOTFOUND'),
      miss('INTERNAL.SERVER.ERROR'),
    ]);
    expect(adapter.parse({ text })).toMatchObject({
      outcome: 'reports',
      reports: [],
      misses: [{ outcome: 'not_found' }, { outcome: 'error' }],
    });
  });
});

describe('facts', () => {
  it('reads at most 500 scans, says so, and then claims no full history', () => {
    const text = answerOf([life(Array.from({ length: 501 }, () => DELIVERED))]);
    const outcome = adapter.parse({ text, kind: 'track' });
    expect(reportsOf(outcome)[0]?.facts).toHaveLength(500);
    expect(reportsOf(outcome)[0]?.fullHistory).toBe(false);
    expect(outcome).toMatchObject({ warnings: [expect.stringContaining('more than 500 scans')] });
  });

  it('claims the full history for pulls only', () => {
    const pulled = answerOf([life([DELIVERED])]);
    const pushed = answerOf([life([DELIVERED])], { outputMetaData: [] });
    expect(reportOf(pulled).fullHistory).toBe(true);
    expect(reportOf(pushed).fullHistory).toBe(false);
    expect(reportsOf(adapter.parse({ text: pulled, kind: 'webhook' }))[0]?.fullHistory).toBe(false);
  });

  it('leaves a return scan a return scan, though it is rolled up as delivered', () => {
    const scan = { ...DELIVERED, eventType: 'RS' };
    expect(reportOf(answerOf([life([scan])])).facts[0]?.codes).toEqual({
      event: 'RS',
      derived: 'DL',
    });
    expect(adapter.manifest.matchOrder.at(-1)).toEqual(['derived']);
  });

  it("reads a scan with nothing but the rollup DL as the delivery in its parcel's status", () => {
    const codes = (code: string) => {
      const scan = { date: DELIVERED.date, derivedStatusCode: 'DL' };
      return reportOf(answerOf([life([scan], { latestStatusDetail: { code } })])).facts[0]?.codes;
    };
    expect(codes('DL')).toEqual({ event: 'DL', derived: 'DL' });
    expect(codes('RS')).toEqual({ derived: 'DL' });
  });

  it('reads a scan whose rollup and words both say "Delivered" as the delivery', () => {
    const codes = (eventDescription: string, more: object = {}) => {
      const scan = { date: DELIVERED.date, derivedStatusCode: 'DL', eventDescription, ...more };
      return reportOf(answerOf([life([scan])])).facts[0]?.codes;
    };
    expect(codes('Delivered')).toEqual({ event: 'DL', derived: 'DL' });
    expect(codes('Returning package to shipper')).toEqual({ derived: 'DL' });
    expect(codes('Delivered', { eventType: 'RS' })).toEqual({ event: 'RS', derived: 'DL' });
  });

  it('reads a scan without any code by its documented words, under the identity of the code', () => {
    const { eventType: _, derivedStatusCode: __, ...bare } = DELIVERED;
    const scan = (more: object) => reportOf(answerOf([life([{ ...bare, ...more }, DELIVERED])]));
    const [worded, coded] = scan({ eventDescription: 'Delivered' }).facts;
    expect(worded?.codes).toEqual({ event: 'DL' });
    expect(worded?.identity).toEqual(coded?.identity);
    expect(scan({ eventDescription: 'Delivered to sender' }).facts).toHaveLength(1);
    const rolled = { eventDescription: 'Delivered', derivedStatusCode: 'IT' };
    expect(scan(rolled).facts[0]?.codes).toEqual({ derived: 'IT' });
  });

  it('reads a current status without any code by its words, the translated ones last', () => {
    const codes = (latestStatusDetail: object) =>
      adapter.parse({ text: answerOf([life([], { latestStatusDetail })]) });
    expect(codes({ description: 'Delivered', statusByLocale: 'Livré' })).toMatchObject({
      reports: [{ snapshot: { summary: { codes: { event: 'DL' } } } }],
    });
    expect(codes({ statusByLocale: 'Label created' })).toMatchObject({
      reports: [{ snapshot: { summary: { codes: { event: 'OC' } } } }],
    });
    expect(codes({ description: 'Livré' }).outcome).toBe('unreadable');
  });

  it('gives one identity to one scan, however offset, seconds and place are spelt', () => {
    const spellings = [
      DELIVERED,
      { ...DELIVERED, date: '2026-01-09T13:31:00-0500', derivedStatusCode: '' },
      { ...DELIVERED, date: '2026-01-09T13:31', scanLocation: { city: 'NORTON' } },
      {
        ...DELIVERED,
        date: '2026-01-09 13:31:20.000',
        eventDescription: 'Livré',
        exceptionCode: '',
      },
    ];
    const identities = spellings.map(
      (scan) => reportOf(answerOf([life([scan])])).facts[0]?.identity,
    );
    for (const identity of identities) expect(identity).toEqual(identities[0]);
  });

  it('keeps exception codes apart that differ in their zeros', () => {
    const codes = ['14', '014'].map((exceptionCode) => {
      const report = reportOf(answerOf([life([{ ...DELIVERED, exceptionCode }])]));
      return [report.facts[0]?.codes['exception'], report.facts[0]?.identity[2]];
    });
    expect(codes).toEqual([
      ['14', '14'],
      ['014', '014'],
    ]);
  });

  it('never passes on a street or a name', () => {
    const scanLocation = { streetLines: ['1 Marker Street'], city: 'NORTON', countryCode: 'us' };
    const text = answerOf([
      life([{ ...DELIVERED, scanLocation }], {
        deliveryDetails: { receivedByName: 'MARKER', actualDeliveryAddress: scanLocation },
        recipientInformation: { contact: { personName: 'MARKER' }, address: scanLocation },
      }),
    ]);
    expect(JSON.stringify(adapter.parse({ text }))).not.toMatch(/marker/i);
    expect(reportOf(text).facts[0]?.place?.country).toBe('US');
  });
});

describe('the parcel as a whole', () => {
  it('separates instances of a recycled number, each with its own scans', () => {
    const of = (trackingNumberUniqueId: string, date: string) =>
      life([{ ...DELIVERED, date }], {
        trackingNumberInfo: { trackingNumber: NUMBER, trackingNumberUniqueId },
      });
    const text = answerOf([of('1~a', '2026-01-09T13:31:00Z'), of('2~b', '2022-01-09T13:31:00Z')]);
    const reports = reportsOf(adapter.parse({ text }));
    expect(reports.map(({ carrierPieceId }) => carrierPieceId)).toEqual(['1~a', '2~b']);
    expect(reports.map(({ facts }) => facts.length)).toEqual([1, 1]);
  });

  it('reads the 22 digits of the barcode as the 15 people know, and remembers them', () => {
    const barcode = `9611020${NUMBER}`;
    const text = answerOf([life([DELIVERED], { trackingNumberInfo: { trackingNumber: barcode } })]);
    expect(reportOf(text)).toMatchObject({ trackingNumber: NUMBER, aliases: [barcode] });
  });

  it('dates a delivered summary by the actual delivery, unless that is a midnight', () => {
    const of = (dateTime: string) =>
      reportOf(
        answerOf([
          life([], {
            latestStatusDetail: { code: 'DL', derivedCode: 'DL' },
            dateAndTimes: [{ type: 'ACTUAL_DELIVERY', dateTime }],
          }),
        ]),
      );
    expect(of('2026-01-09T13:31:00-05:00').snapshot.summary?.time.local).toBe(
      '2026-01-09T13:31:00',
    );
    expect(of('2026-01-09T00:00:00').snapshot.summary?.time.precision).toBe('none');
    expect(of('2026-01-09T00:00:00').facts).toEqual([]);
  });

  it('takes link candidates from value and values, each once, never the number itself', () => {
    const packageIdentifiers = [
      { type: 'REROUTE_TRACKING_NUMBER', values: ['5688 3841 4941', NUMBER] },
      { type: 'REROUTE_TRACKING_NUMBER', value: '568838414941' },
      { type: 'SHIPPER_REFERENCE', values: ['PO-7'] },
      { type: 'constructor', values: ['1'] },
    ];
    const report = reportOf(
      answerOf([life([DELIVERED], { additionalTrackingInfo: { packageIdentifiers } })]),
    );
    expect(report.links).toEqual([
      { kind: 'reroute', carrier: 'fedex', trackingNumber: '568838414941' },
    ]);
  });

  it('gives an estimate its hours only where they are hours of that day', () => {
    const of = (begins: string, ends: string) =>
      reportOf(
        answerOf([
          life([DELIVERED], { estimatedDeliveryTimeWindow: { window: { begins, ends } } }),
        ]),
      ).snapshot.estimatedDelivery;
    expect(of('2026-01-09T08:00:00', '2026-01-09T12:00:00-05:00')).toEqual({
      date: '2026-01-09',
      from: '2026-01-09T08:00:00',
      to: '2026-01-09T12:00:00-05:00',
    });
    expect(of('2026-01-01T08:00:00', '2026-01-09T00:00:00-05:00')).toEqual({
      date: '2026-01-09',
      from: null,
      to: null,
    });
  });
});

describe('an answer without a number', () => {
  const unnamed = (count: number) =>
    JSON.stringify({
      output: {
        completeTrackResults: [
          { trackResults: Array.from({ length: count }, () => ({ scanEvents: [DELIVERED] })) },
        ],
      },
    });

  it('is about the requested number if it covers one parcel only', () => {
    const number = NUMBER;
    expect(adapter.parse({ text: unnamed(1), requestedNumber: number }).outcome).toBe('reports');
    expect(adapter.parse({ text: unnamed(2), requestedNumber: number }).outcome).toBe('unreadable');
    expect(
      adapter.parse({ text: unnamed(1), requestedNumber: number, kind: 'webhook' }).outcome,
    ).toBe('unreadable');
  });

  it('has no number without a request, and a number without updates is no answer', () => {
    expect(adapter.parse({ text: unnamed(1) }).outcome).toBe('unreadable');
    const silent = { output: { completeTrackResults: [{ trackingNumber: NUMBER }] } };
    expect(adapter.parse({ text: JSON.stringify(silent) }).outcome).toBe('unreadable');
  });
});
