import type { LoggedCase, ShipmentEventType } from '../../../events/event.ts';
import type { Rendered, RenderInput, TicketUpdate } from '../contract.ts';
import { ticketFacts } from './case-words.ts';
import { type ContentInput, contentOf } from './content.ts';
import { dayWords } from './day-words.ts';
import type { HtmlTemplate } from './html-template.ts';
import { mailOf } from './mail.ts';
import { smsText } from './sms.ts';
import { fillText, plainLine, type TextTemplate } from './text-template.ts';

/** Gives a message the form of its kind of channel. Only mails need the layout. Pure. */
export function formOf(input: RenderInput, content: ContentInput, layout: HtmlTemplate): Rendered {
  switch (input.kind) {
    case 'email':
      return mailOf(content, layout);
    case 'sms':
      return input.code ? codeSms(input.code, content) : smsOf(content);
    case 'push':
      return pushOf(content);
    case 'ticket':
      return ticketOf(input, content);
    case 'webhook':
      return { kind: 'webhook', body: bodyOf(input, content) };
  }
}

function smsOf(input: ContentInput): Rendered {
  const { read } = contentOf(input);
  const variants = input.audience === 'merchant' ? [input.words.staff.sms] : input.said.sms;
  const { pin } = input.variables;
  // The PIN, or the text written by hand, comes first: it is the purpose of the message, and the
  // merchant's own texts may not contain it.
  const before =
    pin !== null
      ? `${input.words.frame.pin.sms.replace('{pin}', pin)} `
      : input.written
        ? `${input.written.text} `
        : '';
  const text: TextTemplate = before === '' ? [] : [{ kind: 'text', text: before }];
  // The hint is not part of the variants either: however long the message is, subscribers learn how
  // to stop messages, and only once if a merchant's own text already says so.
  const { url, stop } = stopHint(input);
  const hasStopLink = (each: TextTemplate) => url !== null && fillText(each, read).includes(url);
  return {
    kind: 'sms',
    text: smsText(
      variants.map((each) => [...text, ...each, ...(hasStopLink(each) ? [] : stop)]),
      read,
    ),
  };
}

/**
 * The hint how to stop messages, for an SMS to subscribers. A confirmation has a link of its own
 * for people who want no messages.
 */
function stopHint({ audience, template, variables, words }: ContentInput): {
  readonly url: string | null;
  readonly stop: TextTemplate;
} {
  const { unsubscribeUrl: url } = variables;
  const canUnsubscribe = audience === 'subscribers' && template !== 'confirm_subscription';
  if (!canUnsubscribe || url === null) return { url, stop: [] };
  const text = ` ${words.frame.stop.replace('{unsubscribe_url}', () => url)}`;
  return { url, stop: [{ kind: 'text', text }] };
}

/**
 * An SMS with a code. The code comes first, where phones look for it. The merchant's own texts are
 * not used, because they refer to the link.
 */
function codeSms(code: string, input: ContentInput): Rendered {
  const { read } = contentOf(input);
  const variants = input.words.frame.code.sms;
  const first: TextTemplate = [{ kind: 'text', text: `${code} ` }];
  return {
    kind: 'sms',
    text: smsText(
      variants.map((each) => [...first, ...each]),
      read,
    ),
  };
}

function pushOf(input: ContentInput): Rendered {
  const { heading, gist, action } = contentOf(input);
  return { kind: 'push', title: heading, body: gist, url: action.url };
}

/** Makes a ticket. Its text is for the merchant's people, whatever the audience of the message. */
function ticketOf(input: RenderInput, content: ContentInput): Rendered {
  const { subject, paragraphs, facts, action } = contentOf({ ...content, audience: 'merchant' });
  const { shipment, event, template } = input;
  const about = event?.data.case;
  const update = ticketUpdate(input, content);
  const { frame, locale } = content.words;
  const more = ticketFacts(update, content.details, frame.cases, dayWords(frame, locale));
  const lines = [...facts, ...more, ...caseFacts(about, input, content)].map(
    ({ name, value }) => `${name}: ${plainLine(value)}`,
  );
  const { carrier, sub_status: reason } = event?.data ?? shipment;
  const tags = ['delivery-exception', template, carrier, reason];
  return {
    kind: 'ticket',
    subject,
    text: [...paragraphs, '', ...lines, '', `${action.label}: ${action.url}`].join('\n'),
    tags: tags.flatMap((tag) => (tag ? [tag.replaceAll(/[^\w-]+/g, '-').slice(0, 60)] : [])),
    externalId: `waybill-${about?.id ?? shipment.id}`,
    update,
  };
}

function ticketUpdateKind(type: ShipmentEventType | undefined): TicketUpdate['kind'] {
  switch (type) {
    case 'shipment.exception_opened':
      return 'opened';
    case 'shipment.exception_updated':
      return 'updated';
    case 'shipment.exception_resolved':
      return 'resolved';
    default:
      return 'other';
  }
}

function ticketUpdate({ event }: RenderInput, { details }: ContentInput): TicketUpdate {
  return {
    kind: ticketUpdateKind(event?.type),
    happened: event?.data.happened ?? [],
    contact: details?.contact ?? null,
  };
}

/** The facts of a case that its staff needs first, with a link to the case. */
function caseFacts(
  about: LoggedCase | undefined,
  { links }: RenderInput,
  { words }: ContentInput,
): readonly { readonly name: string; readonly value: string }[] {
  if (about === undefined) return [];
  const { facts } = words.frame;
  const { id, attempts, deadline_at: deadline, state } = about;
  const [hub] = links.trackUrl.split('/track/', 1);
  // The deadline is written to the minute and with its zone, because colleagues may be anywhere.
  const until = deadline ? `${deadline.slice(0, 16).replace('T', ' ')} UTC` : null;
  return [
    ...(attempts > 0 ? [{ name: facts.attempts, value: String(attempts) }] : []),
    ...(until === null || state === 'closed' ? [] : [{ name: facts.deadline, value: until }]),
    { name: facts.case, value: `${hub}/console/exceptions/${id}` },
  ];
}

/**
 * The body for a merchant's system, which may use its own texts and design: every variable of the
 * message, and the whole message in our words. It omits the recipient's name, which the merchant's
 * system knows.
 */
function bodyOf(input: RenderInput, content: ContentInput): Readonly<Record<string, unknown>> {
  const { variables: v, words } = content;
  const nameless = { ...content, variables: { ...v, recipientName: null } };
  const { subject, heading, gist, paragraphs } = contentOf(nameless);
  const { event, shipment } = input;
  const { status, sub_status: reason } = event?.data ?? shipment;
  return {
    notification_id: input.notificationId,
    template: input.template,
    audience: input.audience,
    language: words.language,
    mode: input.tenant.mode,
    shipment_id: shipment.id,
    event_id: event?.id ?? null,
    occurred_at: event === null ? null : new Date(event.occurredAtMs).toISOString(),
    carrier: shipment.carrier,
    tracking_number: v.trackingNumber,
    order_id: v.orderId,
    status,
    sub_status: reason ?? null,
    status_text: v.statusText,
    estimate_text: v.estimateText,
    arriving_minutes: v.arrivingMinutes,
    location_text: v.locationText,
    occurred_text: v.occurredText,
    pickup_point: v.pickupPoint,
    pickup_hours: v.pickupHours,
    delivery_request_text: v.deliveryRequestText,
    track_url: v.trackUrl,
    action_url: v.actionUrl,
    message: { subject, heading, gist, text: paragraphs.join('\n\n') },
  };
}
