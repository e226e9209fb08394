import type { Tenant } from '../../../kernel/tenant.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { ChannelsOf } from '../contract.ts';
import type { RulesInForce } from '../rules/rules-in-force.ts';
import { type ParcelToTrack, parcelToTrack } from './by-code.ts';

/** The channels other than mail by which people can subscribe to a parcel. */
export interface SubscriptionOffers {
  readonly sms: boolean;
  /**
   * The public VAPID key with which browsers subscribe, in URL-safe Base64; null: browsers cannot
   * subscribe.
   */
  readonly pushKey: string | null;
}

export const ONLY_MAIL: SubscriptionOffers = { sms: false, pushKey: null };

/** The channels that the page of a parcel offers to strangers; only mail for an unknown number. */
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

/** Whether an SMS really reaches the person who asks: nobody reads the mailbox for live parcels. */
async function reaches(
  { channelsOf }: SmsOfferedDeps,
  tenant: Tenant,
  whose: 'own' | 'installation',
): Promise<boolean> {
  if (tenant.mode === 'test') return true;
  const channels = (await channelsOf?.(tenant, 'sms', whose)) ?? [];
  return channels.some(({ provider }) => provider !== 'mailbox');
}

interface SmsOfferedDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly rules: Pick<RulesInForce, 'read' | 'installation'>;
  readonly channelsOf?: ChannelsOf | undefined;
}

/**
 * Whether strangers may trigger an SMS to ask for a subscription. Each costs money and may wake
 * somebody, so if SMS really leave the machine, the merchant or the installation must allow it.
 */
export async function isSmsOffered(
  { db, rules, channelsOf }: SmsOfferedDeps,
  { shipment, branded }: ParcelToTrack,
): Promise<boolean> {
  const tenant = { merchantId: shipment.merchantId, mode: shipment.mode };
  const own = branded ? (await rules.read(db.pipeline, tenant)).subscribe.sms : 'default';
  const said = own === 'default' ? rules.installation.subscribe.sms : own;
  if (said !== 'default') return said === 'on';
  if (channelsOf === undefined) return false;
  const channels = await channelsOf(tenant, 'sms', branded ? 'own' : 'installation');
  // If the merchant's own channels do not work, there is none; SMS are not offered then, because
  // they may cost money once the channels work again.
  return channels.length > 0 && channels.every(({ provider }) => provider === 'mailbox');
}
