import { z } from 'zod';
import {
  instantOrNull,
  localDate,
  localDateOrNull,
  localTimeOrNull,
  timeZoneOrNull,
} from '../kernel/time/time-kinds.ts';

/**
 * Where the zone comes from: the destination, or the offset that the carrier wrote after the time.
 */
const ESTIMATE_ZONE_SOURCES = ['postal_code', 'offset', 'none'] as const;

const precision = z.enum(['day', 'time']);
const zoneSource = z.enum(ESTIMATE_ZONE_SOURCES);
const dateMeta = {
  description: 'The most likely day, at the destination.',
};

const ends = {
  from: instantOrNull.meta({
    description: 'Null: the zone is unknown, or this end is open.',
  }),
  to: instantOrNull.meta({
    description: 'For whole days, the last second. Null: as for `from`.',
  }),
  from_local: localTimeOrNull.meta({
    description: "`from` in the destination's local time; for whole days, the first day.",
  }),
  to_local: localTimeOrNull.meta({
    description: 'The same for `to`; for whole days, the last day.',
  }),
};
const zone = {
  time_zone: timeZoneOrNull.meta({
    description: "The destination's zone, otherwise the carrier's offset. Null: unknown.",
  }),
};

/** The members that say when a parcel is expected, whatever the source. */
export const estimateMembers = {
  date: localDate.meta(dateMeta),
  ...ends,
  precision: precision.meta({ description: '`day`: the ends are whole days.' }),
  ...zone,
  zone_source: zoneSource.meta({ description: 'Where the zone comes from.' }),
};

/** The same members for a place where an estimate may be unknown; all are null then. */
export const estimateMembersOrNull = {
  date: localDateOrNull.meta(dateMeta),
  ...ends,
  precision: precision.nullable().meta({ description: '`day`: the ends are whole days.' }),
  ...zone,
  zone_source: zoneSource.meta({ description: 'Where the zone comes from.' }),
};

export const estimatedDelivery = z
  .strictObject({
    ...estimateMembers,
    source: z.enum(['carrier', 'model', 'rule']).meta({
      description:
        'Where the estimate comes from: the carrier, a model (comparable parcels, or your own courier’s route), or counted working days.',
    }),
    confidence: z.number().nullable().meta({
      description: "From 0 to 1. Null: the carrier's own estimate.",
    }),
    late: z.literal(true).optional().meta({
      description: 'The earlier estimate has passed, and this is a new window.',
    }),
    stops_before: z.int().min(0).optional().meta({
      description:
        'Stops that your courier makes before this one. Absent: more than 10, or unknown.',
    }),
    arriving: z.literal(true).optional().meta({
      description: 'Your courier is minutes away, and the recipient was notified.',
    }),
  })
  .meta({
    id: 'EstimatedDelivery',
    example: {
      date: '2026-03-12',
      from: '2026-03-12T14:00:00.000Z',
      to: '2026-03-12T17:00:00.000Z',
      from_local: '2026-03-12T09:00:00',
      to_local: '2026-03-12T12:00:00',
      precision: 'time',
      time_zone: 'America/Chicago',
      zone_source: 'postal_code',
      source: 'carrier',
      confidence: null,
    },
  });

/** The previous estimate. */
export const earlierEstimate = z.strictObject(estimateMembers).meta({ id: 'EarlierEstimate' });

/**
 * When a parcel is expected, as in the API. From ≤ to, and `date` is between them at the
 * destination.
 */
export type EstimateTimes = Readonly<z.output<typeof earlierEstimate>>;

/** An estimate with its source. */
export type EstimateView = Readonly<z.output<typeof estimatedDelivery>>;
