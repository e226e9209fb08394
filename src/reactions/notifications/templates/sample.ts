import { estimateTimes } from '../../../events/estimate.ts';
import type { LoggedShipment } from '../../../events/event.ts';
import type { EstimateView } from '../../../events/shipment-view.ts';
import type { Status } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import { FALLBACK, languageOf } from '../../../platform/messages/languages.ts';
import type {
  Audience,
  ChannelKind,
  DeliveryRequestDetails,
  RenderInput,
  TemplateName,
} from '../contract.ts';

/** A request for a preview: a fictitious parcel in the state that the template is about. */
interface SampleDeliveryRequest {
  readonly tenant: Tenant;
  readonly template: TemplateName;
  readonly kind: ChannelKind;
  readonly audience?: Audience;
  readonly locale: string;
  /** The name of an installed carrier. */
  readonly carrier: string;
  readonly publicUrl: string;
}

const STATUS_OF: Readonly<Partial<Record<TemplateName, readonly [Status, string | null]>>> = {
  arriving: ['out_for_delivery', null],
  stalled: ['in_transit', 'stalled'],
  delivery_attempted: ['delivery_attempted', 'recipient_unavailable'],
  exception: ['exception', 'address_not_found'],
  exception_opened: ['exception', 'damaged'],
  exception_updated: ['exception', 'damaged'],
  exception_resolved: ['in_transit', null],
  delivery_request_confirmed: ['delivery_attempted', 'recipient_unavailable'],
  corrected: ['out_for_delivery', null],
  edd_changed: ['in_transit', null],
  delay_predicted: ['in_transit', null],
  confirm_subscription: ['in_transit', null],
  merchant_message: ['in_transit', null],
};
const ACTS: ReadonlySet<TemplateName> = new Set([
  ...(['out_for_delivery', 'delivery_attempted', 'exception'] as const),
  ...(['exception_opened', 'delivery_request_confirmed', 'confirm_subscription'] as const),
]);
const SAMPLE_CONTACT = { name: 'Anna Schmidt', email: 'anna@example.com', phone: null };
const SAMPLE_ZONE = 'Europe/Berlin';
const SAMPLE_ESTIMATE = {
  date: '2026-03-12',
  from: '2026-03-12T09:00:00',
  to: '2026-03-12T12:00:00',
};
const SAMPLE_DELIVERY_REQUEST: DeliveryRequestDetails = {
  kind: 'reschedule',
  state: 'accepted',
  date: '2026-03-13',
  window: 'morning',
  instructions: null,
  place: null,
  address: null,
};
const SAMPLE_ARRIVING = {
  arriving: { expected_at: '2026-03-12T09:52:00.000Z', because: 'time', stops_before: 0 },
} as const;
/** A token that looks like a signed link and is not valid. */
const SAMPLE_TOKEN = `ss.${'0'.repeat(8)}-0000-7000-8000-${'0'.repeat(12)}.zzzzzz.00000000.${'x'.repeat(22)}`;

/** Makes the input of a preview. The same request always gives the same message. Pure. */
export function sampleInput(deliveryRequest: SampleDeliveryRequest): RenderInput {
  const { template, publicUrl, carrier } = deliveryRequest;
  const [status, reason] = STATUS_OF[template] ?? [template as Status, null];
  const number = '123456789012';
  const shipment: LoggedShipment = {
    id: '00000000-0000-7000-8000-000000000000',
    carrier,
    created_at: '2026-03-09T08:00:00.000Z',
    tracking_number: number,
    status,
    sub_status: reason,
    estimated_delivery: {
      ...estimateTimes(SAMPLE_ESTIMATE, SAMPLE_ZONE),
      source: 'carrier',
      confidence: null,
    },
    delivered_at: null,
    last_event_at: '2026-03-12T09:42:00.000Z',
    time_zone: SAMPLE_ZONE,
  };
  const before: EstimateView = {
    ...estimateTimes({ date: '2026-03-10', from: null, to: null }, SAMPLE_ZONE),
    source: 'carrier',
    confidence: null,
  };
  const trackUrl = `${publicUrl}/track/${carrier}/${number}`;
  const asks = template === 'confirm_subscription';
  const deliveryRequests =
    template === 'delivery_request_confirmed' ? [SAMPLE_DELIVERY_REQUEST] : [];
  return {
    notificationId: '00000000-0000-7000-8000-000000000001',
    tenant: deliveryRequest.tenant,
    kind: deliveryRequest.kind,
    template,
    audience: deliveryRequest.audience ?? (asks ? 'subscribers' : 'recipient'),
    locale: deliveryRequest.locale,
    event:
      asks || template === 'merchant_message'
        ? null
        : {
            id: '00000000-0000-7000-8000-000000000002',
            type: 'shipment.status_changed',
            occurredAtMs: Date.UTC(2026, 2, 12, 9, 42),
            data: template === 'arriving' ? { ...shipment, ...SAMPLE_ARRIVING } : shipment,
            previousAttributes: { estimated_delivery: before },
          },
    shipment,
    recipientName: 'Anna Schmidt',
    ...(template === 'merchant_message' && {
      written: messagesIn(languageOf(deliveryRequest.locale) ?? FALLBACK).sampleMessage,
    }),
    orderId: asks ? null : '10042',
    branded: true,
    details: { contact: SAMPLE_CONTACT, deliveryRequests, claim: null },
    links: {
      trackUrl,
      actionUrl: ACTS.has(template) ? `${trackUrl}?t=${SAMPLE_TOKEN}` : null,
      unsubscribeUrl: asks ? null : `${publicUrl}/notifications/unsubscribe?t=${SAMPLE_TOKEN}`,
      preferencesUrl: asks ? null : `${publicUrl}/notifications/preferences?t=${SAMPLE_TOKEN}`,
    },
  };
}
