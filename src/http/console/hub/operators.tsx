import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import {
  type ApiKey,
  appointOperator,
  dismissOperator,
  listOperators,
  type Operator,
  type OperatorPower,
  operatorKeys,
  powerOfScopes,
} from '../../../merchants/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Route } from '../../kit/route.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import { Fault, Field } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { Adding, DeskLayout, PageHead } from '../kit/layout.tsx';
import { Empty, Instant, Removal, Table, Tag } from '../kit/pieces.tsx';
import { messagesFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskPageProps } from '../kit/visit.ts';
import { WithCommand } from './command.tsx';

const AT = '/console/hub/operators';

const POWERS: readonly OperatorPower[] = ['read', 'write'];

/** Users who operate the hub, for all merchants. */
export function operatorRoutes(deps: DeskDeps): readonly Route[] {
  const { members } = deps;
  const { log } = deps.parts;
  const render = async (call: DeskCall, fault: string | null, email = '') => (
    <OperatorsPage
      {...{ deps, call, fault, email }}
      operators={await listOperators(members)}
      keys={await operatorKeys(deps.parts.db.pipeline)}
      nowMs={deps.parts.clock.nowMs()}
    />
  );
  return [
    deskPage(deps, 'readOperators', (call) => render(call, null)),
    deskForm(deps, 'appointOperator', async (call) => {
      const email = (call.form.get('email') ?? '').trim().slice(0, 254);
      const power = POWERS.find((each) => each === call.form.get('power')) ?? 'read';
      const outcome = await appointOperator(members, email, power);
      if (outcome.kind !== 'done') {
        const words = messagesFor(call).console.operators;
        return { invalid: await render(call, words.faults[outcome.kind], email) };
      }
      const about = { user_id: outcome.userId, power, actor_id: call.visitor.actor.id };
      log.info(about, 'a user was made an operator');
      await call.note(`${power} ${outcome.userId}`);
      return { seeOther: `${AT}?done=operator` };
    }),
    deskForm(deps, 'dismissOperator', async (call) => {
      const id = call.param('id').toLowerCase();
      const isDone = isUuid(id) && (await dismissOperator(members, id));
      if (!isDone) throw new Problem('not_found', 'desk.noSuchMember');
      const about = { user_id: id, actor_id: call.visitor.actor.id };
      log.info(about, 'a user is no operator any more');
      await call.note(`none ${id}`);
      return { seeOther: `${AT}?done=operator_removed` };
    }),
  ];
}

interface Props extends DeskPageProps {
  readonly operators: readonly Operator[];
  readonly keys: readonly ApiKey[];
  readonly nowMs: number;
  readonly fault: string | null;
  readonly email: string;
}

function OperatorsPage({ deps, call, operators, keys, nowMs, fault, email }: Props) {
  const { console: hub, desk } = useMessages();
  const words = hub.operators;
  const { powers } = desk.frame;
  const adding = (
    <Adding {...{ label: words.add, to: AT, submit: words.add }} isOpen={fault !== null}>
      <p class="soft">{words.addLead}</p>
      {fault && <Fault>{fault}</Fault>}
      <Field
        {...{ name: 'email', label: words.email, type: 'email', value: email }}
        autocomplete="off"
        fault={fault !== null}
      />
      <label for="power">{words.power}</label>
      <select id="power" name="power">
        {POWERS.map((each) => (
          <option key={each} value={each}>
            {words.may[each]}
          </option>
        ))}
      </select>
      <label class="check">
        <input type="checkbox" name="sure" required /> {words.sure}
      </label>
    </Adding>
  );
  return (
    <DeskLayout deps={deps} visitor={call.visitor} title={words.title} at={AT}>
      <PageHead title={words.title} lead={words.lead}>
        {operators.length > 0 && adding}
      </PageHead>
      {operators.length === 0 ? (
        <Empty says={words.none} action={adding} />
      ) : (
        <Table label={words.title} head={[...Object.values(words.head), '']} stacks>
          {operators.map(({ userId, person, power, sinceMs }) => (
            <tr key={userId}>
              <td class="wrap">{person.name}</td>
              <td class="wrap">{person.email}</td>
              <td>{powers[power]}</td>
              <td>
                <Instant at={iso(sinceMs)} nowMs={nowMs} />
              </td>
              <td>
                <Removal
                  to={`${AT}/${userId}`}
                  label={words.remove}
                  sure={words.removeSure}
                  about={person.name}
                />
              </td>
            </tr>
          ))}
        </Table>
      )}
      <Keys {...{ keys, nowMs }} own={call.visitor.actor.id} />
    </DeskLayout>
  );
}

/** Keys that see all merchants; the command line creates and revokes them. */
function Keys({ keys, nowMs, own }: Pick<Props, 'keys' | 'nowMs'> & { readonly own: string }) {
  const { console: hub, desk } = useMessages();
  const { keys: words, frame } = desk;
  const { keys: title, head } = hub.operators;
  return (
    <section class="stack" aria-labelledby="operator-keys">
      <h2 id="operator-keys">{title}</h2>
      <p>
        <WithCommand says={hub.operators.keysLead} command="npx waybill keys create --ops" />
      </p>
      {keys.length > 0 && (
        <Table
          label={title}
          head={[words.name, words.begins, head.may, words.created, words.used]}
          stacks
        >
          {keys.map(({ id, name, prefix, scopes, bootstrap, createdAtMs, lastUsedAtMs }) => {
            const power = bootstrap ? 'write' : powerOfScopes(scopes);
            return (
              <tr key={id}>
                <td class="wrap">
                  {bootstrap ? frame.bootstrapKey : name}
                  {id === own && [' ', <Tag tone="info">{words.yours}</Tag>]}
                </td>
                <td>
                  <code>{prefix}…</code>
                </td>
                <td>{power && frame.powers[power]}</td>
                <td>
                  <Instant at={iso(createdAtMs)} />
                </td>
                <td>
                  <Instant at={iso(lastUsedAtMs)} nowMs={nowMs} />
                </td>
              </tr>
            );
          })}
        </Table>
      )}
    </section>
  );
}
