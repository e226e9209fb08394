import { describe, expect, it } from 'vitest';
import type { CarrierReport, ParseOutcome } from '../contract.ts';
import { parse } from './parse.ts';

const WAYBILL = '9356579890';

function reportOf(outcome: ParseOutcome): CarrierReport {
  if (outcome.outcome !== 'reports') throw new Error(`${outcome.outcome}: ${outcome.reason}`);
  const [report] = outcome.reports;
  if (report === undefined) throw new Error('no report');
  return report;
}

describe('the Express web services, between XML-PI and MyDHL', () => {
  const event = (code: string, time: string) => ({
    Date: '2020-03-04',
    Time: time,
    GMTOffset: '+01:00',
    Signatory: 'A PERSON',
    ServiceEvent: { EventCode: code, Description: 'words' },
    ServiceArea: { ServiceAreaCode: 'BRU', Description: 'BRUSSELS-BELGIUM' },
  });
  const item = (events: unknown) => ({
    AWBNumber: WAYBILL,
    Status: { ActionStatus: 'Success' },
    ShipmentInfo: {
      ConsigneeName: 'A PERSON',
      ShipmentEvent: { ArrayOfShipmentEventItem: events },
    },
  });
  const answer = (items: unknown) => ({
    TrackingResponse: { AWBInfo: { ArrayOfAWBInfoItem: items } },
  });

  it.each([
    ['a list', answer([item([event('PU', '10:00:00'), event('DF', '19:30:00')])])],
    [
      'its only item, in every envelope',
      {
        trackShipmentRequestResponse: {
          trackingResponse: answer(item([event('PU', '10:00:00'), event('DF', '19:30:00')])),
        },
      },
    ],
  ])('are read from %s, with the checkpoints of MyDHL', (_, body) => {
    const report = reportOf(parse({ text: JSON.stringify(body) }));
    expect(report.trackingNumber).toBe(WAYBILL);
    expect(report.facts.map(({ codes, time }) => [codes, time.local, time.offsetMin])).toEqual([
      [{ service: 'express', status: 'PU' }, '2020-03-04T10:00:00', 60],
      [{ service: 'express', status: 'DF' }, '2020-03-04T19:30:00', 60],
    ]);
    expect(JSON.stringify(report)).not.toContain('A PERSON');
  });

  it('tell a waybill without events from one that nobody knows', () => {
    const found = (status: string) =>
      parse({
        text: JSON.stringify(answer([{ AWBNumber: WAYBILL, Status: { ActionStatus: status } }])),
      }).outcome;
    expect(found('Success')).toBe('not_yet');
    expect(found('No Shipments Found')).toBe('not_found');
    expect(parse({ text: JSON.stringify(answer([])) }).outcome).toBe('error');
  });
});

describe('ECommerce 1.1, the XML of Express of 2014', () => {
  const answer = (inside: string) =>
    `<ECommerce action="Response" version="1.1"><Track action="Get"><Shipment>
      <TrackingNbr>${WAYBILL}</TrackingNbr>${inside}</Shipment></Track></ECommerce>`;
  const status = (code: string, date: string, time: string, words = 'words') =>
    `<Status sequence_nbr="1"><Disposition>${code}</Disposition><StatusDesc id="1">${words}</StatusDesc>
      <Date>${date}</Date><Time>${time}</Time><Location><City>SALEM</City><State>OR</State>
      <Country> UNITED STATES</Country></Location></Status>`;

  it('has the checkpoints of MyDHL, by other letters where they changed', () => {
    const history = ['WC', 'GH'].map((code) => status(code, '2014-03-06', '08:20')).join('');
    const report = reportOf(
      parse({ text: answer(`<TrackingHistory>${history}</TrackingHistory>`) }),
    );
    expect(report.trackingNumber).toBe(WAYBILL);
    expect(report.facts.map(({ codes, time }) => [codes['status'], time.local])).toEqual([
      ['WC', '2014-03-06T08:20'],
      ['CD', '2014-03-06T08:20'],
    ]);
    expect(report.facts[0]?.place).toMatchObject({ city: 'SALEM', region: 'OR', country: 'US' });
  });

  it.each([
    ['IB', 'Arrived', 'AR'],
    ['OD', 'On its way', 'WC'],
    ['TU', 'Transit', 'TR'],
    ['CC', 'Clearance processing complete.', 'CR'],
    ['CC', 'Awaiting consignee collection', 'CC'],
    ['LD', 'Shipment delivered.', 'OK'],
    ['LD', 'Shipment delivered in part', 'LD'],
  ])('%s with the words "%s" is %s', (letters, words, code) => {
    const one = status(letters, '2014-03-06', '08:20', words);
    const text = answer(`<TrackingHistory>${one}</TrackingHistory>`);
    expect(reportOf(parse({ text })).facts.map(({ codes }) => codes['status'])).toEqual([code]);
  });

  it('knows nothing of a waybill without a history, and fails as a whole', () => {
    expect(parse({ text: answer('<Result><Code>3</Code></Result>') }).outcome).toBe('not_found');
    expect(parse({ text: '<ECommerce><Faults/></ECommerce>' }).outcome).toBe('error');
  });
});

