import type { Database } from '../../../platform/database/database.ts';
import type { ChannelsOf } from '../contract.ts';
import type { RulesInForce } from '../rules/rules-in-force.ts';
import type { ParcelToTrack } from './which-parcel.ts';

export interface SmsOfferedDeps {
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
  // None that works: the merchant's own may cost money again once it does.
  return channels.length > 0 && channels.every(({ provider }) => provider === 'mailbox');
}
