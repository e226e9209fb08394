import type { Delivery, Endpoint } from '../../../reactions/merchant-webhooks/index.ts';
import { useMessages } from '../kit/language.ts';
import { Adding, DeskLayout, PageHead } from '../kit/layout.tsx';
import { Action, Empty, ShownOnce, Table, Tag } from '../kit/pieces.tsx';
import { messagesFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';
import { AsForTest, SETUP_AT, SetupField, setupOf } from '../setup/steps.tsx';
import { Deliveries } from './deliveries-table.tsx';
import {
  EndpointFault,
  EndpointFields,
  type Fault,
  FORMAT_NAMES,
  FormatField,
  type Said,
} from './form.tsx';
import { Integration } from './integration.tsx';

export const AT = '/console/webhooks';

export interface Listed {
  readonly secret?: string;
  readonly fault?: Fault;
  readonly said?: Said;
  readonly notice?: string;
}

interface Props {
  readonly deps: DeskDeps;
  readonly call: DeskCall | DeskFormCall;
  readonly all: readonly Endpoint[];
  /** An endpoint in test mode, while there is none in live mode. */
  readonly ofTest: Pick<Said, 'url' | 'format'> | null;
  readonly listed: Listed;
  /** The newest deliveries, with the ids of their endpoints. */
  readonly recent: readonly (Delivery & { readonly endpointId: string })[];
}

export function WebhooksPage({ deps, call, all, ofTest, listed, recent }: Props) {
  const { secret, fault, notice = null, said } = listed;
  const setup = setupOf(call);
  const asForTest =
    said !== undefined || ofTest === null
      ? undefined
      : { url: ofTest.url, format: ofTest.format, description: '', events: [] };
  const query = { at: 'list', ...(setup === null ? {} : { setup }) };
  const words = messagesFor(call).desk.webhooks;
  const { parcels } = messagesFor(call).desk.frame;
  const isFirst = all.length === 0;
  const form = (
    <Adding
      {...{ label: words.newEndpoint, to: AT, submit: words.create }}
      back={setup === null ? AT : SETUP_AT}
      isOpen={fault !== undefined || (isFirst && (setup !== null || asForTest !== undefined))}
    >
      <EndpointFault fault={fault} />
      <SetupField step={setup} />
      {asForTest !== undefined && <AsForTest />}
      <EndpointFields fault={fault} said={said ?? asForTest} />
      <FormatField said={said ?? asForTest} />
    </Adding>
  );
  return (
    <DeskLayout
      {...{ deps, notice, setup, visitor: call.visitor }}
      title={words.title}
      at={AT}
      isStepDone={!isFirst}
    >
      <PageHead title={words.title} lead={words.lead({ parcels: parcels[call.tenant.mode] })}>
        {!isFirst && form}
      </PageHead>
      {secret !== undefined && <Secret>{secret}</Secret>}
      {isFirst ? (
        <Empty title={words.none[call.tenant.mode]} action={form}>
          {words.noneLead}
        </Empty>
      ) : (
        <Table
          label={words.endpoints}
          head={[words.url, words.format, words.events, words.state, '']}
          stacks
        >
          {all.map((endpoint) => (
            <tr key={endpoint.id}>
              <td class="wrap">
                <a href={`${AT}/${endpoint.id}`}>{endpoint.url}</a>
                {endpoint.description !== '' && <p class="soft">{endpoint.description}</p>}
              </td>
              <td>{FORMAT_NAMES[endpoint.format]}</td>
              <td class="wrap">
                <EventsOf endpoint={endpoint} />
              </td>
              <td>
                <EndpointState endpoint={endpoint} />
              </td>
              <td>
                <Action
                  to={`${AT}/${endpoint.id}`}
                  {...{ about: endpoint.url, label: words.sendTest }}
                  fields={{ ...query, do: 'test' }}
                />
              </td>
            </tr>
          ))}
        </Table>
      )}
      {recent.length > 0 && (
        <section>
          <h2>{words.recent}</h2>
          <Deliveries
            rows={recent}
            to={({ id }) => `${AT}/${recent.find((each) => each.id === id)?.endpointId}`}
          />
        </section>
      )}
      <Integration deps={deps} endpoint={all[0] ?? null} />
    </DeskLayout>
  );
}

/** A new secret, which is shown only once. */
export function Secret({ children }: { readonly children: string }) {
  const words = useMessages().desk.webhooks;
  return (
    <ShownOnce text={children}>
      <p>{words.secret}</p>
    </ShownOnce>
  );
}

export function EventsOf({ endpoint }: { readonly endpoint: Pick<Endpoint, 'events'> }) {
  const { allEvents } = useMessages().desk.webhook;
  return <span>{endpoint.events.includes('*') ? allEvents : endpoint.events.join(', ')}</span>;
}

export function EndpointState({ endpoint }: { readonly endpoint: Endpoint }) {
  const { states } = useMessages().desk.webhooks;
  const { failing } = useMessages().desk.webhook;
  if (endpoint.state === 'disabled') return <Tag tone="bad">{states.disabled}</Tag>;
  if (endpoint.failingSinceMs !== null) return <Tag tone="warn">{failing}</Tag>;
  return <Tag tone="good">{states.active}</Tag>;
}
