import { EVENT_TYPES } from '../../../events/event-types.ts';
import { Faults } from '../kit/faults.tsx';
import { Fault as FaultLine, Field, faultAt } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import type { Fault, Said } from './endpoint-form.ts';

interface Props {
  readonly fault: Fault | undefined;
  readonly said: Said | undefined;
}

/** The error of the form. */
export function EndpointFault({ fault }: Pick<Props, 'fault'>) {
  const words = useMessages().desk.webhooks;
  if (fault === undefined) return null;
  const { why } = fault;
  if (typeof why === 'string') return <FaultLine>{why}</FaultLine>;
  return <Faults problem={why} fields={{ '/url': { name: words.url, control: 'url' } }} />;
}

/** URL and events of an endpoint. */
export function EndpointFields({ fault, said }: Props) {
  const words = useMessages().desk.webhooks;
  const { description, optional } = useMessages().desk.webhook;
  return (
    <>
      <Field
        {...{ name: 'url', label: words.url, autocomplete: 'off', fault: fault?.field === 'url' }}
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
        {...faultAt(fault?.field === 'description')}
      />
      <Events chosen={said?.events ?? []} unfit={fault?.field === 'events'} />
    </>
  );
}

interface EventsProps {
  readonly chosen: readonly string[];
  readonly unfit: boolean;
}

/** Collapsed when all events are selected. */
function Events({ chosen, unfit }: EventsProps) {
  const words = useMessages().desk.webhook;
  const some = chosen.filter((each) => each !== '*');
  const isOf = new Set<string>(EVENT_TYPES);
  const families = some.filter((each) => !isOf.has(each));
  return (
    <details open={some.length > 0}>
      <summary>{words.onlySome}</summary>
      <fieldset aria-describedby={unfit ? 'fault' : undefined}>
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
