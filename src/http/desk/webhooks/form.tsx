import { EVENT_TYPES } from '../../../events/event-types.ts';
import { Problem } from '../../../kernel/errors.ts';
import { useWords } from '../../console/parts/language.ts';
import { Faults } from '../parts/faults.tsx';
import { Fault, Field } from '../parts/fields.tsx';
import { WEBHOOK } from '../words/settings/webhook.ts';
import { WEBHOOKS } from '../words/settings/webhooks.ts';
import type { Said } from './asked.ts';

interface Props {
  /** A sentence in the page's language, or what the URL is refused for. */
  readonly fault: string | Problem | undefined;
  readonly said: Said | undefined;
}

/** What was wrong with the form. */
export function EndpointFault({ fault }: Pick<Props, 'fault'>) {
  const words = useWords(WEBHOOKS);
  if (typeof fault === 'string') return <Fault>{fault}</Fault>;
  if (fault instanceof Problem) return <Faults problem={fault} names={{ '/url': words.url }} />;
  return null;
}

/** URL and events of an endpoint. */
export function EndpointFields({ fault, said }: Props) {
  const words = useWords(WEBHOOKS);
  const { description, optional } = useWords(WEBHOOK);
  return (
    <>
      <Field
        {...{ name: 'url', label: words.url, autocomplete: 'off', fault: fault !== undefined }}
        {...(said === undefined ? {} : { value: said.url })}
      />
      <label for="description">
        {description} <span class="soft">{optional}</span>
      </label>
      <input
        id="description"
        name="description"
        type="text"
        maxLength={200}
        autocomplete="off"
        value={said?.description}
      />
      <Events chosen={said?.events ?? []} />
    </>
  );
}

/** Whoever wants all has nothing to choose. */
function Events({ chosen }: { readonly chosen: readonly string[] }) {
  const words = useWords(WEBHOOK);
  const some = chosen.filter((each) => each !== '*');
  const isOf = new Set<string>(EVENT_TYPES);
  const families = some.filter((each) => !isOf.has(each));
  return (
    <details open={some.length > 0}>
      <summary>{words.onlySome}</summary>
      <fieldset>
        <legend>{words.whichEvents}</legend>
        {[...families, ...EVENT_TYPES].map((type) => (
          <label key={type} class="check">
            <input type="checkbox" name="event" value={type} checked={some.includes(type)} />{' '}
            <code>{type}</code>
          </label>
        ))}
      </fieldset>
    </details>
  );
}
