import { wallClockMs } from '../../kernel/time/place-time.ts';
import { refinementOf } from './event.ts';

/** An event with the members of DETAIL. */
type SentenceEvent = Readonly<Record<string, unknown>>;

/** Limit of a sentence; USPS's are never longer. */
const SENTENCE_MAX = 500;

const MONTHS =
  'January February March April May June July August September October November December'
    .toLowerCase()
    .split(' ');

/**
 * Reads the events of a SUMMARY answer, whose events are sentences, newest first. Only those with a
 * date, in words we know or that precede the date: the others say nothing certain.
 */
export function eventsOfSentences(sentences: readonly unknown[]): readonly SentenceEvent[] {
  const events = sentences.map((sentence, i) => {
    if (typeof sentence !== 'string') return null;
    return i === 0 ? eventOfSummary(sentence) : eventOfDetail(sentence);
  });
  return events.filter((event) => event !== null);
}

/**
 * Reads a sentence such as "Out for Delivery, May 16, 2016, 8:36 am, DES MOINES, IA 50311"; null
 * for other texts.
 */
export function eventOfDetail(sentence: string): SentenceEvent | null {
  const text = plain(sentence);
  const dated = DATED.exec(text);
  const date = isoOf(dated?.[1] ?? '');
  const words = text.slice(0, dated?.index ?? 0).replace(/,\s*$/, '');
  if (dated === null || date === null || words === '') return null;
  const rest = text.slice(dated.index + dated[0].length);
  const timed = /^,\s*(\d{1,2}:\d{2} ?[ap]m)\b/i.exec(rest);
  const place = rest.slice(timed?.[0].length ?? 0).replace(/^,\s*/, '');
  return { eventType: words, eventTimestamp: moment(date, timed?.[1]), ...placeOf(place) };
}

const DATED = /\b([A-Z][a-z]{2,8} \d{1,2}, \d{4}|\d{2}\/\d{2}\/\d{4})/;

/**
 * Reads the first sentence of a SUMMARY answer: "Your item was delivered in or at the mailbox at
 * 11:26 am on May 16, 2016 in DES MOINES, IA 50311." Null if it has no date, or its words are not
 * known.
 */
export function eventOfSummary(sentence: string): SentenceEvent | null {
  const text = plain(sentence);
  const words = refinementOf(text) ?? OPENINGS.find(([pattern]) => pattern.test(text))?.[1];
  if (words === undefined) return eventOfDetail(text);
  const at = /\b(?:at|as of) (\d{1,2}:\d{2} ?[ap]m) on ([A-Z][a-z]{2,8} \d{1,2}, \d{4})/.exec(text);
  const on =
    at ?? /\bon ([A-Z][a-z]{2,8} \d{1,2}, \d{4})(?: at (\d{1,2}:\d{2} ?[ap]m))?/.exec(text);
  const [named, time] = at === null ? [on?.[1], on?.[2]] : [at[2], at[1]];
  const date = isoOf(named ?? '');
  if (on === null || date === null) return null;
  const behind = text.slice(on.index + on[0].length);
  const place = /^ in ([^.]{1,80})/.exec(behind)?.[1] ?? cityAndState(text);
  return { eventType: words, eventTimestamp: moment(date, time), ...placeOf(place) };
}

function moment(date: string, time: string | undefined): string {
  const clock = clockOf(time);
  return clock === null ? date : `${date}T${clock}`;
}

