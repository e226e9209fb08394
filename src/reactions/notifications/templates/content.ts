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

/** One message before it takes the form of a mail, a ticket or a notification: plain lines. */
export interface Content {
  readonly subject: string;
  readonly heading: string;
  /** The gist in a sentence: what a phone shows beneath the heading. */
  readonly gist: string;
  readonly paragraphs: readonly string[];
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** Where it can be acted, or at least looked. */
  readonly action: Link;
  readonly also: Link | null;
  readonly read: ReadValue;
}

export interface Link {
  readonly label: string;
  readonly url: string;
}

/** Everything one message is made of. */
export interface ContentInput {
  readonly template: TemplateName;
  readonly audience: Audience;
  readonly words: Words;
  /** Those of `words`, or the merchant's own. */
  readonly said: TemplateWords;
  readonly variables: TemplateVariables;
  readonly branding: Branding;
  /** Null: there are none, or they are not the reader's. */
  readonly details: CaseDetails | null;
  /** What somebody wrote by hand. Absent: nothing. */
  readonly written?: WrittenMessage | null;
}

/** Longer subjects are cut by every mail program. */
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
    // The paragraph says it already.
    const others = facts.filter(({ name }) => name !== frame.facts.reason);
    return { subject, ...plain, facts: others, action: track, also: null, read: titled };
  }
  const { actionUrl } = variables;
  // Who has a personal link looks at the parcel through it: all that can be done is there, if anything.
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
    // Who has not said yes is asked one thing only.
    also: actionUrl === null || asks || act === frame.track ? null : track,
    read,
  };
}

/** Of these, a recipient wants to know what can be done; of all others, where the parcel is. */
const IN_TROUBLE: ReadonlySet<TemplateName> = new Set([
  'exception',
  'exception_opened',
  'stalled',
  'returning',
]);

/** Of these, a message shows when and where it happened. */
const HAPPENED: ReadonlySet<TemplateName> = new Set([
  ...(['picked_up', 'available_for_pickup', 'delivery_attempted', 'exception'] as const),
  ...(['delivered', 'returned_to_sender', 'stalled', 'corrected'] as const),
]);
/** Whether it would name time or place: to look for them costs more than all the rest of a message. */
export function namesScan(template: TemplateName, said: TemplateWords): boolean {
  const texts = [said.subject, said.heading, said.push, ...said.text, ...said.sms];
  const named = texts.flatMap(variablesOf);
  return (
    HAPPENED.has(template) || named.includes('location_text') || named.includes('occurred_text')
  );
}

/** Of these, a message names the place where the parcel can be fetched, or is being taken. */
const FETCHED: ReadonlySet<TemplateName> = new Set([
  'available_for_pickup',
  'out_for_delivery',
  'edd_changed',
]);
/** The same for where it can be fetched: a carrier may have to be asked for its hours. */
export function namesPickupPoint(template: TemplateName, said: TemplateWords): boolean {
  const texts = [said.subject, said.heading, said.push, ...said.text, ...said.sms];
  const named = texts.flatMap(variablesOf);
  return FETCHED.has(template) || named.includes('pickup_point') || named.includes('pickup_hours');
}

const MOVED_DATE: ReadonlySet<TemplateName> = new Set(['edd_changed', 'delay_predicted']);

function factsOf({ template, variables: v, words }: ContentInput): Content['facts'] {
  const happened = HAPPENED.has(template);
  const rows: readonly (readonly [FactName, string | null])[] = [
    ['pin', v.pin],
    ['reason', v.reasonText],
    ['estimate', v.estimateText],
    ['previous_estimate', MOVED_DATE.has(template) ? v.previousEstimateText : null],
    ['occurred', happened ? v.occurredText : null],
    // The point says where better than the scan does.
    ['location', happened && v.pickupPoint === null ? v.locationText : null],
    ['pickup', v.pickupPoint],
    ['pickup_hours', v.pickupHours],
    ['carrier', v.carrierName],
    ['tracking_number', v.trackingNumber],
    ['order', v.orderId],
  ];
  return rows.flatMap(([name, value]) => {
    const text = plainLine(value ?? '');
    return text === '' ? [] : [{ name: words.frame.facts[name], value: capital(text) }];
  });
}

/** Days of the week are written small in some languages; a cell begins with a capital. */
function capital(text: string): string {
  return text.replace(/^\p{Ll}/u, (first) => first.toUpperCase());
}
