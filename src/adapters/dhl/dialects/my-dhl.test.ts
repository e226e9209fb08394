import { describe, expect, it } from 'vitest';
import type { CarrierReport } from '../../contract/contract.ts';
import { parse } from '../parse.ts';

const WAYBILL = '9356579890';

function answer(inside: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><req:TrackingResponse xmlns:req="http://www.dhl.com">
    <Response><ServiceHeader><SiteID>site</SiteID></ServiceHeader></Response>
    ${inside}<LanguageCode>en</LanguageCode></req:TrackingResponse>`;
}

function awb(status: string, shipment = ''): string {
  return `<AWBInfo><AWBNumber>${WAYBILL}</AWBNumber>
    <Status><ActionStatus>${status}</ActionStatus></Status>${shipment}</AWBInfo>`;
}

function event(date: string, time: string, code: string, words: string, area: string): string {
  return `<ShipmentEvent><Date>${date}</Date><Time>${time}</Time><ServiceEvent>
    <EventCode>${code}</EventCode><Description>${words}</Description></ServiceEvent>
    <Signatory>A PERSON</Signatory><EventRemarks><NextSteps>CALL A PERSON</NextSteps></EventRemarks>
    <ServiceArea>${area}</ServiceArea></ShipmentEvent>`;
}

const SYDNEY =
  '<ServiceAreaCode>SYD</ServiceAreaCode><Description>SYDNEY\n    - AUSTRALIA</Description>';
const SALEM = '<ServiceAreaCode>PDX</ServiceAreaCode><Description>SALEM,OR-USA</Description>';

const SHIPMENT = `<ShipmentInfo><OriginServiceArea>${SYDNEY}</OriginServiceArea>
  <DestinationServiceArea>${SALEM}</DestinationServiceArea><ShipperName>A PERSON</ShipperName>
  <Pieces>2</Pieces><Weight>1.5</Weight><WeightUnit>K</WeightUnit>
  <EstDlvyDate>2019-03-08 18:00:00 GMT-08:00</EstDlvyDate><GlobalProductCode>P</GlobalProductCode>
  ${event('2019-03-04', '15:12:43', 'PU', 'Shipment picked up', SYDNEY)}
  ${event('2019-03-07', '09:01:00', 'WC', 'With delivery\n   courier', SALEM)}</ShipmentInfo>`;

function reportOf(text: string): CarrierReport {
  const outcome = parse({ text });
  if (outcome.outcome !== 'reports') throw new Error(`${outcome.outcome}: ${outcome.reason}`);
  const [report] = outcome.reports;
  if (report === undefined) throw new Error('no report');
  return report;
}

describe('MyDHL API XML', () => {
  const report = reportOf(answer(awb('success', SHIPMENT)));

  it('has the checkpoints and the clocks of MyDHL', () => {
    expect(report.trackingNumber).toBe(WAYBILL);
    expect(report.facts.map(({ codes, time, text }) => [codes, time.local, text])).toEqual([
      [{ service: 'express', status: 'PU' }, '2019-03-04T15:12:43', 'Shipment picked up'],
      [{ service: 'express', status: 'WC' }, '2019-03-07T09:01:00', 'With delivery courier'],
    ]);
    expect(report.facts.map(({ identity }) => identity[1])).toEqual(['PU', 'WC']);
  });

  it('reads places, weight, pieces and the estimate', () => {
    expect(report.facts[1]?.place).toMatchObject({ city: 'SALEM', region: 'OR', country: 'US' });
    expect(report.snapshot).toMatchObject({
      estimatedDelivery: { date: '2019-03-08', to: '2019-03-08T18:00:00' },
      weightG: 1500,
      piecesTotal: 2,
      serviceLevel: 'P',
      origin: { city: 'SYDNEY', country: 'AU', facility: 'SYD' },
      destination: { city: 'SALEM', country: 'US', facility: 'PDX' },
    });
  });

  it('knows a country by its three letters, and with it the zone', () => {
    const [fact] = reportOf(
      answer(awb('success', SHIPMENT.replaceAll(/SYDNEY\s+- AUSTRALIA/g, 'HONG KONG-HKG'))),
    ).facts;
    expect(fact?.place).toMatchObject({ city: 'HONG KONG', country: 'HK' });
    expect(fact?.time.offsetMin).toBe(480);
  });

  it('names nobody', () => {
    expect(JSON.stringify(report)).not.toContain('PERSON');
  });

  it.each([
    ['a number nobody knows', awb('No Shipments Found'), 'not_found'],
    ['a waybill without checkpoints', awb('success', '<ShipmentInfo/>'), 'not_yet'],
    ['a query that failed', awb('Failure'), 'error'],
    ['an answer without waybills', '', 'error'],
    ['a waybill without a number', '<AWBInfo/>', 'unreadable'],
  ])('gives the outcome of %s', (_, inside, outcome) => {
    expect(parse({ text: answer(inside) }).outcome).toBe(outcome);
  });

  it('takes an unknown waybill without its number for the requested one', () => {
    const unnamed = awb('No Shipments Found').replace(WAYBILL, '');
    const text = answer(unnamed);
    const outcome = { outcome: 'not_found', reason: 'no shipments found' };
    expect(parse({ text, requestedNumber: WAYBILL })).toEqual({
      ...outcome,
      trackingNumbers: [WAYBILL],
    });
    expect(parse({ text })).toEqual({ ...outcome, trackingNumbers: [] });
    expect(parse({ text: answer(awb('success', SHIPMENT) + unnamed) })).toMatchObject({
      outcome: 'reports',
      misses: [],
    });
    const failure = answer(awb('Failure').replace(WAYBILL, ''));
    expect(parse({ text: failure, requestedNumber: WAYBILL }).outcome).toBe('unreadable');
  });

  it('keeps the waybills of one answer apart', () => {
    const other = awb('No Shipments Found').replace(WAYBILL, '1670466911');
    const outcome = parse({ text: answer(awb('success', SHIPMENT) + other) });
    expect(outcome).toMatchObject({
      outcome: 'reports',
      reports: [{ trackingNumber: WAYBILL }],
      misses: [{ trackingNumber: '1670466911', outcome: 'not_found' }],
    });
  });

  it('rejects other or broken XML', () => {
    const text = answer(awb('success', SHIPMENT));
    expect(parse({ text: text.replaceAll('TrackingResponse', 'Other') }).outcome).toBe(
      'unreadable',
    );
    expect(parse({ text: text.slice(0, -9) }).outcome).toBe('unreadable');
  });
});
