import { describe, expect, it } from 'vitest';
import type { CarrierReport, ReportedFact } from '../contract/contract.ts';
import { adapter } from './index.ts';

describe('report', () => {
  const NUMBER = '122816215025810';
  const SCAN = { date: '2026-01-09T13:31:20-05:00', eventType: 'OD' };

  function reportOf(life: object) {
    const completeTrackResults = [{ trackingNumber: NUMBER, trackResults: [life] }];
    const outcome = adapter.parse({ text: JSON.stringify({ output: { completeTrackResults } }) });
    if (outcome.outcome !== 'reports') throw new Error(`${outcome.outcome}: ${outcome.reason}`);
    const [report] = outcome.reports;
    if (report === undefined) throw new Error('no report');
    return report;
  }

  function factOf(scan: object): ReportedFact | undefined {
    return reportOf({ scanEvents: [scan] }).facts[0];
  }

  it('a scan without an offset and a ZIP has the zone of its city, where that is a large one', () => {
    const offset = (city: string) =>
      factOf({
        eventType: 'AR',
        date: '2026-01-09T13:31:20',
        scanLocation: { city, stateOrProvinceCode: 'TN', countryCode: 'US' },
      })?.time.offsetMin;
    expect(offset('MEMPHIS')).toBe(-360);
    expect(offset('ROCKWOOD')).toBeNull();
  });

  it('a code in no list is read by its words, but never as a delivery', () => {
    const scan = (eventType: string, eventDescription: string) =>
      factOf({ ...SCAN, eventType, eventDescription })?.codes['event'];
    expect(scan('QX', 'Out for delivery')).toBe('OD');
    expect(scan('QX', 'Delivered')).toBe('QX');
    expect(scan('QX', 'Delivered to sender')).toBe('QX');
    expect(scan('AR', 'Out for delivery')).toBe('AR');
    expect(scan('OF', 'On FedEx vehicle for delivery')).toBe('OF');
    expect(scan('PX', 'Out for delivery')).toBe('PX');
    const status = (latestStatusDetail: object) =>
      reportOf({ latestStatusDetail }).snapshot.summary?.codes['event'];
    expect(status({ code: 'EXQ', description: 'Exception' })).toBe('SE');
    expect(status({ code: 'QX', description: 'It rains', statusByLocale: 'In transit' })).toBe(
      'IT',
    );
  });
});

describe('one parcel', () => {
  const NUMBER = '702915500412';

  interface Life {
    readonly id: string;
    readonly scans: readonly (readonly [event: string, date: string])[];
    readonly number?: string;
  }

  function lifeOf({ id, scans, number = NUMBER }: Life): object {
    const [newest] = scans;
    return {
      trackingNumberInfo: { trackingNumber: number, trackingNumberUniqueId: `${id}~${number}~FX` },
      latestStatusDetail: { code: newest?.[0] },
      scanEvents: scans.map(([eventType, date]) => ({ eventType, date: `${date}:00-06:00` })),
    };
  }

  function reportsOf(...lives: readonly Life[]): readonly CarrierReport[] {
    const trackResults = lives.map(lifeOf);
    const completeTrackResults = [{ trackingNumber: NUMBER, trackResults }];
    const outcome = adapter.parse({ text: JSON.stringify({ output: { completeTrackResults } }) });
    if (outcome.outcome !== 'reports') throw new Error(`${outcome.outcome}: ${outcome.reason}`);
    return outcome.reports;
  }

  const eventsOf = ({ facts }: CarrierReport) => facts.map(({ codes }) => codes['event']);

  const OLD: Life = {
    id: '10',
    scans: [
      ['AR', '2026-03-04T07:00'],
      ['PU', '2026-03-02T16:00'],
      ['OC', '2026-03-01T09:00'],
    ],
  };
  const NEW: Life = {
    id: '11',
    scans: [
      ['DL', '2026-03-04T10:00'],
      ['OD', '2026-03-03T08:00'],
    ],
  };

  describe('several results of one number', () => {
    it('are one parcel where the later was scanned before the earlier was scanned last', () => {
      for (const lives of [
        [OLD, NEW],
        [NEW, OLD],
      ]) {
        const reports = reportsOf(...lives);
        expect(reports).toHaveLength(1);
        const [report] = reports;
        expect(report?.carrierPieceId).toBe(`10~${NUMBER}~FX`);
        expect(report?.snapshot.summary?.codes).toEqual({ event: 'DL' });
        expect(report && eventsOf(report).sort()).toEqual(['AR', 'DL', 'OC', 'OD', 'PU']);
      }
    });

    it('contain a scan that both have once', () => {
      const again: Life = { ...NEW, scans: [...NEW.scans, ['PU', '2026-03-02T16:00']] };
      const [report] = reportsOf(OLD, again);
      expect(report && eventsOf(report).filter((event) => event === 'PU')).toHaveLength(1);
    });

    it('are two parcels where one ended before the other began', () => {
      const before: Life = { id: '09', scans: [['DL', '2026-03-02T15:59']] };
      expect(
        reportsOf(OLD, before).map(({ carrierPieceId }) => carrierPieceId?.slice(0, 2)),
      ).toEqual(['10', '09']);
    });

    it('are two parcels where one was lost before the other began', () => {
      const lost: Life = { id: '07', scans: [['AR', '2026-03-02T15:59']] };
      expect(reportsOf(OLD, lost).map(eventsOf)).toEqual([['AR', 'PU', 'OC'], ['AR']]);
    });

    it('are two parcels where the later continues after a delivery of the earlier', () => {
      const delivered: Life = {
        id: '08',
        scans: [['DL', '2026-03-03T12:00'], ...OLD.scans.slice(1)],
      };
      const other: Life = {
        id: '12',
        scans: [
          ['AR', '2026-03-05T07:00'],
          ['PU', '2026-03-03T09:00'],
        ],
      };
      expect(reportsOf(other, delivered).map(eventsOf)).toEqual([
        ['AR', 'PU'],
        ['DL', 'PU', 'OC'],
      ]);
    });

    it('are two parcels where the one has a label only, however early that was printed', () => {
      const label: Life = { id: '12', scans: [['OC', '2026-03-02T20:00']] };
      expect(reportsOf(label, OLD)).toHaveLength(2);
    });

    it('are separated by number, whatever their times', () => {
      expect(reportsOf(OLD, { ...NEW, number: '702915500423' })).toHaveLength(2);
    });
  });
});
