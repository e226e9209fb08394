import { z } from 'zod';
import { isRecord, looseCode, looseList, looseObject } from '../../../kernel/wire/loose.ts';
import { EVENTS_MAX } from '../reading/facts.ts';
import { nothing, type ReadShipment } from './read-shipment.ts';
import { readUnified } from './unified.ts';

const PHASES_MAX = 20;

const event = z.object({ key: looseCode, status: looseCode, timestamp: looseCode });
const events = looseList(event, EVENTS_MAX);

/** A phase that lists no events cannot be read; one that has not come yet has an empty list. */
const phase = z
  .object({ events: z.array(z.unknown()) })
  .transform((entry) => events.parse(entry.events));

/** Null represents an unread phase, including all beyond the largest number. */
const phases = z
  .array(z.unknown())
  .transform((list) => [...list.slice(0, PHASES_MAX), ...(list.length > PHASES_MAX ? [null] : [])])
  .transform((list) => list.map((entry) => phase.safeParse(entry).data ?? null))
  .optional()
  .catch(undefined);

const parcel = z.object({
  barcode: looseCode,
  events,
  view: looseObject({ phases }),
});

/**
 * Whether `value` is a parcel of the track-trace of Parcel EU (BE – LU – NL, api-gw.dhlparcel.nl),
 * which answers with a list of them. Shape after answers that public clients keep; unverified.
 */
export function isNlParcel(value: unknown): boolean {
  return isRecord(value) && 'barcode' in value && ('view' in value || 'events' in value);
}

/** In the members of Unified's `parcel-nl`, whose codes its events share. */
export function readNlParcel(
  raw: unknown,
  isPull: boolean,
  requested: string | undefined,
): ReadShipment {
  const parsed = parcel.safeParse(raw);
  if (!parsed.success) return nothing('not an object');
  const { barcode, view, events: own } = parsed.data;
  // Phases repeat the events, if they are listed at all.
  const listed = own.length > 0 ? own : (view?.phases ?? []).flatMap((entry) => entry ?? [null]);
  return readUnified(
    {
      id: barcode,
      service: 'parcel-nl',
      events: listed.map((one) =>
        one === null ? null : { timestamp: one.timestamp, status: one.key ?? one.status },
      ),
    },
    isPull,
    requested,
  );
}
