import { z } from 'zod';
import {
  looseBoolean,
  looseCode,
  looseList,
  looseObject,
  looseText,
} from '../../../kernel/wire/loose.ts';
import { normalize } from '../numbers.ts';
import { EVENTS_MAX } from '../reading/facts.ts';
import { isRecord } from '../reading/record.ts';
import { nothing, plausibleNumber, type ReadShipment } from './read-shipment.ts';
import { readUnified } from './unified.ts';

const event = z.object({
  datum: looseText,
  status: looseText,
  ort: looseText,
  ruecksendung: looseBoolean,
});

const way = looseObject({
  datumAktuellerStatus: looseText,
  status: looseText,
  events: looseList(event, EVENTS_MAX),
});

const parcel = z.object({
  id: looseCode,
  sendungsdetails: looseObject({
    sendungsnummern: looseObject({ sendungsnummer: looseCode }),
    sendungsverlauf: way,
    zustellung: looseObject({ zustellzeitfensterVon: looseText, zustellzeitfensterBis: looseText }),
    istZugestellt: looseBoolean,
    ruecksendung: looseBoolean,
  }),
  sendungNichtGefunden: looseObject({}),
});

type Way = z.output<typeof way>;

/**
 * Whether `value` is a parcel in the answer behind the tracking page of Parcel Germany (dhl.de). It is
 * documented nowhere: known from what public clients keep of it, unverified.
 */
export function isGermanSiteParcel(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { sendungsdetails: details, sendungNichtGefunden: isMissing } = value;
  return isRecord(isMissing) || (isRecord(details) && isRecord(details['sendungsverlauf']));
}

/**
 * In the members of Unified's `parcel-de`: the words of its events are all they have. That the parcel
 * was delivered a flag says, which speaks of the current status alone. Persons are not read.
 */
export function readGermanSiteParcel(
  raw: unknown,
  isPull: boolean,
  asked: string | undefined,
): ReadShipment {
  const parsed = parcel.safeParse(raw);
  if (!parsed.success) return nothing('not an object');
  const { id, sendungsdetails: details, sendungNichtGefunden: isMissing } = parsed.data;
  const number = details?.sendungsnummern?.sendungsnummer ?? id;
  const listed = (details?.sendungsverlauf?.events ?? []).flatMap((one) => (one ? [one] : []));
  if (isMissing !== undefined && listed.length === 0) return missing(number ?? asked);
  const now = details?.sendungsverlauf;
  const coarse = details?.istZugestellt === true ? 'delivered' : undefined;
  const isReturn =
    details?.ruecksendung === true || listed.some(({ ruecksendung }) => ruecksendung === true);
  return readUnified(
    {
      id: number,
      service: 'parcel-de',
      status: {
        timestamp: now?.datumAktuellerStatus,
        description: now?.status,
        statusCode: coarse,
      },
      events: listed.map((one) => ({
        timestamp: one.datum,
        description: one.status,
        statusCode: isCurrent(one, now) ? coarse : undefined,
        location: { address: { addressLocality: one.ort } },
      })),
      returnFlag: isReturn ? true : undefined,
      estimatedDeliveryTimeFrame: {
        estimatedFrom: details?.zustellung?.zustellzeitfensterVon,
        estimatedThrough: details?.zustellung?.zustellzeitfensterBis,
      },
    },
    isPull,
    asked,
  );
}

function missing(number: string | undefined): ReadShipment {
  const trackingNumber = plausibleNumber(normalize(number ?? ''));
  if (trackingNumber === null) return nothing('no sendungsnummer');
  const reason = 'the site knows nothing of the number';
  return { report: null, miss: { trackingNumber, outcome: 'not_found', reason }, warnings: [] };
}

/** The current status is one of the events, by its words and its time. */
function isCurrent({ status, datum }: z.output<typeof event>, now: Way): boolean {
  return status !== undefined && status === now?.status && datum === now.datumAktuellerStatus;
}
