import type { Branding } from '../../../merchants/index.ts';
import type {
  Audience,
  CaseDetails,
  TemplateName,
  TemplateVariables,
  WrittenMessage,
} from '../contract.ts';
import { fillText, plainLine, type ReadValue, variablesOf } from './text-template.ts';
import { readVariables } from './variable-names.ts';
import type { FactName, TemplateWords, Words } from './words.ts';

/**
 * The content of a message as plain lines, before it gets the form of a mail, a ticket or a push
 * message.
 */
export interface Content {
  readonly subject: string;
  readonly heading: string;
  /** The summary in one sentence, which a phone shows below the heading. */
  readonly gist: string;
  readonly paragraphs: readonly string[];
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** The link to where the reader can act, or at least look at the parcel. */
  readonly action: Link;
  readonly also: Link | null;
  readonly read: ReadValue;
}

export interface Link {
  readonly label: string;
  readonly url: string;
}

/** Something that the recipient ordered. */
export interface OrderedItem {
  readonly name: string;
  readonly quantity: number;
}

/** Everything from which one message is made. */
export interface ContentInput {
  readonly template: TemplateName;
  readonly audience: Audience;
  readonly words: Words;
  /** The template's texts: those of `words`, or the merchant's own. */
  readonly said: TemplateWords;
  readonly variables: TemplateVariables;
  readonly branding: Branding;
  /** What was ordered; empty if it is unknown, or the reader may not see it. */
  readonly items: readonly OrderedItem[];
  /** The personal details; null: there are none, or the reader may not see them. */
  readonly details: CaseDetails | null;
  /** The text written by hand. Absent: none. */
  readonly written?: WrittenMessage | null;
}

/** The maximum length of a subject: mail programs cut longer ones. */
const SUBJECT_CHARS_MAX = 180;

/** Puts a message into words. Pure. */
export function contentOf(input: ContentInput): Content {
  const { words, said, variables, audience } = input;
  const { frame } = words;
  const read = readVariables(variables);
  const line = (template: TemplateWords['subject'], values = read) =>
    plainLine(fillText(template, values));
  const facts = factsOf(input);
  const track = { label: frame.track, url: variables.trackUrl };
  if (audience === 'merchant') {
    const titled: ReadValue = (name) => (name === 'title' ? said.staff : read(name));
    const paragraph = line(words.staff.text, titled);
    const subject = line(words.staff.subject, titled).slice(0, SUBJECT_CHARS_MAX);
    const plain = { heading: said.staff, gist: paragraph, paragraphs: [paragraph] };
    // The paragraph already contains the reason.
    const others = facts.filter(({ name }) => name !== frame.facts.reason);
    return { subject, ...plain, facts: others, action: track, also: null, read: titled };
  }
  const { actionUrl } = variables;
  // A recipient with a personal link sees the parcel through it, including everything that can be
  // done.
  const usual = IN_TROUBLE.has(input.template) ? frame.action : frame.track;
  const act = said.action === null ? usual : line(said.action);
  const asks = input.template === 'confirm_subscription';
  const own = input.written?.text.split('\n').map(plainLine) ?? [];
  const texts = [...said.text.map((each) => line(each)), ...own].filter((text) => text !== '');
  if (variables.pin !== null) texts.push(frame.pin.text);
  return {
    subject: plainLine(input.written?.subject ?? line(said.subject)).slice(0, SUBJECT_CHARS_MAX),
    heading: line(said.heading),
    gist: line(said.push),
    paragraphs: [...(asks ? [] : [line(frame.greeting)]), ...texts],
    facts: asks ? [] : facts,
    action: actionUrl === null ? track : { label: act, url: actionUrl },
    // A confirmation asks one thing only, so it has no second link.
    also: actionUrl === null || asks || act === frame.track ? null : track,
    read,
  };
}

/**
 * Templates for which a recipient wants to know what can be done; for all others, where the parcel
 * is.
 */
const IN_TROUBLE: ReadonlySet<TemplateName> = new Set([
  'exception',
  'exception_opened',
  'stalled',
  'returning',
]);

/** Templates that show when and where something happened. */
const HAPPENED: ReadonlySet<TemplateName> = new Set([
  ...(['picked_up', 'available_for_pickup', 'delivery_attempted', 'exception'] as const),
  ...(['delivered', 'returned_to_sender', 'stalled', 'corrected'] as const),
]);
/**
 * Whether a message would name a time or place. Looking these up costs more than the rest of a
 * message.
 */
export function namesScan(template: TemplateName, said: TemplateWords): boolean {
  const texts = [said.subject, said.heading, said.push, ...said.text, ...said.sms];
  const named = texts.flatMap(variablesOf);
  return (
    HAPPENED.has(template) || named.includes('location_text') || named.includes('occurred_text')
  );
}

/**
 * Templates that name the place where the parcel can be collected, or to which it is being brought.
 */
const FETCHED: ReadonlySet<TemplateName> = new Set([
  'available_for_pickup',
  'out_for_delivery',
  'edd_changed',
]);
/** Whether a message would name the pickup point. A carrier may have to be asked for its hours. */
export function namesPickupPoint(template: TemplateName, said: TemplateWords): boolean {
  const texts = [said.subject, said.heading, said.push, ...said.text, ...said.sms];
  const named = texts.flatMap(variablesOf);
  return FETCHED.has(template) || named.includes('pickup_point') || named.includes('pickup_hours');
}

const MOVED_DATE: ReadonlySet<TemplateName> = new Set(['edd_changed', 'delay_predicted']);

function factsOf({ template, variables: v, words, items }: ContentInput): Content['facts'] {
  const happened = HAPPENED.has(template);
  const rows: readonly (readonly [FactName, string | null])[] = [
    ['pin', v.pin],
    ['reason', v.reasonText],
    ['estimate', v.estimateText],
    ['previous_estimate', MOVED_DATE.has(template) ? v.previousEstimateText : null],
    ['occurred', happened ? v.occurredText : null],
    // The pickup point is more precise than the scan's place.
    ['location', happened && v.pickupPoint === null ? v.locationText : null],
    ['pickup', v.pickupPoint],
    ['pickup_hours', v.pickupHours],
    ['carrier', v.carrierName],
    ['tracking_number', v.trackingNumber],
    ['order', v.orderId],
    ['items', itemsText(items)],
  ];
  return rows.flatMap(([name, value]) => {
    const text = plainLine(value ?? '');
    return text === '' ? [] : [{ name: words.frame.facts[name], value: capital(text) }];
  });
}

/** More items than these make a message longer without telling the recipient more. */
const ITEMS_MAX = 10;

function itemsText(items: readonly OrderedItem[]): string {
  const named = items.slice(0, ITEMS_MAX).map(({ name, quantity }) => `${quantity} × ${name}`);
  return [...named, ...(items.length > ITEMS_MAX ? ['…'] : [])].join(', ');
}

/** Begins the text with a capital letter: some languages write weekdays in lower case. */
function capital(text: string): string {
  return text.replace(/^\p{Ll}/u, (first) => first.toUpperCase());
}
