import { describe, expect, it } from 'vitest';
import type { CarrierReport } from '../../contract/contract.ts';
import { adapter } from '../index.ts';

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
    expect(reportsOf(OLD, before).map(({ carrierPieceId }) => carrierPieceId?.slice(0, 2))).toEqual(
      ['10', '09'],
    );
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