describe('Global Mail, the forerunner of eCommerce Americas', () => {
  const event = (code: string, date: string, time: string) =>
    `<event><code>${code}</code><date>${date}</date><time>${time}</time><city>Salem</city>
      <state>OR</state><postalcode>97301</postalcode><country>US</country>
      <description>words</description></event>`;

  it('has the event ids and zones of eCommerce Americas', () => {
    const events = event('600', '1/7/2016', '12:26 PM PT') + event('598', '1/7/2016', '8:05 AM PT');
    const text = `<track><shipment><trackingnumber>1071000000000001</trackingnumber>
      <signedby>A PERSON</signedby>${events}</shipment></track>`;
    const report = reportOf(parse({ text }));
    expect(report.trackingNumber).toBe('1071000000000001');
    expect(report.facts.map(({ codes, time }) => [codes['status'], time.local])).toEqual([
      ['600', '2016-01-07T12:26:00'],
      ['598', '2016-01-07T08:05:00'],
    ]);
    expect(report.facts[0]).toMatchObject({
      time: { offsetMin: -480 },
      place: { city: 'Salem', region: 'OR', postalCode: '97301', country: 'US' },
    });
    expect(JSON.stringify(report)).not.toContain('A PERSON');
  });

  it('knows no number where it answers an error, and is told from other tracks', () => {
    expect(parse({ text: '<track><error><code>400</code></error></track>' }).outcome).toBe(
      'not_found',
    );
    expect(parse({ text: '<track><title>a song</title></track>' }).outcome).toBe('unreadable');
  });
});

describe('an answer of MyDHL that names no number', () => {
  it('is known by the type code of its events', () => {
    const shipments = [{ events: [{ typeCode: 'OK', date: '2024-05-02' }] }];
    const outcome = parse({ text: JSON.stringify({ shipments }), asked: WAYBILL });
    expect(reportOf(outcome)).toMatchObject({
      trackingNumber: WAYBILL,
      facts: [{ codes: { service: 'express', status: 'OK' }, time: { local: '2024-05-02' } }],
    });
  });
});

describe('eCommerce Asia Pacific', () => {
  const event = (description: string, timestamp: string) => ({
    ...{ status: '77000', description, timestamp, timezone: 'LT' },
    address: { city: 'Shanghai', postalCode: null, state: null, countryCode: 'CN' },
  });
  const events = [
    event('Electronic Notification Received', '2020-03-04 10:00:00'),
    event('PICKED UP', '2020-03-05 18:05:43'),
    event('Something of its own', '2020-03-06 07:00:00'),
  ];
  const answer = (trackItemResponse: unknown) => ({ text: JSON.stringify({ trackItemResponse }) });

  it.each([
    ['version 1.1', { responseCode: 0, items: [{ trackingID: '2882240600000017', events }] }],
    [
      'version 2',
      {
        bd: {
          shipmentItems: [
            {
              trackingID: '2882240600000017',
              events: events.map(({ timestamp: dateTime, ...rest }) => ({ ...rest, dateTime })),
            },
          ],
        },
      },
    ],
  ])('is read by the texts of eCommerce, %s', (_, body) => {
    const report = reportOf(parse(answer(body)));
    expect(report.trackingNumber).toBe('2882240600000017');
    expect(report.facts.map(({ codes, time }) => [codes['status'], time.local])).toEqual([
      ['445', '2020-03-04T10:00:00'],
      ['130', '2020-03-05T18:05:43'],
      ['SOMETHING_OF_ITS_OWN', '2020-03-06T07:00:00'],
    ]);
    expect(report.facts[0]?.place).toMatchObject({ city: 'Shanghai', country: 'CN' });
  });

  it('tells a refused token, an unknown parcel and other failures apart', () => {
    const found = (body: unknown) => parse(answer(body)).outcome;
    expect(found({ responseCode: 1, responseText: 'Invalid access token.' })).toBe('auth_error');
    expect(found({ responseCode: 0, responseText: '0 item(s) found.', items: [] })).toBe(
      'not_found',
    );
    expect(found({ responseCode: 1, responseText: 'Internal error' })).toBe('error');
  });
});
