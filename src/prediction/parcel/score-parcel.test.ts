import { describe, expect, it } from 'vitest';
import { placeCalendars } from '../calendar/place-calendar.ts';
import { BOOK } from '../calendar/test-calendar.ts';
import { SHIPPED } from '../policy/test-policy.ts';
import { momentOf } from '../sample/parcel.ts';
import { scoreParcel } from './score-parcel.ts';

const calendarOf = placeCalendars(SHIPPED, BOOK);
const moment = (iso: string) => momentOf(iso) ?? { instantMs: 0, wallMs: 0 };
const place = (country: string, postal: string) => ({
  country,
  postal,
  region: '',
  lat: null,
  lng: null,
});

/** The prediction at `now` for a parcel that was loaded at `at`. */
const loaded = (at: string, now: string, to = place('DE', '20095')) =>
  scoreParcel(
    { policy: SHIPPED, calendarOf, learner: null, nowMs: Date.parse(now) },
    {
      id: 'A',
      carrier: 'acme',
      serviceLevel: null,
      sender: '',
      weightG: null,
      origin: place('DE', '10115'),
      destination: to,
      labelAt: null,
      promised: null,
      handedOverAt: moment('2026-11-17T10:00:00+01:00'),
      stops: [
        {
          at: moment(at),
          status: 'out_for_delivery' as const,
          country: to.country,
          facility: '',
          estimateDay: null,
        },
      ],
    },
  );

describe('a parcel that was loaded on a day on which nothing is usually delivered', () => {
  it('arrives on that day anyway: on a Saturday, on a Sunday, on a holiday', () => {
    const saturday = loaded('2026-11-21T07:00:00+01:00', '2026-11-21T10:00:00Z');
    expect(saturday).toMatchObject({ source: 'rule', late: false });
    expect(saturday).toMatchObject({ date: '2026-11-21', from: '2026-11-21' });
    expect(saturday.reasons.map(({ code }) => code)).not.toContain('weekend');
    expect(loaded('2026-11-22T07:00:00+01:00', '2026-11-22T10:00:00Z').date).toBe('2026-11-22');
    expect(loaded('2026-12-25T07:00:00+01:00', '2026-12-25T10:00:00Z').date).toBe('2026-12-25');
  });

  it('arrives on the next usual day when that one is over, and is late by then', () => {
    const evening = loaded('2026-11-21T07:00:00+01:00', '2026-11-21T20:30:00Z');
    expect(evening).toMatchObject({ date: '2026-11-23', late: false });
    expect(evening.reasons).toContainEqual({ code: 'day_over' });
    const sunday = loaded('2026-11-21T07:00:00+01:00', '2026-11-22T10:00:00Z');
    expect(sunday).toMatchObject({ date: '2026-11-23', late: true });
  });

  it('is out on the local day at the destination', () => {
    const honolulu = place('US', '96813');
    // Saturday evening in Honolulu is Sunday in Europe.
    const there = loaded('2026-11-21T08:00:00-10:00', '2026-11-22T05:00:00Z', honolulu);
    expect(there).toMatchObject({ date: '2026-11-21', late: false });
  });
});
