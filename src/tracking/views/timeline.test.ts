import { describe, expect, it } from 'vitest';
import type { ReportedPlace } from '../../adapters/contract/contract.ts';
import { STATUSES, type Status } from '../../kernel/status.ts';
import { placeTimeInZone, placeTimeWithOffset } from '../../kernel/time/zoned-time.ts';
import type { Reading } from '../../normalization/index.ts';
import { EMPTY_HISTORY, type Fact, type History, type Observation } from '../facts/history.ts';
import { utcTime } from '../facts/note-additions.ts';
import type { FactSource, FactVerdict } from '../fold/fold-input.ts';
import { placeName, timeline } from './timeline.ts';

const NOWHERE = { city: null, region: null, postalCode: null, country: null, facility: null };
const place = (known: Partial<ReportedPlace>) => placeName({ ...NOWHERE, ...known });

it.each([
  [{ facility: '0992', country: 'US' }, 'US'],
  [{ facility: '0992', region: 'TN', country: 'US' }, 'TN, US'],
  [{ facility: '0992' }, null],
  [{ facility: 'HUB LEIPZIG', country: 'DE' }, 'Hub Leipzig, DE'],
  [{ city: 'NORTON', facility: '0992', region: 'VA', country: 'US' }, 'Norton, VA, US'],
])(
  'a place is named by city or named facility, never by a bare facility number: %j',
  (known, name) => {
    expect(place(known)).toBe(name);
  },
);

const AT_MS = Date.UTC(2026, 2, 10, 17, 7);

const READING: Omit<Reading, 'status'> = {
  reason: null,
  milestone: null,
  logical: false,
  hidden: false,
  known: true,
  reviewed: true,
  rule: null,
  correction: false,
  returnCancelled: false,
  mappingVersion: 'a',
};

const OBSERVATION: Observation = {
  inboundMessageId: 'r',
  carrierPieceId: null,
  source: 'webhook',
  trust: 'signed',
  byAccount: false,
  receivedAtMs: AT_MS,
  time: utcTime(AT_MS),
  place: null,
};

/** Facts of one instant in the fold's order, with their verdicts. */
function observationOf(
  facts: readonly { status: Status; source?: FactSource; time?: Observation['time'] }[],
): {
  history: History;
  verdicts: FactVerdict[];
} {
  const all = facts.map(
    ({ status, source = 'carrier', time = OBSERVATION.time }, index): Fact => ({
      identity: `f${index}`,
      source,
      code: status,
      codes: {},
      piece: null,
      summary: false,
      about: null,
      reading: { ...READING, status },
      observations: [{ ...OBSERVATION, time }],
    }),
  );
  return {
    history: {
      ...EMPTY_HISTORY,
      facts: new Map(all.map((fact) => [fact.identity, fact])),
    },
    verdicts: all.map(({ identity }) => ({
      ...({ identity, verdict: 'standing', rule: 'status', by: null } as const),
      interval: { lo: AT_MS, hi: AT_MS },
      winningInboundMessageId: 'r',
      shown: true,
    })),
  };
}

describe('events of one instant', () => {
  it('are listed with the event of the headline as the newest, whatever their identities', () => {
    for (const headline of STATUSES) {
      for (const other of STATUSES) {
        for (const [index, order] of [
          [headline, other],
          [other, headline],
        ].entries()) {
          const { history, verdicts } = observationOf(order.map((status) => ({ status })));
          const state = { verdicts, steering: `f${index}` };
          expect(timeline(history, state, null)[0]?.identity).toBe(`f${index}`);
        }
      }
    }
  });

  it('are in the order of a parcel’s journey', () => {
    const statuses = ['out_for_delivery', 'picked_up', 'delivered', 'in_transit'] as const;
    const { history, verdicts } = observationOf(statuses.map((status) => ({ status })));
    expect(
      timeline(history, { verdicts, steering: 'f2' }, null).map(({ status }) => status),
    ).toEqual(['delivered', 'out_for_delivery', 'in_transit', 'picked_up']);
  });
});

describe('a merchant’s own statement', () => {
  const { history, verdicts } = observationOf([{ status: 'delivered', source: 'command' }]);
  const shown = (zone: string | null) => timeline(history, { verdicts, steering: 'f0' }, zone)[0];

  it('is shown by the clock at the destination', () => {
    expect(shown('America/Los_Angeles')).toMatchObject({
      occurredAt: '2026-03-10T17:07:00.000Z',
      occurredLocal: '2026-03-10T10:07:00',
      timeZone: 'America/Los_Angeles',
      zoneSource: 'postal_code',
    });
  });

  it('is shown in UTC, marked as such, if the destination is unknown', () => {
    expect(shown(null)).toMatchObject({
      occurredLocal: '2026-03-10T17:07:00',
      timeZone: '+00:00',
    });
  });

  it('does not change a scan of the carrier’s', () => {
    const scanned = observationOf([{ status: 'delivered' }]);
    const state = { verdicts: scanned.verdicts, steering: 'f0' };
    expect(timeline(scanned.history, state, 'America/Los_Angeles')[0]?.timeZone).toBe('+00:00');
  });
});

describe('one timeline', () => {
  const zones = (facts: Parameters<typeof observationOf>[0], destination: string | null) => {
    const { history, verdicts } = observationOf(facts);
    return timeline(history, { verdicts, steering: null }, destination).map(
      ({ occurredLocal, timeZone }) => `${occurredLocal} ${timeZone}`,
    );
  };
  const inBerlin = placeTimeInZone('2026-03-10T18:07', 'minute', 'Europe/Berlin', 'facility');
  const atNewYork = placeTimeWithOffset('2026-03-10T13:07', 'minute', -4 * 60);

  it('shows a scan that was sent in UTC in the zone of the destination, like commands', () => {
    const facts = [
      { status: 'delivered', source: 'command' },
      { status: 'out_for_delivery', source: 'scan' },
    ] as const;
    expect(zones(facts, 'Europe/Berlin')).toEqual([
      '2026-03-10T18:07:00 Europe/Berlin',
      '2026-03-10T18:07:00 Europe/Berlin',
    ]);
  });

  it('uses the newest event that names a zone if the destination is unknown', () => {
    const scans = [
      { status: 'delivered', source: 'command' },
      { status: 'at_facility', source: 'scan', time: inBerlin },
    ] as const;
    expect(zones(scans, null)).toEqual([
      '2026-03-10T18:07:00 Europe/Berlin',
      '2026-03-10T18:07 Europe/Berlin',
    ]);
    const carriers = [
      { status: 'delivered', source: 'command' },
      { status: 'in_transit', time: atNewYork },
    ] as const;
    expect(zones(carriers, null)).toEqual([
      '2026-03-10T13:07:00 -04:00',
      '2026-03-10T13:07 -04:00',
    ]);
  });

  it('leaves a scan alone whose device or building names a zone', () => {
    const facts = [{ status: 'in_transit', source: 'scan', time: atNewYork }] as const;
    expect(zones(facts, 'Europe/Berlin')).toEqual(['2026-03-10T13:07 -04:00']);
  });
});
