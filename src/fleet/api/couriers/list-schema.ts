import { z } from 'zod';
import { listPage, paging } from '../../../http/kit/paged.ts';
import { count } from '../../../http/kit/schemas.ts';
import { issueText, text } from '../../../kernel/wire/explain-issues.ts';
import { COURIER_CHARS } from '../../couriers/index.ts';
import { courierPosition } from '../positions/schema.ts';
import { courier, shift } from './schema.ts';

const RADIUS_M = { least: 1, most: 200_000, usual: 5_000 };

const NEAR_WANTED = issueText('couriers.sendCoordinatePair');

/** Parses `-?dd.ddd,-?ddd.ddd`; null: not a place on earth. */
export function placeOfText(text: string): { readonly lat: number; readonly lng: number } | null {
  const found = /^(-?\d{1,2}(?:\.\d{1,12})?),(-?\d{1,3}(?:\.\d{1,12})?)$/.exec(text);
  if (found === null) return null;
  const [lat, lng] = [Number(found[1]), Number(found[2])];
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? { lat, lng } : null;
}

export const courierFilter = z.strictObject({
  shift: shift.optional(),
  external_id: text(COURIER_CHARS.externalId).optional(),
  near: z
    .string()
    .refine((value) => placeOfText(value) !== null, NEAR_WANTED)
    .optional()
    .meta({
      description:
        'Latitude and longitude. Only couriers on shift whose position is known, the nearest first; one page of them.',
      example: '53.5511,9.9937',
    }),
  radius_m: count(RADIUS_M.least, RADIUS_M.most, RADIUS_M.usual).describe(
    'With `near`: how far away in metres, as the crow flies.',
  ),
  ...paging(),
});

/** A courier in a list: with `near`, also the position and the distance. */
const listedCourier = courier.extend({
  position: courierPosition.optional().describe('With `near`: the newest position.'),
  distance_m: z.int().optional().describe('With `near`: metres from there, as the crow flies.'),
});

export const courierPage = listPage(listedCourier).meta({ id: 'CourierPage' });
