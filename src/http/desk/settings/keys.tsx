import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import { MERCHANT_SCOPES, type Scope } from '../../../kernel/scopes.ts';
import { type ApiKey, createApiKey, dropApiKey, listApiKeys } from '../../../merchants/index.ts';
import { iso } from '../../../tracking/index.ts';
import { Action, Empty, Instant, Table } from '../../console/parts/pieces.tsx';
import type { Route } from '../../kit/route.ts';
import { newApiKey } from '../../resources/api-keys/schema.ts';
import { deskForm, deskPage } from '../desk-route.ts';
import { Fault, Field } from '../parts/fields.tsx';
import { DeskLayout } from '../parts/layout.tsx';
import { SetupField } from '../setup/setup-bar.tsx';
import { setupOf } from '../setup/steps.ts';
import { wordsFor } from '../spoken.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../visit.ts';
import { FRAME } from '../words/frame.ts';
import { KEYS } from '../words/keys.ts';

const AT = '/console/keys';

/** Keys of the merchant, in the mode that is looked at. */
export function keyRoutes(deps: DeskDeps): readonly Route[] {
  const { keys } = deps;
  const render = async (
    call: DeskCall | DeskFormCall,
    more: { made?: string; fault?: string } = {},
  ) => KeysPage({ deps, call, all: await listApiKeys(keys, call.tenant), ...more });
  return [
    deskPage(deps, 'readDeskKeys', (call) => render(call)),
    deskForm(deps, 'createDeskKey', async (call) => {
      const scopes = call.form.getAll('scope');
      const read = newApiKey.safeParse({ name: (call.form.get('name') ?? '').trim(), scopes });
      if (!read.success) {
        return { unfit: await render(call, { fault: wordsFor(call, KEYS).unfit }) };
      }
      const wanted: readonly Scope[] = [...new Set(read.data.scopes)];
      if (wanted.includes('admin') && !call.may('members:manage')) {
        return { unfit: await render(call, { fault: wordsFor(call, KEYS).ownersOnly }) };
      }
      const { name } = read.data;
      const { key, text } = await createApiKey(keys, call.tenant, { name, scopes: wanted });
      await call.note(key.id);
      return render(call, { made: text });
    }),
    deskForm(deps, 'revokeDeskKey', async ({ tenant, param, note }) => {
      const id = param('id');
      if (!isUuid(id) || !(await dropApiKey(keys, tenant, id))) {
        throw new Problem('not_found', 'This key no longer exists.');
      }
      await note(id);
      return { seeOther: `${AT}?done=revoked` };
    }),
  ];
}

interface Props {
  readonly deps: DeskDeps;
  readonly call: DeskCall | DeskFormCall;
  readonly all: readonly ApiKey[];
  /** The text of one that was just made. */
  readonly made?: string;
  readonly fault?: string;
}

function KeysPage({ deps, call, all, made, fault }: Props) {
  const { visitor, tenant } = call;
  const nowMs = deps.parts.clock.nowMs();
  const words = wordsFor(call, KEYS);
  const { parcels } = wordsFor(call, FRAME);
  const notice = call.query.get('done') === 'revoked' ? words.revoked : null;
  const scopes = MERCHANT_SCOPES.filter((scope) => scope !== 'admin' || call.may('members:manage'));
  return (
    <DeskLayout {...{ deps, visitor, notice }} title={words.title} at={AT} setup={setupOf(call)}>
      <h1>{words.title}</h1>
      <p class="lead">
        {words.lead(parcels[tenant.mode])} <a href="/docs">{words.whatTheyDo}</a>
      </p>
      {made !== undefined && (
        <div class="card" role="status">
          <p>{words.made}</p>
          <p class="wrap">
            <code>{made}</code>
          </p>
        </div>
      )}
      {all.length === 0 ? (
        <Empty>{words.none}</Empty>
      ) : (
        <Table
          label={words.title}
          head={[words.name, words.begins, words.scopes, words.created, words.used, '']}
          stacks
        >
          {all.map((key) => (
            <tr key={key.id}>
              <td class="wrap">{key.name}</td>
              <td>
                <code>{key.prefix}…</code>
              </td>
              <td class="wrap">
                <code>{key.scopes.join(', ')}</code>
              </td>
              <td>
                <Instant at={iso(key.createdAtMs)} />
              </td>
              <td>
                <Instant at={iso(key.lastUsedAtMs)} nowMs={nowMs} />
              </td>
              <td>
                <Action
                  to={`${AT}/${key.id}`}
                  csrf={visitor.csrf}
                  label={words.revoke}
                  kind="danger"
                  about={key.name}
                />
              </td>
            </tr>
          ))}
        </Table>
      )}
      <h2>{words.newKey}</h2>
      {fault && <Fault>{fault}</Fault>}
      <form method="post" action={AT} class="stack narrow">
        <input type="hidden" name="csrf" value={visitor.csrf} />
        <SetupField step={setupOf(call)} />
        <Field name="name" label={words.name} autocomplete="off" />
        <fieldset>
          <legend>{words.whichScopes}</legend>
          {scopes.map((scope) => (
            <label key={scope} class="check">
              <input
                type="checkbox"
                name="scope"
                value={scope}
                checked={scope.startsWith('shipments:')}
              />{' '}
              <code>{scope}</code>
            </label>
          ))}
        </fieldset>
        <button type="submit" class="primary">
          {words.create}
        </button>
      </form>
    </DeskLayout>
  );
}
