import { describe, expect, it } from 'vitest';
import type { CarrierReport } from '../contract/contract.ts';
import { parse } from './parse.ts';
import { eventOfDetail, eventOfSummary } from './reading/sentences.ts';

const NUMBER = '9400100000000000000006';

function answer(inside: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><TrackResponse>${inside}</TrackResponse>`;
}

function reportOf(inside: string): CarrierReport {
  const outcome = parse({ text: answer(`<TrackInfo ID="${NUMBER}">${inside}</TrackInfo>`) });
  if (outcome.outcome !== 'reports') throw new Error(`${outcome.outcome}: ${outcome.reason}`);
  const [report] = outcome.reports;
  if (report === undefined) throw new Error('no report');
  return report;
}

function codesOf(inside: string): readonly unknown[] {
  return reportOf(inside).facts.map(({ codes }) => codes);
}

describe('the XML of the Web Tools', () => {
  it('is read as its JSON twin: the summary first, each event with its code', () => {
    const report = reportOf(
      `<StatusCategory>Out for Delivery</StatusCategory>
       <TrackSummary><EventTime>8:10 am</EventTime><EventDate>March 3, 2021</EventDate>
         <Event>Out for Delivery</Event><EventCity>SALEM</EventCity><EventState>OR</EventState>
         <EventZIPCode>97301</EventZIPCode><EventCountry/><EventCode>OF</EventCode></TrackSummary>
       <TrackDetail><EventTime>6:02 am</EventTime><EventDate>March 3, 2021</EventDate>
         <Event>Arrived at Unit</Event><EventCity>SALEM</EventCity><EventState>OR</EventState>
         <EventCode>07</EventCode></TrackDetail>`,
    );
    expect(report.trackingNumber).toBe(NUMBER);
    expect(report.facts.map(({ codes, time }) => [codes['code'], time.local])).toEqual([
      ['OF', '2021-03-03T08:10'],
      ['07', '2021-03-03T06:02'],
    ]);
  });

  it.each([
    [
      'an error of one number',
      `<TrackInfo ID="${NUMBER}"><Error><Number>1</Number></Error></TrackInfo>`,
    ],
    [
      'a summary that says so',
      `<TrackInfo ID="${NUMBER}"><TrackSummary>The Postal Service could not locate the tracking information for your request.</TrackSummary></TrackInfo>`,
    ],
  ])('finds nothing in %s', (_, inside) => {
    expect(parse({ text: answer(inside) }).outcome).toBe('not_found');
  });

  it('is read where its names begin with small letters', () => {
    const inside = `<TrackInfo ID="${NUMBER}"><TrackSummary>Your item arrived at the Post Office at 8:10 am on March 3, 2021 in SALEM, OR 97301.</TrackSummary><TrackDetail>Departed USPS Facility, 03/02/2021, 5:10 am, SALEM, OR 97301</TrackDetail></TrackInfo>`;
    const small = answer(inside).replaceAll('Track', 'track');
    expect(parse({ text: answer(inside) }).outcome).toBe('reports');
    expect(parse({ text: small })).toEqual(parse({ text: answer(inside) }));
  });

  it('is read where only the part about one number was kept', () => {
    const text = `<TrackInfo ID="${NUMBER}"><Status>Delivered, PO Box</Status>
      <StatusCategory>Delivered</StatusCategory><TrackSummary/></TrackInfo>`;
    expect(parse({ text })).toMatchObject({
      reports: [
        { trackingNumber: NUMBER, snapshot: { summary: { codes: { category: 'Delivered' } } } },
      ],
    });
    expect(parse({ text: '<TrackInfo/>' }).outcome).toBe('unreadable');
  });

  it.each([
    ['$', (value: unknown) => [value]],
    ['@attributes', (value: unknown) => value],
  ])('is read as converters pass it on, attributes in %s', (attributes, wrapped) => {
    const summary = {
      Event: wrapped('Out for Delivery'),
      EventCode: wrapped('OF'),
      EventDate: wrapped('March 3, 2021'),
      EventTime: wrapped('8:10 am'),
    };
    const info = (inside: object) => ({
      TrackResponse: { TrackInfo: [{ [attributes]: { ID: NUMBER }, ...inside }] },
    });
    const outcomeOf = (inside: object) => parse({ text: JSON.stringify(info(inside)) });
    expect(
      outcomeOf({
        StatusCategory: wrapped('Out for Delivery'),
        TrackSummary: wrapped(summary),
        TrackDetail: ['Arrived at Unit, March 3, 2021, 6:02 am, SALEM, OR 97301'],
      }),
    ).toMatchObject({
      reports: [
        {
          trackingNumber: NUMBER,
          facts: [
            { codes: { code: 'OF' }, time: { local: '2021-03-03T08:10' } },
            { time: { local: '2021-03-03T06:02' } },
          ],
          snapshot: { summary: { codes: { category: 'Out for Delivery' } } },
        },
      ],
    });
    const nothing = { Error: wrapped({ Number: wrapped('1') }) };
    expect(outcomeOf(nothing)).toMatchObject({ outcome: 'not_found', trackingNumbers: [NUMBER] });
  });

  it('takes a failed query for one, and other XML for nothing it knows', () => {
    expect(parse({ text: '<Error><Number>80040b1a</Number></Error>' }).outcome).toMatch(/error/);
    expect(parse({ text: '<CityStateLookupResponse/>' }).outcome).toBe('unreadable');
    expect(parse({ text: '<TrackResponse><TrackInfo>' }).outcome).toBe('unreadable');
  });

  it('reads sentences where there are no members', () => {
    const codes = codesOf(
      `<TrackSummary>Your item was delivered in or at the mailbox at 2:05 pm on June 8, 2019 in SALEM, OR 97301.</TrackSummary>
       <TrackDetail>Out for Delivery, June 8, 2019, 8:36 am, SALEM, OR 97301</TrackDetail>`,
    );
    expect(codes).toEqual([{ text: 'Delivered' }, { text: 'Out for Delivery' }]);
  });
});

describe('sentences of the Web Tools', () => {
  it.each([
    [
      'Your item was delivered to the original sender at 1:00 pm on May 2, 2019',
      'Delivered, To Original Sender',
    ],
    ['Your item was delivered to an agent at 1:00 pm on May 2, 2019', 'Delivered, To Agent'],
    ['Your item was returned to the sender on May 2, 2019', 'Return to Sender Processed'],
    [
      'Your item is out for delivery on May 2, 2019 at 9:00 am in SALEM, OR 97301',
      'Out for Delivery',
    ],
    [
      'We attempted to deliver your item at 1:00 pm on May 2, 2019 in SALEM, OR 97301',
      'Notice Left',
    ],
  ])('%s', (sentence, words) => {
    expect(eventOfSummary(sentence)).toMatchObject({ Event: words, EventDate: '2019-05-02' });
  });

  it('finds the town in capitals, wherever it stands', () => {
    const place = { EventCity: 'SALEM', EventState: 'OR', EventZIPCode: '97301' };
    expect(eventOfSummary('Your item arrived at our SALEM, OR 97301 facility.')).toMatchObject(
      place,
    );
    expect(eventOfSummary('Your item departed, as planned.')).not.toHaveProperty('EventCity');
  });

  it('makes no delivery of one into other hands, or of one that is to come', () => {
    for (const sentence of [
      'Your item was delivered to a shipping partner',
      'Your item will be delivered on May 2, 2019',
      'Your item could not be delivered on May 2, 2019 at 9:00 am',
    ]) {
      expect(eventOfSummary(sentence)).not.toMatchObject({ Event: 'Delivered' });
    }
  });

  it('reads a detail with its place, and the oldest without year or hour', () => {
    expect(eventOfDetail('Notice Left, 05/02/2019, 11:07 am, SALEM, OR 97301')).toEqual({
      Event: 'Notice Left',
      EventDate: '2019-05-02',
      EventTime: '11:07 am',
      EventCity: 'SALEM',
      EventState: 'OR',
      EventZIPCode: '97301',
    });
    expect(eventOfDetail('May 30 11:07 am NOTICE LEFT SALEM OR 97301')).toEqual({
      Event: 'Notice Left',
    });
    expect(eventOfDetail('May 30 11:07 am DELIVERED SALEM OR 97301')).toBeNull();
    expect(eventOfDetail('anything else')).toBeNull();
  });
});

describe('a category beside words of another event', () => {
  const told = (statusCategory: string, eventType: string, more: object = {}) => {
    const text = JSON.stringify({
      trackingNumber: NUMBER,
      statusCategory,
      trackingEvents: [{ eventType, eventTimestamp: '2024-02-02T10:00:00Z', ...more }],
    });
    const outcome = parse({ text });
    return outcome.outcome === 'reports' ? outcome.reports[0]?.facts[0]?.codes : outcome;
  };

  it('makes no delivery of them, whatever code stands there', () => {
    expect(told('Delivered', 'Departed USPS Facility', { eventCode: 'QZ' })).toEqual({
      code: 'QZ',
      text: 'Departed USPS Facility',
    });
    expect(told('Delivered', 'Delivered', { eventCode: 'QZ' })).toEqual({
      code: 'QZ',
      category: 'Delivered',
    });
  });

  it('still tells what they are when it names no delivery', () => {
    expect(told('Alert', 'Departed USPS Facility')).toMatchObject({ category: 'Alert' });
  });
});

describe('a summary that was left without its date', () => {
  const at = (sentence: string) => codesOf(`<TrackSummary>${sentence}</TrackSummary>`);

  it.each([
    ['Out for Delivery, Expected Delivery by 9:00pm, SALEM, OR 97301', 'Out for Delivery'],
    ['Arrived at Post Office, SALEM, OR 97301', 'Arrived at Post Office'],
    ['In Transit', 'In Transit to Next Facility'],
    ['In Transit, Arriving Later, SALEM, OR', 'In Transit to Next Facility'],
    ['Alert: Delivery attempted - nobody there, SALEM, OR', 'Notice Left'],
  ])('%s says %s', (sentence, text) => {
    expect(at(sentence)).toEqual([{ text }]);
  });

  it('says nothing in other words, a delivery to somebody else least of all', () => {
    expect(at('Delivery attempts are free of charge')).toEqual([]);
    expect(at('Delivered to a warehouse, SALEM, OR 97301')).toEqual([]);
    expect(at('Alert: Delivered, SALEM, OR 97301')).toEqual([]);
    expect(at('In Transition, SALEM, OR 97301')).toEqual([]);
  });
});

describe('an answer whose events have other members', () => {
  it('is not readable, and says so', () => {
    const info = { ID: NUMBER, TrackSummary: { Stage: 'Out for Delivery', When: 'today' } };
    expect(parse({ text: JSON.stringify({ TrackResponse: { TrackInfo: info } }) })).toMatchObject({
      outcome: 'unreadable',
      reason: expect.stringContaining('neither code nor text'),
    });
  });
});
