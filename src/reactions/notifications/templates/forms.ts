import type { Rendered, RenderInput, TicketNews } from '../contract.ts';
import { ticketFacts } from './case-words.ts';
import { type ContentInput, contentOf } from './content.ts';
import { dayWords } from './day-words.ts';
import { plainLine } from './escape.ts';
import type { HtmlTemplate } from './html-template.ts';
import { mailOf } from './mail.ts';
import { smsText } from './sms.ts';

/** A message in the form its kind of channel takes. Pure; only mails need the layout. */
export async function formOf(
  input: RenderInput,
  content: ContentInput,
  layout: () => Promise<HtmlTemplate>,
): Promise<Rendered> {
  switch (input.kind) {
    case 'email':
      return mailOf(content, await layout());
    case 'sms':
      return smsOf(content);
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
  return { kind: 'sms', text: smsText(variants, read) };
}

function pushOf(input: ContentInput): Rendered {
  const { heading, gist, action } = contentOf(input);
  return { kind: 'push', title: heading, body: gist, url: action.url };
}

/** Tickets are for the merchant's people, whoever the message was to tell. */
function ticketOf(input: RenderInput, content: ContentInput): Rendered {
  const { subject, paragraphs, facts, action } = contentOf({ ...content, audience: 'merchant' });
  const { shipment, news, template } = input;
  const found = recordOf(news?.data['case']);
  const told = ticketNews(input, content);
  const { frame, locale } = content.words;
  const more = ticketFacts(told, content.details, frame.cases, dayWords(frame, locale));
  const lines = [...facts, ...more, ...caseFacts(found, input, content)].map(
    ({ name, value }) => `${name}: ${plainLine(value)}`,
  );
  const of = (name: string) => textOf((news?.data ?? shipment)[name]);
  const tags = ['delivery-exception', template, of('carrier'), of('sub_status')];
  const about = textOf(found['id']) ?? textOf(shipment['id']);
  return {
    kind: 'ticket',
    subject,
    text: [...paragraphs, '', ...lines, '', `${action.label}: ${action.url}`].join('\n'),
    tags: tags.flatMap((tag) =>
      tag === null ? [] : [tag.replaceAll(/[^\w-]+/g, '-').slice(0, 60)],
    ),
    externalId: `waybill-${about ?? input.notificationId}`,
    news: told,
  };
}

const TICKET_NEWS: Readonly<Record<string, Exclude<TicketNews['kind'], 'other'>>> = {
  'shipment.exception_opened': 'opened',
  'shipment.exception_updated': 'updated',
  'shipment.exception_resolved': 'resolved',
};

function ticketNews({ news }: RenderInput, { details }: ContentInput): TicketNews {
  const happened = news?.data['happened'];
  return {
    kind: TICKET_NEWS[news?.type ?? ''] ?? 'other',
    happened: Array.isArray(happened) ? happened.map(String) : [],
    contact: details?.contact ?? null,
  };
}

/** What whoever works on a case wants to know first, and where they do it. */
function caseFacts(
  found: Readonly<Record<string, unknown>>,
  { links }: RenderInput,
  { words }: ContentInput,
): readonly { readonly name: string; readonly value: string }[] {
  const { facts } = words.frame;
  const id = textOf(found['id']);
  if (id === null) return [];
  const { attempts } = found;
  const deadline = textOf(found['deadline_at']);
  const [hub] = links.trackUrl.split('/track/', 1);
  // To the minute and with its zone, as colleagues may sit anywhere.
  const until = deadline === null ? null : `${deadline.slice(0, 16).replace('T', ' ')} UTC`;
  return [
    ...(typeof attempts === 'number' && attempts > 0
      ? [{ name: facts.attempts, value: String(attempts) }]
      : []),
    ...(until === null || found['state'] === 'closed'
      ? []
      : [{ name: facts.deadline, value: until }]),
    { name: facts.case, value: `${hub}/ops/exceptions/${id}` },
  ];
}

/**
 * For a system of the merchant's, which has words and looks of its own: everything that a message
 * says, and the whole in ours. No name of the recipient: the merchant's system knows it.
 */
function bodyOf(input: RenderInput, content: ContentInput): Readonly<Record<string, unknown>> {
  const { variables: v, words } = content;
  const nameless = { ...content, variables: { ...v, recipientName: null } };
  const { subject, heading, gist, paragraphs } = contentOf(nameless);
  return {
    notification_id: input.notificationId,
    template: input.template,
    audience: input.audience,
    language: words.language,
    mode: input.tenant.mode,
    shipment_id: textOf(input.shipment['id']),
    event_id: input.news?.eventId ?? null,
    occurred_at: input.news === null ? null : new Date(input.news.occurredAtMs).toISOString(),
    carrier: textOf(input.shipment['carrier']),
    tracking_number: v.trackingNumber,
    order_id: v.orderId,
    status: textOf((input.news?.data ?? input.shipment)['status']),
    sub_status: textOf((input.news?.data ?? input.shipment)['sub_status']),
    status_text: v.statusText,
    estimate_text: v.estimateText,
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

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
