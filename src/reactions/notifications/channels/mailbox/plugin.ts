import { z } from 'zod';
import { CHANNEL_KINDS, type Message, type SendOutcome } from '../../contract.ts';
import { accepted, badAddress, retry } from '../exchange.ts';
import { composeMail, isMailAddress } from '../mail.ts';
import { type ChannelDeps, channelPlugin } from '../plugin.ts';

/** A reserved domain (RFC 2606), because these mails go nowhere. */
const SENDER = { address: 'notifications@waybill.invalid', name: 'Waybill', replyTo: null };

/**
 * The mailbox: files that the console shows to operators. It is the default of every kind, and the only channel for
 * test shipments.
 */
export const plugin = channelPlugin({
  provider: 'mailbox',
  kinds: CHANNEL_KINDS,
  configSchema: z.strictObject({}),
  secrets: [],
  forMerchants: false,
  open: (_config, kind, deps) => ({
    provider: 'mailbox',
    kind,
    // A repeat overwrites the notification's file with the same content.
    repeat: 'idempotent',
    send: (message) => write(message, deps),
    erase: async (shipmentId) => {
      await deps.mailbox.eraseShipment(shipmentId);
    },
  }),
});

async function write(message: Message, { mailbox, clock }: ChannelDeps): Promise<SendOutcome> {
  const { rendered } = message;
  if (rendered.kind === 'email' && !isMailAddress(message.to)) {
    return badAddress('not an email address');
  }
  try {
    const isMail = rendered.kind === 'email';
    const bytes = isMail
      ? (await composeMail(message, rendered, SENDER, clock.nowMs())).bytes
      : Buffer.from(`${JSON.stringify(toJson(message, clock.nowMs()), null, 2)}\n`, 'utf8');
    const { notificationId, shipmentId } = message;
    await mailbox.put({ notificationId, shipmentId, extension: isMail ? 'eml' : 'json', bytes });
    return accepted(notificationId);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unexpected';
    return retry(`the mailbox folder cannot be written (${code})`);
  }
}

function toJson(message: Message, nowMs: number): Record<string, unknown> {
  const { notificationId, tenant, shipmentId, milestone, to, rendered } = message;
  const { kind, ...content } = rendered;
  return {
    id: notificationId,
    at: new Date(nowMs).toISOString(),
    kind,
    mode: tenant.mode,
    merchant_id: tenant.merchantId,
    shipment_id: shipmentId,
    milestone,
    to,
    ...('externalId' in content ? ticketContent(content) : content),
  };
}

function ticketContent({ externalId, ...content }: { readonly externalId: string }) {
  return { ...content, external_id: externalId };
}
