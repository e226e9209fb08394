import type { Messages } from '../../../platform/messages/shape.ts';
import type { overviewOf } from './routes.ts';

type Overview = Awaited<ReturnType<typeof overviewOf>>;
type Words = Messages['console']['overview'];

/** What is not as it should be, and what to do about it. */
export interface Problem {
  readonly text: string;
  /** The next step. */
  readonly step: string;
  readonly tone: 'warn' | 'bad';
  readonly href?: string;
  /** What to run or to write, with the reader's own values for the words in capitals. */
  readonly command?: string;
  /** The language of the text; absent: the page's. */
  readonly language?: 'en';
}

/** One of the things that are checked. */
export interface Check {
  readonly name: string;
  readonly href?: string;
  /** How many; while there are no problems, none or only those being processed. */
  readonly value: number;
  readonly note?: string;
  readonly problems: readonly Problem[];
}

/** An account that works or is not used is in no trouble. Pure. */
export const isInTrouble = (state: string) => state !== 'ok' && state !== 'idle';

/** Above this, processing does not keep up; the alert about it has the same threshold. */
const OLDEST_WAITING_S_MAX = 60;
const AT = '/console/hub';
const TO_MESSAGES = `${AT}/notifications`;

/** All that is checked, with the problems found. Pure. */
export function checksOf(
  overview: Overview,
  messages: Messages,
  carrierName: (carrier: string) => string,
): readonly Check[] {
  const words = messages.console.overview;
  const { figures } = words;
  const { inbox, unknown_codes: codes, shops_by_state: shops } = overview;
  const oldest = inbox.oldest_waiting_s ?? 0;
  const waiting = { count: inbox.waiting, seconds: Math.round(oldest) };
  const dead = {
    count: inbox.dead,
    carriers: overview.dead_letters
      .map(({ carrier, count }) => `${carrierName(carrier)} ${count}`)
      .join(', '),
  };
  const accounts = accountsInTrouble(overview);
  const toReview = `${AT}/review`;
  const toLetters = `${AT}/dead-letters`;
  return [
    {
      name: figures.waiting,
      href: `${AT}/carriers`,
      value: inbox.waiting,
      ...(oldest >= 1 && { note: figures.oldest(waiting) }),
      problems:
        oldest > OLDEST_WAITING_S_MAX
          ? [{ text: words.wants.waiting(waiting), step: words.steps.waiting, tone: 'bad' }]
          : [],
    },
    {
      name: figures.deadLetters,
      href: toLetters,
      value: inbox.dead,
      problems:
        inbox.dead > 0
          ? [
              {
                text: words.wants.deadLetters(dead),
                step: words.steps.deadLetters,
                tone: 'warn',
                href: toLetters,
              },
            ]
          : [],
    },
    {
      name: figures.unknownCodes,
      href: toReview,
      value: codes,
      problems: counted(words, [[codes, 'unknownCodes', 'warn', toReview]]),
    },
    {
      name: figures.accounts,
      href: '#accounts',
      value: accounts,
      note: figures.of({ total: sumOf(overview.accounts_by_state) }),
      problems: counted(words, [[accounts, 'accounts', 'bad', '#accounts']]),
    },
    // What a hub does not have cannot be in order.
    ...(overview.webhook_endpoints.total === 0 ? [] : [endpointsCheck(overview, words)]),
    ...(sumOf(shops) === 0 ? [] : [shopsCheck(overview, words)]),
    waitingMessages(overview, words),
    messagesCheck(overview, messages),
  ];
}

/** Messages that are about to be sent, or that have a time of their own: as their list counts. */
function waitingMessages({ notifications }: Overview, { figures }: Words): Check {
  const { queued, postponed, sending } = notifications;
  return {
    name: figures.waitingMessages,
    href: `${TO_MESSAGES}?show=waiting`,
    value: queued + postponed + sending,
    ...(postponed > 0 && { note: figures.postponed({ count: postponed }) }),
    problems: [],
  };
}

function endpointsCheck({ webhook_endpoints: endpoints }: Overview, words: Words): Check {
  const href = `${AT}/webhooks`;
  return {
    name: words.figures.endpoints,
    href,
    value: endpoints.failing + endpoints.disabled,
    note: words.figures.of({ total: endpoints.total }),
    problems: counted(words, [
      [endpoints.disabled, 'endpointsDisabled', 'bad', `${href}?show=trouble`],
      [endpoints.failing, 'endpointsFailing', 'warn', `${href}?show=trouble`],
    ]),
  };
}

function shopsCheck(overview: Overview, words: Words): Check {
  return {
    name: words.figures.shops,
    value: overview.shops_by_state['disabled'] ?? 0,
    note: words.figures.of({ total: sumOf(overview.shops_by_state) }),
    problems: overview.disabled_shops.map(({ id, merchant, url }) => ({
      text: words.wants.shop({ shop: url, merchant }),
      step: words.steps.shop,
      tone: 'bad',
      href: `/console/shops/${id}`,
    })),
  };
}

function messagesCheck(overview: Overview, { console: hub, desk }: Messages): Check {
  const words = hub.overview;
  const { notifications, channels_in_trouble: channels } = overview;
  const { dead, failed, unknown } = notifications;
  const href = TO_MESSAGES;
  return {
    name: words.figures.messages,
    href,
    value: dead + failed + unknown,
    problems: [
      ...counted(words, [
        [dead, 'messagesDead', 'bad', `${href}?state=dead`],
        [failed, 'messagesFailed', 'warn', `${href}?state=failed`],
        [unknown, 'messagesUnknown', 'warn', `${href}?state=unknown`],
      ]),
      ...channels.map(({ channel, provider, sent, troubled }) => ({
        text: words.wants.channel({
          channel: desk.shipment.channels[channel],
          provider,
          troubled,
          total: sent + troubled,
        }),
        step: words.steps.channel,
        tone: 'warn' as const,
        href,
      })),
    ],
  };
}

type Counted = Exclude<keyof Words['wants'], 'waiting' | 'deadLetters' | 'channel' | 'shop'>;

/** Problems that are described by how many there are. */
function counted(
  { wants, steps }: Words,
  found: readonly (readonly [count: number, name: Counted, tone: Problem['tone'], href: string])[],
): readonly Problem[] {
  return found
    .filter(([count]) => count > 0)
    .map(([count, name, tone, href]) => ({
      text: wants[name]({ count }),
      step: steps[name],
      tone,
      href,
    }));
}

/** Uses the counts by state, because the list of accounts is truncated. */
function accountsInTrouble({ accounts_by_state: byState }: Overview): number {
  return Object.entries(byState).reduce(
    (sum, [state, count]) => sum + (isInTrouble(state) ? count : 0),
    0,
  );
}

function sumOf(byState: Readonly<Record<string, number>>): number {
  return Object.values(byState).reduce((sum, count) => sum + count, 0);
}