/** Finds `SALEM, OR 97301` in a sentence: USPS writes towns in capitals, and nothing else. */
function cityAndState(text: string): string {
  const state = /, [A-Z]{2}\b(?: \d{5})?/.exec(text);
  if (state === null) return '';
  const town =
    text
      .slice(0, state.index)
      .split(/[^A-Z .'-]/)
      .at(-1)
      ?.trim() ?? '';
  return town.length < 2 ? '' : `${town}${state[0]}`;
}

/**
 * Matches whose hands, box or door a delivery was made to; anyone else may be the sender or an
 * agent.
 */
const DELIVERED_TO =
  /^(?:your item (?:was|has been) )?delivered to (?:(?:an?|the|your) )?(?:mail ?room|front desk|reception|recipient|individual|parcel locker|mailbox|po box|neighbor|(?:front |back |side )?door|porch|garage)\b/i;

/**
 * The beginnings of such sentences, the more specific first. A handover to the sender, to an agent
 * or at a counter is not a delivery to the recipient.
 */
const OPENINGS: readonly (readonly [pattern: RegExp, words: string])[] = [
  [
    /^your item (?:was|has been) delivered to the (?:original )?sender\b/i,
    'Delivered, To Original Sender',
  ],
  [/^your item (?:was|has been) delivered to (?:an|the) agent\b/i, 'Delivered, To Agent'],
  [
    /^your item (?:was|has been) (?:returned|sent back) to (?:the )?sender\b/i,
    'Return to Sender Processed',
  ],
  [/^your item is being returned\b/i, 'Return to Sender'],
  [/^(?:your item (?:was|has been) )?delivered(?! to\b)\b/i, 'Delivered'],
  [DELIVERED_TO, 'Delivered'],
  [
    /^your item (?:was|has been) picked up at (?:a|the) post(?:al|) ?(?:office|facility)\b/i,
    'Delivered',
  ],
  [/^your item is out for delivery\b/i, 'Out for Delivery'],
  [/^(?:we attempted to deliver|we were unable to deliver|a notice was left)\b/i, 'Notice Left'],
  [
    /^your item (?:is|was) (?:being held|available for pick-?up|ready for pick-?up)\b/i,
    'Available for Pickup',
  ],
  [/^your item (?:was|has been) refused\b/i, 'Refused'],
  [/^your item (?:is|was) undeliverable\b/i, 'Undeliverable as Addressed'],
  [
    /^(?:a )?shipping label (?:has been|was) (?:prepared|created)|^label created\b/i,
    'Shipping Label Created',
  ],
  [
    /^your item (?:was|has been) accepted|^usps is now in possession/i,
    'USPS in possession of item',
  ],
  [/^your item arrived\b/i, 'Arrived at USPS Facility'],
  [/^your item departed\b/i, 'Departed USPS Facility'],
  [/^your item is (?:currently )?in transit\b/i, 'In Transit to Next Facility'],
];

function plain(sentence: string): string {
  return sentence.slice(0, SENTENCE_MAX).replace(/\s+/g, ' ').trim();
}

/** Converts `May 16, 2016` and `07/14/2020` to ISO; null for anything else. */
function isoOf(date: string): string | null {
  const numeric = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(date);
  const named = /^([A-Za-z]+) (\d{1,2}), (\d{4})$/.exec(date);
  const month = MONTHS.indexOf(named?.[1]?.toLowerCase() ?? '') + 1;
  const iso = numeric
    ? `${numeric[3]}-${numeric[1]}-${numeric[2]}`
    : `${named?.[3]}-${String(month).padStart(2, '0')}-${named?.[2]?.padStart(2, '0')}`;
  return wallClockMs(iso) === null ? null : iso;
}

/** Reads a place, `DES MOINES, IA 50311`; a facility has only a name. */
function placeOf(place: string): SentenceEvent {
  const text = place.replace(/\.$/, '').trim();
  const found = /^([^,]{1,60}), ([A-Z]{2})(?: (\d{5}))?$/.exec(text);
  if (found !== null) {
    return { eventCity: found[1], eventState: found[2], eventZIPCode: found[3] ?? null };
  }
  return text === '' ? {} : { eventCity: text };
}

/** Converts `1:15 pm`, `13:15` or `13:15:00` to `13:15:00`; null when it is not a time of day. */
export function clockOf(text: string | null | undefined): string | null {
  const m = /^(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap])?\.?m?\.?$/i.exec(text?.trim() ?? '');
  if (!m) return null;
  const half = m[4]?.toLowerCase();
  const stated = Number(m[1]);
  if (half !== undefined && (stated < 1 || stated > 12)) return null;
  const hour = half === undefined ? stated : (stated % 12) + (half === 'p' ? 12 : 0);
  const clock = `${String(hour).padStart(2, '0')}:${m[2]}:${m[3] ?? '00'}`;
  return wallClockMs(`2000-01-01T${clock}`) === null ? null : clock;
}
