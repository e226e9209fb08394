import { z } from 'zod';
import { looseCode, looseList, looseObject, looseText } from '../../../kernel/wire/loose.ts';
import { EVENTS_MAX } from '../reading/facts.ts';
import { isRecord } from '../reading/record.ts';
import { nothing, type ReadShipment } from './read-shipment.ts';
import { readUnified } from './unified.ts';

const checkpoint = z.object({
  description: looseText,
  date: looseText,
  time: looseText,
  location: looseText,
});

const result = z.object({
  id: looseCode,
  delivery: looseObject({ code: looseCode, status: looseCode }),
  checkpoints: looseList(checkpoint, EVENTS_MAX),
});

/**
 * Whether `value` is a result of the answer behind the tracking page of dhl.com until 2020. Shape after
 * what public clients keep of it; unverified.
 */
export function isFormerSiteParcel(value: unknown): boolean {
  if (!isRecord(value) || !('id' in value)) return false;
  const { delivery, checkpoints } = value;
  const isDelivery = isRecord(delivery) && 'code' in delivery && 'status' in delivery;
  return isDelivery && (checkpoints === undefined || Array.isArray(checkpoints));
}

/**
 * In the members of Unified's `express`: `delivery` has the codes of the whole shipment (101 to 104),
 * checkpoints their words, in the language of the page. Only English dates are read; a checkpoint
 * without one has no place in the order and is left out, so that `delivery` counts where none is left.
 */
export function readFormerSiteParcel(
  raw: unknown,
  isPull: boolean,
  asked: string | undefined,
): ReadShipment {
  const parsed = result.safeParse(raw);
  if (!parsed.success) return nothing('not an object');
  const { id, delivery, checkpoints } = parsed.data;
  const events = (checkpoints ?? []).flatMap((one) => {
    const date = dateOf(one?.date);
    if (one === null || date === null) return [];
    return [
      {
        timestamp: one.time === undefined ? date : `${date}T${one.time}`,
        description: one.description,
        location: { address: { addressLocality: one.location } },
      },
    ];
  });
  const status = { status: delivery?.code, statusCode: delivery?.status };
  return readUnified({ id, service: 'express', status, events }, isPull, asked);
}

const MONTHS =
  'january february march april may june july august september october november december'.split(
    ' ',
  );

/** "Monday, February 18, 2019" → `2019-02-18`; null in other languages. */
function dateOf(text: string | undefined): string | null {
  const m = /^[a-z]+, ([a-z]+) (\d{1,2}), (\d{4})$/i.exec(text?.trim() ?? '');
  const month = MONTHS.indexOf(m?.[1]?.toLowerCase() ?? '') + 1;
  if (m === null || month === 0) return null;
  return `${m[3]}-${String(month).padStart(2, '0')}-${m[2]?.padStart(2, '0')}`;
}
