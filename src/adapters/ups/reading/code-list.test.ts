import { describe, expect, it } from 'vitest';
import { definedOnly } from '../../../kernel/defined-only.ts';
import { adapter } from '../index.ts';

const PARCEL = '1Z023E2X0214323462';
const DIGITS_18 = '801677000000000096';
const ROAD = '990728071';

interface Given {
  readonly number: string;
  readonly service?: string;
  readonly status: object;
  readonly current?: object;
}

function read({ number, service, status, current }: Given) {
  const activity = [{ status, date: '20240423', time: '095004', gmtOffset: '-04:00' }];
  const parcel = {
    trackingNumber: number,
    activity,
    currentStatus: current,
    service: service === undefined ? undefined : { description: service },
  };
  const text = JSON.stringify({
    trackResponse: { shipment: [{ inquiryNumber: number, package: [parcel] }] },
  });
  const outcome = adapter.parse({ text });
  if (outcome.outcome !== 'reports') throw new Error(outcome.reason);
  const [report] = outcome.reports;
  return { codes: report?.facts[0]?.codes, summary: report?.snapshot.summary?.codes ?? null };
}

describe('the list of a code', () => {
  it.each([
    ['18 digits', DIGITS_18, undefined],
    ['a number of the post office', '92748999964209543470000096', 'UPS Ground'],
    ['a number that starts with MI', 'MI 000000 12345678', undefined],
    ['the service', '123456789012', 'UPS Mail Innovations Expedited'],
  ])('is Mail Innovations by %s', (_why, number, service) => {
    const status = { type: 'D', code: 'p0', statusCode: '11' };
    expect(read({ number, ...definedOnly({ service }), status }).codes).toEqual({
      type: 'D',
      mail: 'P0',
      status3: '011',
    });
  });

  it.each([
    ['nine digits', ROAD, undefined, 'I'],
    ['ten digits', '3251026119', undefined, 'I'],
    ['an ocean number', 'ER751105042015062', undefined, 'I'],
    ['the service', '123456789012', 'UPS Freight LTL', 'I'],
    ['a type that freight alone has', '123456789012', undefined, 'do'],
  ])('is freight by %s', (_why, number, service, type) => {
    const status = { type, code: '011' };
    expect(read({ number, ...definedOnly({ service }), status }).codes).toEqual({
      type: type.toUpperCase(),
      freight: '011',
    });
  });

  it('is the parcel network for its numbers, though the service be called freight', () => {
    const given = { number: PARCEL, service: 'UPS Worldwide Express Freight' };
    expect(read({ ...given, status: { type: 'X', code: '4M' } }).codes).toEqual({
      type: 'X',
      code: '4M',
    });
    expect(read({ number: '123456789012', status: { type: 'I', code: 'OF' } }).codes).toEqual({
      type: 'I',
      code: 'OF',
    });
  });
});

describe('three digits under freight', () => {
  const status = { type: 'I', code: '005' };

  it('are distinguished from two-letter codes, which are of freight only as an exception', () => {
    expect(read({ number: ROAD, status: { type: 'I', code: 'AR' } }).codes).toEqual({
      type: 'I',
      code: 'AR',
    });
    expect(read({ number: ROAD, status: { type: 'X', code: 'AR' } }).codes).toEqual({
      type: 'X',
      freight: 'AR',
    });
  });

  it('are a status code if the member says so', () => {
    expect(read({ number: ROAD, status: { ...status, statusCode: '021' } }).codes).toEqual({
      type: 'I',
      freight: '005',
      status3: '021',
    });
  });

  it('are not read as the current status, where 011 may be "Delivered" or on the road', () => {
    expect(read({ number: ROAD, status, current: { code: '011' } }).summary).toBeNull();
    expect(read({ number: ROAD, status, current: { type: 'D', code: '011' } }).summary).toEqual({
      type: 'D',
    });
    expect(read({ number: PARCEL, status, current: { code: '011' } }).summary).toEqual({
      status3: '011',
    });
  });
});

it('an event has the same identity whichever list its code belongs to', () => {
  const outcome = (number: string, code: string) =>
    adapter.parse({
      text: JSON.stringify({
        trackResponse: {
          shipment: [
            {
              inquiryNumber: number,
              package: [
                {
                  trackingNumber: number,
                  activity: [{ status: { type: 'I', code }, date: '20240423', time: '095004' }],
                },
              ],
            },
          ],
        },
      }),
    });
  const identity = ['ups-1', 'I', '005', '2024-04-23T09:50:04', ''];
  for (const number of [PARCEL, ROAD]) {
    expect(outcome(number, '005')).toMatchObject({ reports: [{ facts: [{ identity }] }] });
  }
  expect(outcome(DIGITS_18, 'ZR')).toMatchObject({
    reports: [{ facts: [{ identity: ['ups-1', 'I', 'ZR', '2024-04-23T09:50:04', ''] }] }],
  });
});
