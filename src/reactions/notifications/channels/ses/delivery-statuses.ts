import { z } from 'zod';
import type { DeliveryStatus, DeliveryStatusReader } from '../../contract.ts';
import { jsonOf } from '../exchange.ts';
import type { ChannelDeps } from '../plugin.ts';
import { createSnsReader } from './sns-message.ts';

/**
 * The tag with the notification's id. Events return it, so that they can be matched even if the
 * answer of SES never reached us.
 */
export const NOTIFICATION_TAG = 'waybill_notification';

/**
 * An event of SES as SNS delivers it: published by a configuration set (`eventType`) or reported by
 * the identity itself (`notificationType`). The members that we read are the same.
 */
const eventSchema = z.object({
  eventType: z.string().optional(),
  notificationType: z.string().optional(),
  mail: z.object({
    messageId: z.string().max(200),
    tags: z.record(z.string(), z.array(z.string())).optional(),
  }),
  bounce: z
    .object({ bounceType: z.string().optional(), bounceSubType: z.string().optional() })
    .optional(),
  complaint: z.object({ complaintFeedbackType: z.string().optional() }).optional(),
});
type SesEvent = z.output<typeof eventSchema>;

/**
 * Reads delivery statuses of SES.
 *
 * @param topics the topics that are accepted: anybody can have one, and AWS signs for all.
 */
export function sesDeliveryStatuses(
  topics: readonly string[],
  deps: ChannelDeps,
): DeliveryStatusReader {
  const sns = createSnsReader(deps.http, topics, deps.apiUrl);
  return {
    async read({ body, nowMs }) {
      const verdict = await sns.read(body, nowMs);
      if (verdict.outcome !== 'authentic') return verdict;
      const { message } = verdict;
      if (message.type === 'SubscriptionConfirmation') {
        const isConfirmed = await sns.confirm(message);
        return isConfirmed
          ? { outcome: 'delivery_statuses', deliveryStatuses: [] }
          : { outcome: 'unreadable', reason: 'the subscription could not be confirmed' };
      }
      if (message.type !== 'Notification')
        return { outcome: 'delivery_statuses', deliveryStatuses: [] };
      const event = eventSchema.safeParse(jsonOf(message.message));
      // SES posts a sentence to a topic when the topic is connected. It is no event, and no error.
      if (!event.success) return { outcome: 'delivery_statuses', deliveryStatuses: [] };
      const deliveryStatus = deliveryStatusOf(event.data, message.atMs);
      return {
        outcome: 'delivery_statuses',
        deliveryStatuses: deliveryStatus === null ? [] : [deliveryStatus],
      };
    },
  };
}

function deliveryStatusOf(event: SesEvent, atMs: number): DeliveryStatus | null {
  const reported = stateOf(event);
  if (reported === null) return null;
  const notificationId = event.mail.tags?.[NOTIFICATION_TAG]?.[0] ?? null;
  return { providerId: event.mail.messageId, notificationId, atMs, ...reported };
}

function stateOf(event: SesEvent): Pick<DeliveryStatus, 'state' | 'permanent' | 'reason'> | null {
  switch (event.eventType ?? event.notificationType) {
    case 'Delivery':
      return { state: 'delivered', permanent: false, reason: null };
    case 'Bounce': {
      const { bounceType = 'Undetermined', bounceSubType = '' } = event.bounce ?? {};
      const permanent = bounceType === 'Permanent';
      return { state: 'bounced', permanent, reason: `${bounceType} ${bounceSubType}`.trim() };
    }
    case 'Complaint': {
      const reason = event.complaint?.complaintFeedbackType ?? 'complaint';
      return { state: 'complained', permanent: true, reason };
    }
    case 'Reject':
      return { state: 'failed', permanent: false, reason: 'rejected by the provider' };
    case 'DeliveryDelay':
      return { state: 'deferred', permanent: false, reason: null };
    default:
      return null;
  }
}
