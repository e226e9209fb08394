import { numbers } from '../numbers.ts';
import type { Parcel } from '../schema.ts';

/** The list of a code: the lists share letters and digits, and an answer names none. */
export type CodeList = 'parcel' | 'mail' | 'freight';

/** Numbers of the parcel network, whatever the service. */
const PARCEL_NUMBER = /^1[ZR]/;

/**
 * Mail Innovations: `MI` and a mailer's six digits, or 18 to 34 digits like the post office's own
 * (test data of public client libraries has 18 and 22).
 */
const MAIL_NUMBER = /^(?:\d{18,34}|MI\d{6}[0-9A-Z]{1,28})$/;

/** Road, air and ocean freight among the test numbers of UPS's tracking guides. */
const FREIGHT_NUMBER = /^(?:\d{9,10}|[A-Z]{2}\d{15})$/;

/** Types the tracking appendix calls "Freight Only". */
const FREIGHT_TYPES = ['DO', 'DD', 'W'];

/**
 * The service by its English name, before the form of the number. A number of the parcel network
 * decides first: "UPS Worldwide Express Freight" is tracked as parcels.
 */
export function codeListOf(parcel: Parcel, number: string): CodeList {
  const clean = numbers.normalize(number);
  if (PARCEL_NUMBER.test(clean)) return 'parcel';
  const service = parcel.service?.description ?? '';
  if (/mail innovations/i.test(service)) return 'mail';
  if (/\b(?:freight|ocean)\b/i.test(service) || hasFreightType(parcel)) return 'freight';
  if (MAIL_NUMBER.test(clean)) return 'mail';
  return FREIGHT_NUMBER.test(clean) ? 'freight' : 'parcel';
}

function hasFreightType({ activity, currentStatus }: Parcel): boolean {
  const types = [currentStatus?.type, ...activity.map((item) => item?.status?.type)];
  return types.some((type) => FREIGHT_TYPES.includes(type?.toUpperCase() ?? ''));
}
