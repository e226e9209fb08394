import { describe, expect, it } from 'vitest';
import type { CarrierReport } from '../contract.ts';
import { adapter } from './index.ts';

const NUMBER = '1Z023E2X0214323462';

const ACTIVITIES = `
  <Activity><ActivityLocation><Address><City>SALEM</City><StateProvinceCode>OR</StateProvinceCode>
      <PostalCode>97301</PostalCode><CountryCode>US</CountryCode></Address>
      <SignedForByName>MARKER</SignedForByName></ActivityLocation>
    <Status><StatusType><Code>D</Code><Description>DELIVERED</Description></StatusType>
      <StatusCode><Code>KB</Code></StatusCode></Status>
    <Date>20190612</Date><Time>140100</Time></Activity>
  <Activity><Status><StatusType><Code>I</Code><Description>ORIGIN SCAN</Description></StatusType>
      <StatusCode><Code>OR</Code></StatusCode></Status>
    <Date>20190610</Date><Time>201500</Time></Activity>`;

function xml(parcel: string): string {
  return `<?xml version="1.0"?><TrackResponse><Response><ResponseStatusCode>1</ResponseStatusCode>
    </Response><Shipment><ShipmentIdentificationNumber>${NUMBER}</ShipmentIdentificationNumber>
    <Package><TrackingNumber>${NUMBER}</TrackingNumber>${parcel}</Package></Shipment>
    </TrackResponse>`;
}

function reportOf(text: string): CarrierReport {
  const outcome = adapter.parse({ text });
  if (outcome.outcome !== 'reports') throw new Error(`${outcome.outcome}: ${outcome.reason}`);
  const [report] = outcome.reports;
  if (report === undefined) throw new Error('no report');
  return report;
}

describe('answers of the tool before the Track API', () => {
  it('are read from XML, without who signed', () => {
    const report = reportOf(xml(ACTIVITIES));
    expect(report.trackingNumber).toBe(NUMBER);
    expect(report.facts.map(({ codes, time }) => [codes, time.local])).toEqual([
      [{ type: 'D', code: 'KB' }, '2019-06-12T14:01:00'],
      [{ type: 'I', code: 'OR' }, '2019-06-10T20:15:00'],
    ]);
    expect(report.facts[0]?.place).toMatchObject({ city: 'SALEM', region: 'OR', country: 'US' });
    expect(JSON.stringify(report)).not.toContain('MARKER');
  });

  it('call dispatch a scan DS where its words say so, and no delivery one of type I', () => {
    const codesOf = (code: string, words: string) => {
      const parcel = ACTIVITIES.replace('<Code>OR<', `<Code>${code}<`).replace(
        'ORIGIN SCAN',
        words,
      );
      return reportOf(xml(parcel)).facts[1]?.codes;
    };
    expect(codesOf('DS', 'OUT FOR DELIVERY')).toEqual({ type: 'I', status3: '021' });
    expect(codesOf('DS', 'DESTINATION SCAN')).toEqual({ type: 'I', code: 'DS' });
    expect(codesOf('DS', 'DELIVERED')).toEqual({ type: 'I', code: 'DS' });
    expect(codesOf('AR', 'OUT FOR DELIVERY')).toEqual({ type: 'I', code: 'AR' });
  });

  it('are read from their JSON, one activity or many', () => {
    const Activity = {
      ActivityLocation: { Address: { City: 'SALEM', CountryCode: 'US' } },
      Status: { Type: 'I', Description: 'Departure Scan', Code: 'DP' },
      Date: '20190611',
      Time: '030000',
    };
    const Shipment = { InquiryNumber: { Code: '01', Value: NUMBER }, Package: { Activity } };
    const [fact] = reportOf(JSON.stringify({ TrackResponse: { Shipment } })).facts;
    expect(fact).toMatchObject({ codes: { type: 'I', code: 'DP' }, text: 'Departure Scan' });
  });

  it('are read where somebody took a package or a shipment out of them', () => {
    const Activity = { Status: { Type: 'D', Description: 'Delivered', Code: 'KB' } };
    const Package = { TrackingNumber: NUMBER, Activity };
    const Shipment = { InquiryNumber: { Value: NUMBER }, Package };
    const whole = reportOf(JSON.stringify({ TrackResponse: { Shipment } }));
    expect(whole.facts[0]?.codes).toEqual({ type: 'D', code: 'KB' });
    for (const part of [Package, Shipment]) {
      expect(reportOf(JSON.stringify(part)).facts).toEqual(whole.facts);
    }
    for (const other of [{ Activity }, { TrackingNumber: NUMBER }, { Package }]) {
      expect(adapter.parse({ text: JSON.stringify(other) }).outcome).toBe('unreadable');
    }
  });

  it('are read out of a SOAP envelope', () => {
    const inside = xml(ACTIVITIES).replace(/^<\?xml[^>]*\?>/, '');
    const text = `<s:Envelope xmlns:s="x"><s:Header/><s:Body>${inside}</s:Body></s:Envelope>`;
    expect(reportOf(text).facts).toHaveLength(2);
  });

  it.each([
    ['151044', 'not_found'],
    ['151018', 'not_found'],
    ['250003', 'auth_error'],
    ['10001', 'error'],
  ])('tell of failure %s as %s', (code, outcome) => {
    const error = `<Error><ErrorSeverity>Hard</ErrorSeverity><ErrorCode>${code}</ErrorCode></Error>`;
    const text = `<TrackResponse><Response>${error}</Response></TrackResponse>`;
    expect(adapter.parse({ text }).outcome).toBe(outcome);
    const PrimaryErrorCode = { Code: code };
    const Fault = { detail: { Errors: { ErrorDetail: { PrimaryErrorCode } } } };
    expect(adapter.parse({ text: JSON.stringify({ Fault }) }).outcome).toBe(outcome);
  });

  it('are not what other or broken XML is', () => {
    expect(adapter.parse({ text: '<RatingServiceSelectionResponse/>' }).outcome).toBe('unreadable');
    expect(adapter.parse({ text: '<TrackResponse><Shipment>' }).outcome).toBe('unreadable');
  });
});

