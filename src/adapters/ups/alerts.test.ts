import { describe, expect, it } from 'vitest';
import type { CarrierReport } from '../contract/contract.ts';
import { adapter } from './index.ts';

const [FIRST, SECOND] = ['1Z023E2X0214323462', '1Z023E2X0314323461'];

function answer(inside: object): string {
  return JSON.stringify({
    QuantumViewResponse: {
      Response: { ResponseStatusCode: '1' },
      QuantumViewEvents: {
        SubscriberID: 'id',
        SubscriptionEvents: [
          {
            Name: 'n',
            SubscriptionFile: [{ FileName: 'f', StatusType: { Code: 'U' }, ...inside }],
          },
        ],
      },
    },
  });
}

function event(number: string, date: string, more: object = {}): object {
  const AddressArtifactFormat = {
    PoliticalDivision2: 'SALEM',
    PoliticalDivision1: 'OR',
    CountryCode: 'US',
  };
  return {
    ShipperNumber: 'A1',
    TrackingNumber: number,
    Date: date,
    Time: '101500',
    ...more,
    ActivityLocation: { AddressArtifactFormat },
  };
}

function reportsOf(text: string): readonly CarrierReport[] {
  const outcome = adapter.parse({ text });
  if (outcome.outcome !== 'reports') throw new Error(`${outcome.outcome}: ${outcome.reason}`);
  return outcome.reports;
}

function codesIn(inside: object): readonly unknown[] {
  return reportsOf(answer(inside)).flatMap(({ facts }) => facts.map(({ codes }) => codes));
}

describe('Quantum View, which covers all parcels of an account', () => {
  it('brings one report for each number, and no full history', () => {
    const signed = { DeliveryLocation: { SignedForByName: 'MARKER' } };
    const reports = reportsOf(
      answer({
        Origin: [event(FIRST, '20200302'), event(SECOND, '20200302')],
        Delivery: event(FIRST, '20200304', signed),
      }),
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
    const words = { StatusCode: 'AB', StatusDescription: 'NO SUCH STREET' };
    expect(codesIn({ Exception: [event(FIRST, '20200303', words)] })).toEqual([{ type: 'X' }]);
    const voided = event(FIRST, '20200303', { ActivityType: 'VM' });
    expect(codesIn({ Generic: [voided] })).toEqual([{ type: 'M', code: 'MV' }]);
    const label = { PickupDate: '20200301', Package: [{ TrackingNumber: SECOND }] };
    expect(codesIn({ Manifest: [label] })).toEqual([{ type: 'M', code: 'MP' }]);
  });

  it('leaves other generic events out, so that none becomes a delivery', () => {
    const other = event(FIRST, '20200303', { ActivityType: 'FN' });
    expect(adapter.parse({ text: answer({ Generic: [other] }) }).outcome).toBe('not_found');
  });

  it('is an error if it says so, in a list or, in version 1, alone', () => {
    const given = { ErrorCode: '330028', ErrorDescription: 'words' };
    for (const message of [[given], given]) {
      const text = JSON.stringify({ QuantumViewResponse: { Response: { Error: message } } });
      expect(adapter.parse({ text })).toMatchObject({
        outcome: 'error',
        reason: 'UPS error 330028',
      });
    }
  });
});
