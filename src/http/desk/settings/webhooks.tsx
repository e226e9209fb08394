import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import {
  createEndpoint,
  ENDPOINTS_MAX,
  type Endpoint,
  listEndpoints,
  removeEndpoint,
  sendTest,
} from '../../../reactions/merchant-webhooks/index.ts';
import { Action, Empty, Table, Tag } from '../../console/parts/pieces.tsx';
import type { Route } from '../../kit/route.ts';
import { assertWebhookUrl } from '../../resources/webhook-endpoints/check-url.ts';
import { newWebhookEndpoint } from '../../resources/webhook-endpoints/schema.ts';
import { deskForm, deskPage } from '../desk-route.ts';
import { Faults } from '../parts/faults.tsx';
import { Fault, Field } from '../parts/fields.tsx';
import { DeskLayout } from '../parts/layout.tsx';
import { SetupField } from '../setup/setup-bar.tsx';
import { setupOf } from '../setup/steps.ts';
import { wordsFor } from '../spoken.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../visit.ts';
import { FRAME } from '../words/frame.ts';
import { WEBHOOKS } from '../words/webhooks.ts';

const AT = '/console/webhooks';

interface Shown {
  readonly secret?: string;
  /** What is wrong with the form: a sentence in the page's language, or what the URL is refused for. */
  readonly fault?: string | Problem;
  /** What stood in the form that was sent. */
  readonly said?: { readonly url: string; readonly events: string };
  readonly notice?: string;
}

/** Where the merchant's systems hear of changes. */
export function webhookRoutes(deps: DeskDeps): readonly Route[] {
  const { webhooks } = deps.parts;
  const render = async (call: DeskCall | DeskFormCall, shown: Shown = {}) => {
    const page = { after: null, limit: ENDPOINTS_MAX };
    return WebhooksPage({
      deps,
      call,
      all: await listEndpoints(webhooks, call.tenant, page),
      shown,
    });
  };
  return [
    deskPage(deps, 'readDeskWebhooks', (call) => render(call)),
    deskForm(deps, 'createDeskWebhook', async (call) => {
      const said = {
        url: (call.form.get('url') ?? '').trim(),
        events: (call.form.get('events') ?? '').trim(),
      };
      const unfit = async (fault: string | Problem) => ({
        unfit: await render(call, { fault, said }),
      });
      const events = said.events.split(/[\s,]+/).filter((each) => each !== '');
      const read = newWebhookEndpoint.safeParse({
        url: said.url,
        ...(events.length === 0 ? {} : { events }),
      });
      if (!read.success) {
        return unfit(wordsFor(call, WEBHOOKS).unfit);
      }
      const refused = await refusalOf(deps, call, read.data.url);
      if (refused !== null) return unfit(refused);
      const made = await createEndpoint(webhooks, call.tenant, read.data);
      if (made === null) {
        return unfit(wordsFor(call, WEBHOOKS).full(ENDPOINTS_MAX));
      }
      await call.note(made.endpoint.id);
      return render(call, { secret: made.secret });
    }),
    deskForm(deps, 'changeDeskWebhook', async (call) => {
      const id = call.param('id');
      if (!isUuid(id)) throw noSuchEndpoint();
      if (call.form.get('do') === 'remove') {
        if (!(await removeEndpoint(webhooks, call.tenant, id))) throw noSuchEndpoint();
        await call.note(id);
        return { seeOther: AT };
      }
      const sent = await sendTest(webhooks, call.tenant, id);
      if (sent === null) throw noSuchEndpoint();
      await call.note(id);
      const words = wordsFor(call, WEBHOOKS);
      const said = sent.delivered
        ? words.accepted(sent.status, sent.durationMs)
        : words.notAccepted(String(sent.reason ?? sent.status));
      return render(call, { notice: said });
    }),
  ];
}

/** Why nothing is posted to a URL, and what to do; null: it may be. */
async function refusalOf(
  { checkUrl }: Pick<DeskDeps, 'checkUrl'>,
  call: DeskFormCall,
  url: string,
): Promise<Problem | null> {
  try {
    await assertWebhookUrl(checkUrl, call.tenant.mode, url);
    return null;
  } catch (error) {
    if (error instanceof Problem && error.code === 'invalid') return error;
    throw error;
  }
}

function noSuchEndpoint(): Problem {
  return new Problem('not_found', 'There is no such endpoint.');
}

interface Props {
  readonly deps: DeskDeps;
  readonly call: DeskCall | DeskFormCall;
  readonly all: readonly Endpoint[];
  readonly shown: Shown;
}

function WebhooksPage({ deps, call, all, shown }: Props) {
  const { csrf } = call.visitor;
  const { secret, fault, notice = null, said } = shown;
  const step = setupOf(call);
  const kept = step === null ? {} : { setup: step };
  const words = wordsFor(call, WEBHOOKS);
  const { parcels } = wordsFor(call, FRAME);
  return (
    <DeskLayout
      {...{ deps, notice, visitor: call.visitor }}
      title={words.title}
      at={AT}
      setup={step}
    >
      <h1>{words.title}</h1>
      <p class="lead">{words.lead(parcels[call.tenant.mode])}</p>
      {secret !== undefined && (
        <div class="card" role="status">
          <p>{words.secret}</p>
          <p class="wrap">
            <code>{secret}</code>
          </p>
        </div>
      )}
      {all.length === 0 ? (
        <Empty>{words.none}</Empty>
      ) : (
        <Table label={words.endpoints} head={[words.url, words.events, words.state, '', '']} stacks>
          {all.map(({ id, url, events, state }) => (
            <tr key={id}>
              <td class="wrap">{url}</td>
              <td class="wrap">{events.join(', ')}</td>
              <td>
                <Tag tone={state === 'active' ? 'good' : 'warn'}>{words.states[state]}</Tag>
              </td>
              <td>
                <Action
                  to={`${AT}/${id}`}
                  {...{ csrf, about: url, label: words.sendTest, fields: { ...kept, do: 'test' } }}
                />
              </td>
              <td>
                <Action
                  to={`${AT}/${id}`}
                  {...{ csrf, about: url, label: words.remove, fields: { do: 'remove' } }}
                  kind="danger"
                />
              </td>
            </tr>
          ))}
        </Table>
      )}
      <h2>{words.newEndpoint}</h2>
      {typeof fault === 'string' && <Fault>{fault}</Fault>}
      {fault instanceof Problem && <Faults problem={fault} names={{ '/url': words.url }} />}
      <form method="post" action={AT} class="stack narrow">
        <input type="hidden" name="csrf" value={csrf} />
        <SetupField step={step} />
        <Field
          {...{ name: 'url', label: words.url, autocomplete: 'off', fault: fault !== undefined }}
          {...(said === undefined ? {} : { value: said.url })}
        />
        <label for="events">{words.whichEvents}</label>
        <input
          id="events"
          name="events"
          type="text"
          maxLength={1_000}
          autocomplete="off"
          value={said?.events}
        />
        <button type="submit" class="primary">
          {words.create}
        </button>
      </form>
    </DeskLayout>
  );
}
