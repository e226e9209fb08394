import type { z } from 'zod';
import { EVENT_TYPES } from '../../../events/event-types.ts';
import { Problem } from '../../../kernel/errors.ts';
import {
  type Endpoint,
  TEST_EVENT,
  WEBHOOK_FORMATS,
} from '../../../reactions/merchant-webhooks/index.ts';
import { assertWebhookUrl } from '../../api/webhook-endpoints/routes.ts';
import { newWebhookEndpoint } from '../../api/webhook-endpoints/schema.ts';
import { SERVICE_NAMES } from '../../compat/services.ts';
import { Faults } from '../kit/faults.tsx';
import { Fault as FaultLine, Field, invalidProps } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { messagesFor } from '../kit/spoken.tsx';
import type { DeskDeps, DeskFormCall } from '../kit/visit.ts';

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
        {...invalidProps(fault?.field === 'description')}
      />
      <Events chosen={said?.events ?? []} unfit={fault?.field === 'events'} />
    </>
  );
}

/** The formats by the names of the services that have them. */
export const FORMAT_NAMES: Readonly<Record<Endpoint['format'], string>> = {
  waybill: 'Waybill',
  ...SERVICE_NAMES,
};

/** The format of a new endpoint; it cannot be changed later. */
export function FormatField({ said }: Pick<Props, 'said'>) {
  const words = useMessages().desk.webhooks;
  return (
    <>
      <label for="format">{words.format}</label>
      <select id="format" name="format" aria-describedby="format-hint">
        {WEBHOOK_FORMATS.map((each) => (
          <option key={each} value={each} selected={each === said?.format}>
            {FORMAT_NAMES[each]}
          </option>
        ))}
      </select>
      <p id="format-hint" class="hint">
        {words.formatHint}
      </p>
    </>
  );
}

interface EventsProps {
  readonly chosen: readonly string[];
  readonly unfit: boolean;
}

/** The choice of events, collapsed while the endpoint gets all. Chosen families come first. */
function Events({ chosen, unfit }: EventsProps) {
  const words = useMessages().desk.webhook;
  const chosenTypes = chosen.filter((each) => each !== '*');
  const knownTypes = new Set<string>(EVENT_TYPES);
  const families = chosenTypes.filter((each) => !knownTypes.has(each));
  return (
    <details open={chosenTypes.length > 0}>
      <summary>{words.onlySome}</summary>
      <fieldset aria-describedby={unfit ? 'fault' : undefined}>
        <legend>{words.whichEvents}</legend>
        {[...families, ...EVENT_TYPES].map((type) => (
          <label key={type} class="check">
            <input type="checkbox" name="event" value={type} checked={chosenTypes.includes(type)} />{' '}
            <code>{type}</code>
          </label>
        ))}
      </fieldset>
    </details>
  );
}

/** The submitted values. */
export interface Said {
  readonly url: string;
  readonly description: string;
  /** None: all. */
  readonly events: readonly string[];
  readonly format: Endpoint['format'];
}

export function saidIn(form: URLSearchParams): Said {
  return {
    url: (form.get('url') ?? '').trim(),
    description: (form.get('description') ?? '').trim(),
    events: form.getAll('event').filter((each) => each !== ''),
    format: WEBHOOK_FORMATS.find((each) => each === form.get('format')) ?? 'waybill',
  };
}

/** A field that people fill in. */
type Unfit = Exclude<keyof Said, 'format'>;

/** An error of the form: at a field, or in a sentence of its own. */
export interface Fault {
  readonly field: Unfit | null;
  /** A sentence in the page's language, or the problem with the URL. */
  readonly why: string | Problem;
}

type NewEndpoint = z.output<typeof newWebhookEndpoint>;

/** The input in the API's format, or the field that the API would reject. */
function readForm({
  url,
  description,
  events,
  format,
}: Said): { readonly form: NewEndpoint } | { readonly unfit: Unfit } {
  const read = newWebhookEndpoint.safeParse({
    url,
    description,
    events: events.length === 0 ? ['*'] : events,
    format,
  });
  if (read.success) return { form: read.data };
  const [field] = read.error.issues[0]?.path ?? [];
  return { unfit: field === 'events' || field === 'description' ? field : 'url' };
}

/** The form's input; `fault` if the API would reject it, or the URL is not allowed. */
export async function readEndpoint(
  { checkUrl }: Pick<DeskDeps, 'checkUrl'>,
  call: DeskFormCall,
  said: Said,
): Promise<{ readonly form: NewEndpoint } | { readonly fault: Fault }> {
  const read = readForm(said);
  if ('unfit' in read) {
    return { fault: { field: read.unfit, why: messagesFor(call).desk.webhooks.unfit[read.unfit] } };
  }
  try {
    await assertWebhookUrl(checkUrl, call.tenant.mode, read.form.url);
    return read;
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'invalid') throw error;
    return { fault: { field: 'url', why: error } };
  }
}

/** Event types of deliveries. */
export function choosableTypes(): readonly string[] {
  return [...EVENT_TYPES, TEST_EVENT];
}