function codesOf(status: object): unknown {
  const activity = [{ status, date: '20240423', time: '095004' }];
  const parcel = [{ trackingNumber: NUMBER, activity }];
  const shipment = [{ inquiryNumber: NUMBER, package: parcel }];
  return reportOf(JSON.stringify({ trackResponse: { shipment } })).facts[0]?.codes;
}

describe('a status of delivery', () => {
  it('does not hold beside a type of the way', () => {
    expect(codesOf({ type: 'I', code: 'OF', statusCode: '011' })).toEqual({
      type: 'I',
      code: 'OF',
    });
    expect(codesOf({ type: 'I', code: '011' })).toEqual({ type: 'I' });
    expect(codesOf({ type: 'X', statusCode: '26' })).toEqual({ type: 'X' });
  });

  it('holds beside its own type, and beside one that says nothing', () => {
    expect(codesOf({ type: 'D', code: 'FS', statusCode: '011' })).toMatchObject({ status3: '011' });
    expect(codesOf({ type: 'U', statusCode: '011' })).toMatchObject({ status3: '011' });
    expect(codesOf({ statusCode: '011' })).toEqual({ status3: '011' });
  });
});

describe('type I without a code', () => {
  it('is as fine as its words, which make nothing else of it', () => {
    expect(codesOf({ type: 'I', description: 'Out For Delivery Today' })).toEqual({
      type: 'I',
      code: 'OT',
    });
    expect(codesOf({ type: 'I', description: 'Out for Delivery' })).toEqual({
      type: 'I',
      status3: '021',
    });
    expect(codesOf({ type: 'I', description: 'Delivered' })).toEqual({ type: 'I' });
    expect(codesOf({ type: 'I', description: 'Anything' })).toEqual({ type: 'I' });
  });
});

describe('a code that no list of UPS has', () => {
  it('leaves it to the words what a type means, but for a delivery', () => {
    const said = (type: string, code: string, description: string) =>
      codesOf({ type, code, description });
    const attempt = 'DELIVERY ATTEMPT - NOBODY HOME';
    expect(said('X', '008', attempt)).toEqual({ type: 'X', status3: '060' });
    expect(said('X', 'Q7', 'Final Attempt Made')).toMatchObject({ code: 'Q7', status3: '024' });
    expect(said('I', 'OFD', 'Out for delivery')).toMatchObject({ status3: '021' });
    expect(said('D', 'Q7', 'Returned to Sender')).toMatchObject({ status3: '034' });
    expect(codesOf({ type: 'D', description: 'Ready for Customer Pickup' })).toEqual({
      type: 'D',
      status3: '040',
    });
  });

  it('stays what it is beside words of another type, of a delivery or of a plan', () => {
    const stays = [
      ['I', 'OFD', 'Delivery Attempted'],
      ['I', 'AR', 'Out for Delivery'],
      ['I', 'Q7', 'Delivered'],
      ['X', 'Q7', 'Delivered'],
      ['X', 'Q7', 'Out for Delivery'],
      ['X', 'Q7', 'Delivery attempt scheduled for tomorrow'],
      ['D', 'Q7', 'Delivered'],
    ];
    for (const [type, code, description] of stays) {
      expect(codesOf({ type, code, description })).toEqual({ type, code });
    }
    const listed = { type: 'X', statusCode: '052', description: 'Delivery Attempted' };
    expect(codesOf(listed)).toEqual({ type: 'X', status3: '052' });
  });
});
