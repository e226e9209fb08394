import type { ErrorText } from '../../../kernel/errors.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import type { LeftOut, Shop, ShopPlatform } from '../../../shops/index.ts';
import { Sentence } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { Tag, type Tone } from '../kit/pieces.tsx';

export const AT = '/console/shops';

type Words = Messages['desk']['shops'];

/** A platform as people call it. */
export function platformName(words: Words, { id, name }: Pick<ShopPlatform, 'id' | 'name'>) {
  return words.names[id as keyof Words['names']] ?? name;
}

type Health = keyof Words['states'];

const TONES: Readonly<Record<Health, Tone>> = {
  authorize: 'warn',
  connected: 'good',
  failing: 'warn',
  paused: 'plain',
  disabled: 'bad',
};

/** How a connection fares. Pure. */
function healthOf({ state, failures }: Pick<Shop, 'state' | 'failures'>): Health {
  return state === 'connected' && failures > 0 ? 'failing' : state;
}

export function HealthTag({ shop }: { readonly shop: Shop }) {
  const health = healthOf(shop);
  return <Tag tone={TONES[health]}>{useMessages().desk.shops.states[health]}</Tag>;
}

interface Trouble {
  readonly reason: ErrorText;
  readonly fix: keyof Words['fixes'];
}

/** What is wrong with a connection, and what to do about it; null: nothing. Pure. */
export function troubleOf(shop: Shop): Trouble | null {
  const { state, disabledReason, lastFailure, failures } = shop;
  if (state === 'disabled' && disabledReason !== null) {
    const isKey =
      typeof disabledReason === 'object' && 'shops.credentialsRefused' in disabledReason;
    return { reason: disabledReason, fix: isKey ? 'credentials' : 'disabled' };
  }
  const isFailing = state === 'connected' && failures > 0 && lastFailure !== null;
  return isFailing ? { reason: lastFailure, fix: 'again' } : null;
}

/** A part of an order that could not be used, and what would be. */
export function LeftOutPart({ part: { field, reason, fix } }: { readonly part: LeftOut }) {
  return (
    <>
      <code>{field}</code>: <Sentence text={reason} /> <Sentence text={fix} />
    </>
  );
}

/** The three steps to a connected shop. */
export function Steps({ current }: { readonly current: 0 | 1 | 2 }) {
  const words = useMessages().desk.shops;
  return (
    <ol class="progress" aria-label={words.connectTitle}>
      {Object.values(words.steps).map((name, index) => (
        <li
          key={name}
          class={index < current ? 'done' : index === current ? 'current' : undefined}
          aria-current={index === current ? 'step' : undefined}
        >
          {name}
        </li>
      ))}
    </ol>
  );
}
