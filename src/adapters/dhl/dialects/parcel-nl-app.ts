import { z } from 'zod';
import { looseBoolean, looseCode, looseObject } from '../../../kernel/wire/loose.ts';
import { isRecord } from '../reading/record.ts';
import { nothing, type ReadShipment } from './read-shipment.ts';
import { readUnified } from './unified.ts';

/** The stages that the app sorts its parcels by. */
const CATEGORIES = [
  'LEG',
  'DATA_RECEIVED',
  'CUSTOMS',
  'UNDERWAY',
  'IN_DELIVERY',
  'DELIVERED',
  'INTERVENTION',
  'EXCEPTION',
  'PROBLEM',
];

const parcel = z.object({
  barcode: looseCode,
  status: looseCode,
  category: looseCode,
  isReturn: looseBoolean,
  receivingTimeIndication: looseObject({ moment: looseCode, start: looseCode, end: looseCode }),
});

/**
 * Whether `value` is a parcel in the list of DHL's app for receivers in the Netherlands
 * (my.dhlparcel.nl), which has its current status and no events. The shape is documented nowhere: it
 * is known from the site's own pages and from the tests of public clients, and may change any day.
 */
export function isAppParcel(value: unknown): boolean {
  const { status, category } = isRecord(value) ? value : {};
  return typeof status === 'string' && CATEGORIES.some((known) => known === category);
}

/**
 * In the members of Unified's `parcel-nl`, whose codes the status is one of. The category is coarser
 * and never stands in for it: parcels waiting to be collected are "UNDERWAY", and what is called
 * "DELIVERED" only there, a code must bear out. Names and addresses are not read.
 */
export function readAppParcel(
  raw: unknown,
  isPull: boolean,
  asked: string | undefined,
): ReadShipment {
  const parsed = parcel.safeParse(raw);
  if (!parsed.success) return nothing('not an object');
  const { barcode, status, isReturn, receivingTimeIndication: expected } = parsed.data;
  return readUnified(
    {
      id: barcode,
      service: 'parcel-nl',
      status,
      returnFlag: isReturn === true ? true : undefined,
      estimatedDeliveryTimeFrame: {
        estimatedFrom: expected?.start,
        estimatedThrough: expected?.end,
      },
      estimatedTimeOfDelivery: expected?.moment,
    },
    isPull,
    asked,
  );
}
