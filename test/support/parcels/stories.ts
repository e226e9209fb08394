import type { Journey, Row, SentMessage, TrackedParcel } from '../hubs/journey.ts';
import { HOUR_MS } from '../hubs/virtual-hub.ts';

/** A parcel and people's actions on it, together with others in the same days. */
export interface Story {
  readonly name: string;
  readonly language: 'en' | 'de';
  number: string;
  id: string;
  /** Somebody does something, so many hours after the label was printed; then everything reacts. */
  after(hours: number, act: () => unknown): void;
  /** Throws what an act threw first. */
  noTrouble(): void;
}

export interface ScenarioRun extends Omit<TrackedParcel, 'number'> {
  readonly name: string;
  /** Of the recipient, who has a mail address and a phone. */
  readonly language: 'en' | 'de';
  /** Hours after the first ones at which the label is printed. Default: 0. */
  readonly begins?: number;
}

export interface Stories {
  tell(given: ScenarioRun): Story;
  /** Lets all of them happen. */
  run(journey: Journey): Promise<void>;
}

const PHONES = { de: '+4915112345678', en: '+12065550100' };

export function openStories(startMs: number): Stories {
  const planned: { atMs: number; whose: Story; act: (journey: Journey) => unknown }[] = [];
  const troubles = new Map<Story, unknown>();
  let count = 0;

  async function begin(
    journey: Journey,
    it: Story,
    index: number,
    given: ScenarioRun,
  ): Promise<void> {
    it.number = journey.virtual.numbers(given.carrier, 1, index)[0] ?? '';
    const { name, language } = given;
    const recipient = {
      name: 'Kim Muster',
      email: `${name}@example.com`,
      phone: PHONES[language],
      locale: language,
    };
    it.id = await journey.track({
      ...given,
      number: it.number,
      shipment: { order_id: `A-${index}`, recipient, ...given.shipment },
    });
  }

  return {
    tell(given) {
      const { name, language, begins = 0 } = given;
      const beginsMs = startMs + begins * HOUR_MS;
      const it: Story = {
        name,
        language,
        number: '',
        id: '',
        after(hours, act) {
          planned.push({ atMs: beginsMs + hours * HOUR_MS, whose: it, act });
        },
        noTrouble() {
          if (troubles.has(it)) throw troubles.get(it);
        },
      };
      count += 1;
      const index = count;
      planned.push({
        atMs: beginsMs,
        whose: it,
        act: (journey) => begin(journey, it, index, given),
      });
      return it;
    },
    async run(journey) {
      for (const { atMs, whose, act } of planned.toSorted((a, b) => a.atMs - b.atMs)) {
        await journey.runUntil(atMs);
        // What comes after something that failed would only hide it.
        if (troubles.has(whose)) continue;
        try {
          await act(journey);
          await journey.react();
        } catch (error) {
          troubles.set(whose, error);
        }
      }
    },
  };
}

/** Day, hour and minute in UTC. */
export function clockOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(8, 16).replace('T', ' ');
}

/**
 * A line a message: when it came, how, to whom, in which language a mail says that it is, and how
 * it begins. What came at once is in order of its way.
 */
export function messagesOf(journey: Journey, it: Story): readonly string[] {
  return journey
    .sent()
    .filter(({ shipmentId }) => shipmentId === it.id)
    .toSorted((a, b) => a.atMs - b.atMs || orderOf(a).localeCompare(orderOf(b)))
    .map(({ atMs, kind, to, subject, html }) => {
      const language = /<html[^>]* lang="(\w+)/.exec(html ?? '')?.[1];
      const who = to.replace('@example.com', '');
      const words = subject.replaceAll(/http\S+/g, '…').replaceAll(it.number, 'N');
      return [clockOf(atMs), kind, who, language, words].filter(Boolean).join(' ');
    });
}

const orderOf = ({ kind, to, subject }: SentMessage) => [kind, to, subject].join(' ');

/** What was decided and not sent, with why. */
export async function notSentOf(journey: Journey, it: Story): Promise<readonly string[]> {
  return (await journey.decided(it.id))
    .filter(({ state }) => state !== 'sent')
    .map(({ milestone, channel, audience, state, reason }) =>
      [milestone, channel, audience, state, reason].join(' '),
    )
    .toSorted();
}

/** Which of them come between depends on who is asked when, by chance. */
const BY_THE_WAY = new Set(['tracking_updated', 'edd_changed', 'confirmed']);

/** One line for each event at the merchant's receiver, from an hour on. */
export function eventsOf(journey: Journey, it: Story, from: string): readonly string[] {
  const lines = journey.events(it.id).flatMap(({ type, data, occurred_at }) => {
    const name = type.replace('shipment.', '');
    if (BY_THE_WAY.has(name)) return [];
    const at = clockOf(Date.parse(occurred_at));
    return [[at, name, data['status'], data['sub_status']].filter(Boolean).join(' ')];
  });
  return lines.filter((line) => line >= from);
}

/** `previous_sequence, sequence` of every event at the receiver, in order. */
export function sequencesOf(journey: Journey, it: Story): readonly (readonly unknown[])[] {
  return journey.events(it.id).map((event) => [event.previous_sequence, event.sequence]);
}

/** What a receiver hears that misses nothing: 1, 2, 3 … each after the one before. */
export function noGap(count: number): readonly (readonly unknown[])[] {
  return Array.from({ length: count }, (_, index) => [index === 0 ? null : index, index + 1]);
}

/** The case of that kind that is open; throws when none is. */
export async function openCase(journey: Journey, it: Story, kind: string): Promise<Row> {
  const cases = await journey.cases(it.id);
  const found = cases.find((each) => each['kind'] === kind && each['state'] === 'open');
  if (found === undefined) throw new Error(`no open case of ${kind}: ${JSON.stringify(cases)}`);
  return found;
}

/** The newest signed link to a place in mails to somebody about the parcel. */
export function linkOf(journey: Journey, it: Story, to: string, place = '/track/'): string {
  const links = journey
    .sent()
    .filter((each) => each.shipmentId === it.id && each.to === to && each.kind === 'email')
    .flatMap(({ text }) => text?.match(/http\S+\?t=[^\s>)\]]+/g) ?? []);
  const found = links.findLast((link) => link.includes(place));
  if (found === undefined) throw new Error(`${to} was sent no link to ${place}`);
  return found;
}
