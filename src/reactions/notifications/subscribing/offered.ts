import type { Tenant } from '../../../kernel/tenant.ts';
import { isSmsOffered, type SmsOfferedDeps } from './sms-offered.ts';
import { parcelToTrack } from './which-parcel.ts';

/** The channels other than mail by which people can subscribe to a parcel. */
export interface SubscriptionOffers {
  readonly sms: boolean;
  /** By which browsers subscribe (VAPID, Base64 for URLs); null: nothing is pushed to browsers. */
  readonly pushKey: string | null;
}

export const ONLY_MAIL: SubscriptionOffers = { sms: false, pushKey: null };

/** What the page of a parcel offers strangers; only mail for a number that nobody follows. */
export async function offersOf(
  deps: SmsOfferedDeps,
  numbers: Parameters<typeof parcelToTrack>[1],
): Promise<SubscriptionOffers> {
  const parcel = await parcelToTrack(deps.db.pipeline, numbers);
  if (parcel === null) return ONLY_MAIL;
  const { shipment, branded } = parcel;
  const tenant = { merchantId: shipment.merchantId, mode: shipment.mode };
  const whose = branded ? 'own' : 'installation';
  const channels = (await deps.channelsOf?.(tenant, 'push', whose)) ?? [];
  const pushKey = channels.find(({ browserKey }) => browserKey !== undefined)?.browserKey ?? null;
  const sms = (await isSmsOffered(deps, parcel)) && (await reaches(deps, tenant, whose));
  return { sms, pushKey };
}

/** Whether whoever asks gets the SMS: about live parcels nobody reads the mailbox. */
async function reaches(
  { channelsOf }: SmsOfferedDeps,
  tenant: Tenant,
  whose: 'own' | 'installation',
): Promise<boolean> {
  if (tenant.mode === 'test') return true;
  const channels = (await channelsOf?.(tenant, 'sms', whose)) ?? [];
  return channels.some(({ provider }) => provider !== 'mailbox');
}
