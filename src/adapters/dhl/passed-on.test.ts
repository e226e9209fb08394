import { expect, it } from 'vitest';
import type { CarrierReport } from '../contract.ts';
import { parse } from './parse.ts';

const NUMBER = '00340434161094000012';

function reportOf(body: unknown, asked?: string): CarrierReport {
  const text = JSON.stringify(body);
  const outcome = parse(asked === undefined ? { text } : { text, asked });
  if (outcome.outcome !== 'reports') throw new Error(`${outcome.outcome}: ${outcome.reason}`);
  const [report] = outcome.reports;
  if (report === undefined) throw new Error('no report');
  return report;
}

it('a shipment that was taken out of its list is read as if it were in it', () => {
  const status = { timestamp: '2026-02-03T08:00:00', statusCode: 'transit', status: 'Sorted' };
  const unified = { id: NUMBER, service: 'parcel-de', status, events: [status] };
  const myDhl = {
    shipmentTrackingNumber: '1234567890',
    events: [{ date: '2026-02-03', time: '08:00:00', typeCode: 'WC' }],
  };
  for (const shipment of [unified, myDhl]) {
    expect(reportOf(shipment)).toEqual(reportOf({ shipments: [shipment] }));
  }
  const { id, status: _, ...events } = unified;
  expect(reportOf({ ...unified, id: undefined }, id)).toEqual(reportOf(unified));
  expect(reportOf({ ...events, details: {} }, id).facts).toEqual(reportOf(unified).facts);
  expect(reportOf({ status }, id).snapshot.summary?.codes['statusCode']).toBe('transit');
});

it('what only has a status or a list of something is none', () => {
  for (const body of [
    { status: 'transit' },
    { status: { text: 'transit' } },
    { events: [{ timestamp: '2026-02-03T08:00:00', statusCode: 'transit' }] },
    { id: NUMBER, events: [] },
  ]) {
    expect(parse({ text: JSON.stringify(body), asked: NUMBER }).outcome).toBe('unreadable');
  }
});

it('a problem with an id is still a problem', () => {
  const problem = { id: '7', title: 'No result found', status: 404, detail: 'no such shipment' };
  expect(parse({ text: JSON.stringify(problem) }).outcome).toBe('not_found');
});

it('a code beside the very words of its Express checkpoint names the network that is missing', () => {
  const codesOf = (status: object) => reportOf({ status }, NUMBER).snapshot.summary?.codes;
  const said = { status: 'WC', statusCode: 'transit', description: 'With delivering courier' };
  expect(codesOf(said)).toMatchObject({ service: 'express', status: 'WC' });
  expect(codesOf({ ...said, description: 'Sorted' })?.['service']).toBeUndefined();
  expect(codesOf({ ...said, status: 'OK', description: 'Sorted' })?.['service']).toBeUndefined();
});

it('words that only Express has name it, where no service does', () => {
  const codesOf = (shipment: object) =>
    reportOf({ shipments: [{ id: NUMBER, ...shipment }] }).snapshot.summary?.codes;
  const status = { statusCode: 'transit', description: 'With delivery courier' };
  expect(codesOf({ status })).toMatchObject({ service: 'express', status: 'WC' });
  expect(codesOf({ status, service: 'parcel-nl' })?.['status']).toBeUndefined();
  const processed = { ...status, description: 'Processed at the depot' };
  expect(codesOf({ status: processed })?.['service']).toBeUndefined();
});

it('events of MyDHL alone are known by their type code', () => {
  const events = [{ date: '2026-02-03', time: '08:00:00', typeCode: 'WC' }];
  const shipment = { shipmentTrackingNumber: NUMBER, events };
  expect(reportOf({ events }, NUMBER)).toEqual(reportOf({ shipments: [shipment] }));
  expect(parse({ text: JSON.stringify({ events: [...events, {}] }), asked: NUMBER }).outcome).toBe(
    'unreadable',
  );
});

it('a sentence in the place of both codes is the coarse one, where no service is named', () => {
  const codesOf = (shipment: object) => reportOf(shipment, NUMBER).snapshot.summary?.codes;
  const status = { status: 'Shipment delivered' };
  expect(codesOf({ shipments: [{ status }] })).toEqual({ statusCode: 'delivered' });
  for (const other of [
    { status: { status: 'Shipment delivered to customs' } },
    { status: { description: 'Shipment delivered' } },
    { status: { ...status, statusCode: 'transit' } },
    { status, service: 'parcel-de' },
  ]) {
    expect(codesOf({ shipments: [other] })?.['statusCode']).not.toBe('delivered');
  }
});

it('the XML of Parcel DE that was turned into JSON is read like the XML', () => {
  const list = (event: string) => `<data name="piece-shipment-list" code="0">
    <data name="piece-shipment" piece-code="${NUMBER}" status-timestamp="2024-05-06T08:00:00">
    <data name="piece-event-list"><data name="piece-event" ${event}/></data></data></data>`;
  const xml = parse({
    text: list('event-timestamp="2024-05-06T08:00:00" standard-event-code="ZU"'),
  });
  const event = { 'event-timestamp': '2024-05-06T08:00:00', 'standard-event-code': 'ZU' };
  const piece = { 'piece-code': NUMBER, 'status-timestamp': '2024-05-06T08:00:00' };
  for (const body of [
    { pieceshipmentlist: { pieceshipment: { ...piece, pieceeventlist: { pieceevent: event } } } },
    { 'piece-shipment-list': { 'piece-shipment': [{ ...piece, 'piece-event': [event] }] } },
  ]) {
    expect(parse({ text: JSON.stringify(body) })).toEqual(xml);
  }
  expect(xml).toMatchObject({ outcome: 'reports', reports: [{ facts: [{}] }] });
  const failed = { pieceshipmentlist: { code: 100 } };
  expect(parse({ text: JSON.stringify(failed) }).outcome).toBe('not_found');
  const deep = `{"a":${'['.repeat(100_000)}1${']'.repeat(100_000)}}`;
  const many = JSON.stringify({ a: Array.from({ length: 20_001 }, () => ({})) });
  for (const text of [deep, many]) expect(parse({ text }).outcome).toBe('unreadable');
});
