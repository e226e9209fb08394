import { Problem } from '../../../kernel/errors.ts';
import {
  type Connection,
  disconnect,
  listConnections,
  newFlow,
  sealFlow,
} from '../../../merchants/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Route } from '../../kit/route.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import { useMessages, useSpoken } from '../kit/language.ts';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { Action, Empty, Instant, Table } from '../kit/pieces.tsx';
import type { DeskDeps, DeskPageProps } from '../kit/visit.ts';
import { signOnNotice, usableProvider } from './flow.ts';

const AT = '/console/connections';
/** Prevents somebody at an unattended desk from connecting their own account. */
const FRESH_MS = 15 * 60_000;

/** A member's connected external accounts. */
export function connectionRoutes(deps: DeskDeps): readonly Route[] {
  const { members } = deps;
  return [
    deskPage(deps, 'readDeskConnections', async (call) => {
      const { actor, tenant } = call.visitor;
      const all =
        actor.kind === 'user' ? await listConnections(members, tenant.merchantId, actor.id) : [];
      return ConnectionsPage({ deps, call, all });
    }),
    deskForm(deps, 'changeDeskConnections', async ({ form, visitor, tenant, note }) => {
      const { actor } = visitor;
      if (actor.kind !== 'user') {
        throw new Problem('conflict', 'members.keyCannotLinkAccounts', {
          fix: 'members.signInWithEmail',
        });
      }
      const provider = await usableProvider(deps, form.get('provider') ?? '');
      if (provider.merchantId !== tenant.merchantId) {
        throw new Problem('not_found', 'members.unknownSignInMethod');
      }
      if (form.get('do') === 'disconnect') {
        const isDone = await disconnect(members, tenant, provider.id, actor.id);
        if (isDone) await note(`disconnected ${provider.name}`);
        return { seeOther: `${AT}?done=disconnected` };
      }
      if (members.clock.nowMs() - visitor.openedAtMs > FRESH_MS) {
        throw new Problem('conflict', 'members.signInTooOld', {
          fix: 'members.reauthenticateToConnect',
        });
      }
      const flow = newFlow(members, provider.id, { kind: 'connect', userId: actor.id });
      return {
        seeOther: `/console/sign-in/with/${provider.id}?connect=${sealFlow(members, flow)}`,
      };
    }),
  ];
}

interface Props extends DeskPageProps {
  readonly all: readonly Connection[];
}

/** A wrapper, because texts are available only during rendering. */
const ConnectionsPage = (props: Props) => <Connections {...props} />;

function Connections({ deps, call, all }: Props) {
  const { visitor } = call;
  const words = useMessages().desk.account;
  const { language } = useSpoken();
  const done = call.query.get('done');
  const notices: Readonly<Record<string, string>> = {
    connected: words.doneConnected,
    disconnected: words.doneDisconnected,
  };
  const notice = notices[done ?? ''] ?? signOnNotice(done, language);
  return (
    <DeskLayout {...{ deps, visitor, notice }} title={words.accounts} at={AT}>
      <PageHead
        title={words.accounts}
        lead={words.accountsLead({ merchant: visitor.merchant.name })}
      />
      {all.length === 0 ? (
        visitor.actor.kind === 'user' ? (
          <Empty>{words.noSignIn}</Empty>
        ) : (
          <Empty
            action={
              <a class="button" href="/console/sign-in">
                {words.withEmail}
              </a>
            }
          >
            {words.keyNoAccounts}
          </Empty>
        )
      ) : (
        <Table label={words.accounts} head={[words.signInHead, words.connectedHead, '']} stacks>
          {all.map(({ providerId, name, issuer, sinceMs }) => (
            <tr key={providerId}>
              <td class="wrap">
                {name} <span class="soft">{new URL(issuer).host}</span>
              </td>
              <td>{sinceMs === null ? words.no : <Instant at={iso(sinceMs)} />}</td>
              <td>
                <Action
                  {...{ to: AT, about: name }}
                  label={sinceMs === null ? words.connect : words.disconnect}
                  kind={sinceMs === null ? 'primary' : 'danger'}
                  fields={{
                    provider: providerId,
                    do: sinceMs === null ? 'connect' : 'disconnect',
                  }}
                />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </DeskLayout>
  );
}
