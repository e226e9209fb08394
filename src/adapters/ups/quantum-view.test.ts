import { describe, expect, it } from 'vitest';
import type { CarrierReport } from '../contract.ts';
import { adapter } from './index.ts';

const [FIRST, SECOND] = ['1Z023E2X0214323462', '1Z023E2X0314323461'];

function answer(inside: string): string {
  return `<?xml version="1.0"?><QuantumViewResponse><Response><ResponseStatusCode>1</ResponseStatusCode>
    </Response><QuantumViewEvents><SubscriberID>id</SubscriberID><SubscriptionEvents><Name>n</Name>
    <SubscriptionFile><FileName>f</FileName><StatusType><Code>U</Code></StatusType>${inside}
    </SubscriptionFile></SubscriptionEvents></QuantumViewEvents></QuantumViewResponse>`;
}

function event(kind: string, number: string, date: string, more = ''): string {
  return `<${kind}><ShipperNumber>A1</ShipperNumber><TrackingNumber>${number}</TrackingNumber>
    <Date>${date}</Date><Time>101500</Time>${more}<ActivityLocation><AddressArtifactFormat>
    <PoliticalDivision2>SALEM</PoliticalDivision2><PoliticalDivision1>OR</PoliticalDivision1>
    <CountryCode>US</CountryCode></AddressArtifactFormat></ActivityLocation></${kind}>`;
}

function reportsOf(text: string): readonly CarrierReport[] {
  const outcome = adapter.parse({ text });
  if (outcome.outcome !== 'reports') throw new Error(`${outcome.outcome}: ${outcome.reason}`);
  return outcome.reports;
}

function codesIn(inside: string): readonly unknown[] {
  return reportsOf(answer(inside)).flatMap(({ facts }) => facts.map(({ codes }) => codes));
}

describe('Quantum View, which tells of all parcels of an account', () => {
  it('brings one report for each number, and no full history', () => {
    const signed = '<DeliveryLocation><SignedForByName>MARKER</SignedForByName></DeliveryLocation>';
    const reports = reportsOf(
      answer(
        event('Origin', FIRST, '20200302') +
          event('Origin', SECOND, '20200302') +
          event('Delivery', FIRST, '20200304', signed),
      ),
    );
    expect(reports.map(({ trackingNumber }) => trackingNumber)).toEqual([FIRST, SECOND]);
    expect(reports.every(({ fullHistory }) => !fullHistory)).toBe(true);
    expect(reports[0]?.facts.map(({ codes, time }) => [codes, time.local])).toEqual([
      [{ type: 'I', code: 'OR' }, '2020-03-02T10:15:00'],
      [{ type: 'D' }, '2020-03-04T10:15:00'],
    ]);
    expect(reports[0]?.facts[0]?.place).toMatchObject({ city: 'SALEM', region: 'OR' });
    expect(JSON.stringify(reports)).not.toContain('MARKER');
  });

  it('reads exceptions, labels and what voids them', () => {
    const words =
      '<StatusCode>AB</StatusCode><StatusDescription>NO SUCH STREET</StatusDescription>';
    expect(codesIn(event('Exception', FIRST, '20200303', words))).toEqual([{ type: 'X' }]);
    const voided = '<ActivityType>VM</ActivityType>';
    expect(codesIn(event('Generic', FIRST, '20200303', voided))).toEqual([
      { type: 'M', code: 'MV' },
    ]);
    const label = `<Manifest><PickupDate>20200301</PickupDate><Package><TrackingNumber>${SECOND}</TrackingNumber></Package></Manifest>`;
    expect(codesIn(label)).toEqual([{ type: 'M', code: 'MP' }]);
  });

  it('leaves other generic events out, so that none becomes a delivery', () => {
    const other = event('Generic', FIRST, '20200303', '<ActivityType>FN</ActivityType>');
    expect(adapter.parse({ text: answer(other) }).outcome).toBe('not_found');
  });

  it('is an error where it says so, also in an envelope', () => {
    const error = `<s:Envelope xmlns:s="x"><s:Body><QuantumViewResponse><Response><Error>
      <ErrorCode>330028</ErrorCode><ErrorDescription>words</ErrorDescription></Error></Response>
      </QuantumViewResponse></s:Body></s:Envelope>`;
    expect(adapter.parse({ text: error }).outcome).toBe('error');
  });
});
