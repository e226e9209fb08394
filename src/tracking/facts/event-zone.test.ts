import { describe, expect, it } from 'vitest';
import type { ReportedPlace } from '../../adapters/contract/contract.ts';
import { NO_TIME, type PlaceTime } from '../../kernel/time/place-time.ts';
import {
  placeTimeInZone,
  placeTimeWithOffset,
  placeTimeWithoutZone,
} from '../../kernel/time/zoned-time.ts';
import { fold } from '../fold/fold.ts';
import { destinationOf } from '../personal.ts';
import { eventZone } from './event-zone.ts';
import type { Fact, History, Observation } from './history.ts';
import { foldInput } from './history.ts';

const POLICY = { pullsFullHistory: false, historyMaxEvents: null, historyMaxAgeMs: null };

/** The zone of a history whose events, oldest first, have these times, places and sources. */
function zoneOf(
  ...events: { time: PlaceTime; place?: Partial<ReportedPlace>; source?: Observation['source'] }[]
): string | null {
  const facts = events.map(({ time, place, source = 'webhook' }, index): [string, Fact] => [
    `f${index}`,
    {
      identity: `f${index}`,
      source: 'carrier',
      code: '',
      codes: {},
      piece: null,
      summary: false,
      about: null,
      reading: {
        status: 'in_transit',
        reason: null,
        milestone: null,
        logical: false,
        hidden: false,
        known: true,
        reviewed: true,
        correction: false,
        returnCancelled: false,
        rule: null,
        mappingVersion: '',
      },
      observations: [
        {
          inboundMessageId: `r${index}`,
          carrierPieceId: null,
          source,
          trust: 'signed',
          byAccount: false,
          receivedAtMs: Date.parse('2026-07-01T00:00:00Z'),
          time,
          place: place
            ? {
                city: null,
                region: null,
                postalCode: null,
                country: null,
                facility: null,
                ...place,
              }
            : null,
        },
      ],
    },
  ]);
  const history: History = { facts: new Map(facts), snapshots: new Map(), pulls: [] };
  return eventZone(history, fold(foldInput(history, POLICY, Number.POSITIVE_INFINITY)));
}

const offset = (hours: number, local = '2026-03-09T08:00:00') =>
  placeTimeWithOffset(local, 'second', hours * 60);
const berlin = placeTimeInZone('2026-03-10T08:00:00', 'second', 'Europe/Berlin', 'facility');

describe('the zone of the newest event', () => {
  it('is unknown for an empty history, for an event without a time, and for events of our own', () => {
    expect(zoneOf()).toBeNull();
    expect(zoneOf({ time: NO_TIME, place: { country: 'DE' } })).toBeNull();
    expect(zoneOf({ time: offset(0), source: 'internal' })).toBeNull();
  });

  it('comes from the place or policy, also behind an event without a zone', () => {
    expect(zoneOf({ time: offset(-5) }, { time: berlin })).toBe('Europe/Berlin');
    const bare = placeTimeWithoutZone('2026-03-12T08:00:00', 'second');
    expect(zoneOf({ time: berlin }, { time: bare })).toBe('Europe/Berlin');
    expect(zoneOf({ time: bare, place: { country: 'DE' } })).toBe('Europe/Berlin');
  });

  it('is given to an offset by the place that agrees with it, else by its hours', () => {
    const oregon = { country: 'US', region: 'OR', postalCode: '97209' };
    expect(zoneOf({ time: offset(-7), place: oregon })).toBe('America/Los_Angeles');
    expect(zoneOf({ time: offset(-5), place: oregon })).toBe('Etc/GMT+5');
    expect(zoneOf({ time: offset(9) })).toBe('Etc/GMT-9');
    expect(zoneOf({ time: offset(0) })).toBe('Etc/GMT');
    expect(zoneOf({ time: offset(5.5) })).toBeNull();
  });

  it('can always be handed to a calendar', () => {
    for (const hours of [-12, -5, 0, 1, 14]) {
      const zone = zoneOf({ time: offset(hours) }) ?? '';
      const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions();
      expect(timeZone).toBeTruthy();
    }
  });
});

describe('the zone of a destination', () => {
  it('is what country and postal code determine, and never a guess', () => {
    const zone = (destination: Record<string, unknown> | null) =>
      destinationOf({ destination }).destinationZone;
    expect(zone({ country: 'US', postal_code: '97209' })).toBe('America/Los_Angeles');
    expect(zone({ country: 'DE' })).toBe('Europe/Berlin');
    expect(zone({ country: 'US' })).toBeNull();
    expect(zone({ postal_code: '10115' })).toBeNull();
    expect(zone(null)).toBeNull();
  });
});
