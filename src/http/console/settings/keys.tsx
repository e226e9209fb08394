import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import {
  type ApiKey,
  createApiKey,
  dropApiKey,
  listApiKeys,
  scopesOf,
} from '../../../merchants/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { newApiKey } from '../../api/api-keys/routes.ts';
import type { Route } from '../../kit/route.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import { Fault, Field } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { Adding, DeskLayout, PageHead } from '../kit/layout.tsx';
import { Empty, Instant, Removal, ShownOnce, Table, Tag } from '../kit/pieces.tsx';
import { messagesFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';
import { backTo, SETUP_AT, SetupField, setupOf } from '../setup/steps.tsx';

const AT = '/console/keys';

/**
 * API keys of the merchant, in the current mode. The setup always creates a live one, without
 * leaving its other steps.
 */
export function keyRoutes(deps: DeskDeps): readonly Route[] {
  const { keys } = deps;
  const render = async (
    call: DeskCall | DeskFormCall,
    more: { made?: string; fault?: string } = {},
  ) => {
    const tenant = tenantOf(call);
    return KeysPage({ deps, call, tenant, all: await listApiKeys(keys, tenant), ...more });
  };
  return [
    deskPage(deps, 'readDeskKeys', (call) => render(call)),
    deskForm(deps, 'createDeskKey', async (call) => {
      const allowed = scopesOf(call.visitor);
      const preset = PRESETS.find(({ name }) => name === call.form.get('preset'));
      const scopes = preset ? allowed.filter(preset.includes) : call.form.getAll('scope');
      const read = newApiKey.safeParse({ name: (call.form.get('name') ?? '').trim(), scopes });
      if (!read.success) {
        return { invalid: await render(call, { fault: messagesFor(call).desk.keys.unfit }) };
      }
      const wanted = [...new Set(read.data.scopes)];
      const beyond = wanted.filter((scope) => !allowed.includes(scope));
      if (beyond.length > 0) {
        const fault = messagesFor(call).desk.keys.beyondRole({ scopes: beyond.join(', ') });
        return { invalid: await render(call, { fault }) };
      }
      const { name } = read.data;
      const { key, text } = await createApiKey(keys, tenantOf(call), { name, scopes: wanted });
      await call.note(key.id);
      return render(call, { made: text });
    }),
    deskForm(deps, 'revokeDeskKey', async (call) => {
      const { param, note } = call;
      const id = param('id');
      if (!isUuid(id) || !(await dropApiKey(keys, tenantOf(call), id))) {
        throw new Problem('not_found', 'desk.keyNoLongerExists');
      }
      await note(id);
      return { seeOther: backTo(AT, call, 'revoked') };
    }),
  ];
}

/** The merchant and mode of the keys: of the page, but always live in the setup. */
function tenantOf(call: DeskCall | DeskFormCall): Tenant {
  const { merchantId, mode } = call.tenant;
  return { merchantId, mode: setupOf(call) === 'key' ? 'live' : mode };
}

/** What a scope is about: `shipments` of `shipments:read`. */
const resourceOf = (scope: string): string => scope.split(':', 1)[0] ?? scope;

/** What most keys are for; others get selected scopes. */
const PRESETS = [
  { name: 'parcels', includes: (scope) => resourceOf(scope) === 'shipments' },
  { name: 'reading', includes: (scope) => scope.endsWith(':read') },
  { name: 'all', includes: (scope) => scope === 'admin' },
] as const satisfies readonly { name: string; includes: (scope: string) => boolean }[];

interface Props {
  readonly deps: DeskDeps;
  readonly call: DeskCall | DeskFormCall;
  /** Merchant and mode of the keys. */
  readonly tenant: Tenant;
  readonly all: readonly ApiKey[];
  /** The text of a key that was just created. */
  readonly made?: string;
  readonly fault?: string;
}

function KeysPage({ deps, call, tenant, all, made, fault }: Props) {
  const { visitor } = call;
  const setup = setupOf(call);
  const query: Readonly<Record<string, string>> = setup === null ? {} : { setup };
  const nowMs = deps.parts.clock.nowMs();
  const words = messagesFor(call).desk.keys;
  const { parcels, bootstrapKey } = messagesFor(call).desk.frame;
  const nameOf = (key: ApiKey) => (key.bootstrap ? bootstrapKey : key.name);
  const notice = call.query.get('done') === 'revoked' ? words.revoked : null;
  const form = (
    <Adding
      {...{ label: words.newKey, to: AT, submit: words.create }}
      back={setup === null ? AT : SETUP_AT}
      isOpen={fault !== undefined || (setup !== null && made === undefined)}
    >
      {fault && <Fault>{fault}</Fault>}
      <SetupField step={setup} />
      <Field name="name" label={words.name} autocomplete="off" hint={words.nameHint} />
      <Permissions of={scopesOf(visitor)} />
    </Adding>
  );
  return (
    <DeskLayout
      {...{ deps, visitor, notice }}
      title={words.title}
      at={AT}
      {...{ setup }}
      isStepDone={made !== undefined}
    >
      <PageHead
        title={words.title}
        lead={
          <>
            {words.lead({ parcels: parcels[tenant.mode] })} <a href="/docs">{words.whatTheyDo}</a>
          </>
        }
      >
        {all.length > 0 && form}
      </PageHead>
      {made !== undefined && (
        <ShownOnce text={made}>
          <p>{words.made}</p>
        </ShownOnce>
      )}
      {all.length === 0 ? (
        <Empty title={words.none[tenant.mode]} action={form}>
          {words.purpose}
        </Empty>
      ) : (
        <Table
          label={words.title}
          head={[words.name, words.begins, words.scopes, words.created, words.used, '']}
          stacks
          isDense
        >
          {all.map((key) => (
            <tr key={key.id}>
              <td class="wrap">
                {nameOf(key)}
                {key.id === visitor.actor.id && [' ', <Tag tone="info">{words.yours}</Tag>]}
              </td>
              <td>
                <code>{key.prefix}…</code>
              </td>
              <td class="wrap">
                {key.scopes.includes('admin') ? (
                  words.fullAccess
                ) : (
                  <code>{key.scopes.join(', ')}</code>
                )}
              </td>
              <td>
                <Instant at={iso(key.createdAtMs)} />
              </td>
              <td>
                <Instant at={iso(key.lastUsedAtMs)} nowMs={nowMs} />
              </td>
              <td class="wrap">
                {key.id === visitor.actor.id ? (
                  <KeyInUse />
                ) : (
                  <Removal
                    to={`${AT}/${key.id}`}
                    label={words.revoke}
                    sure={words.revokeSurely}
                    means={key.bootstrap ? words.revokeBootstrapMeans : words.revokeMeans}
                    about={nameOf(key)}
                    fields={query}
                  />
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </DeskLayout>
  );
}

/** In place of a way to revoke the key of this session: the way to another session. */
function KeyInUse() {
  const words = useMessages().desk.keys;
  return (
    <>
      <span class="soft">{words.notNow}</span> <a href="/console/members">{words.ownAccount}</a>
    </>
  );
}

interface PermissionsProps {
  /** The scopes that the visitor may give. */
  readonly of: ReturnType<typeof scopesOf>;
}

/** What a new key may do. The style sheet shows the scopes only while they are to be selected. */
function Permissions({ of: all }: PermissionsProps) {
  const words = useMessages().desk.keys;
  const presets = PRESETS.filter(({ includes }) => all.some(includes));
  const names = [...presets.map(({ name }) => name), 'selected'] as const;
  return (
    <fieldset class="permissions">
      <legend>{words.mayDo}</legend>
      <div class="row">
        {names.map((name, index) => (
          <label key={name} class="check">
            <input type="radio" name="preset" value={name} checked={index === 0} />{' '}
            {words.presets[name]}
          </label>
        ))}
      </div>
      <Scopes of={all} />
    </fieldset>
  );
}

/** A row for each resource. */
function Scopes({ of: all }: PermissionsProps) {
  const words = useMessages().desk.keys;
  return (
    <fieldset class="scopes">
      <legend class="unseen">{words.scopes}</legend>
      {[...new Set(all.map(resourceOf))].map((resource) => (
        <div key={resource} class="row">
          <code aria-hidden="true">{resource}</code>
          {all
            .filter((each) => resourceOf(each) === resource)
            .map((scope) => (
              <label key={scope} class="check">
                <input
                  type="checkbox"
                  name="scope"
                  value={scope}
                  checked={resource === 'shipments'}
                />{' '}
                <code>
                  <span class="unseen">{scope.includes(':') ? `${resource}:` : scope}</span>
                  {scope.slice(resource.length + 1)}
                </code>
              </label>
            ))}
        </div>
      ))}
    </fieldset>
  );
}
