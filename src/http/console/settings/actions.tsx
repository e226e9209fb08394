import type { VNode } from 'preact';
import type { MemberAction, WhoActed } from '../../../merchants/index.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { iso } from '../../../tracking/index.ts';
import { DeskLayout } from '../kit/layout.tsx';
import { Empty, Instant, Table } from '../kit/pieces.tsx';
import { messagesFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';

export const ACTIONS_SHOWN = 200;

interface ActionsProps {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
  readonly actions: readonly MemberAction[];
}

export function ActionsPage({ deps, call, actions }: ActionsProps) {
  const nowMs = deps.parts.clock.nowMs();
  const words = messagesFor(call).desk.activity;
  const { modes } = messagesFor(call).desk.frame;
  const did: Readonly<Record<string, string>> = words.did;
  return (
    <DeskLayout deps={deps} title={words.title} visitor={call.visitor} at="/console/actions">
      <h1>{words.heading}</h1>
      {actions.length === 0 ? (
        <Empty>{words.none}</Empty>
      ) : (
        <Table
          label={words.actions}
          head={[words.when, words.who, words.what, words.about, words.mode]}
          stacks
        >
          {actions.map(({ id, atMs, who, action, subject, mode }) => (
            <tr key={id}>
              <td>
                <Instant at={iso(atMs)} nowMs={nowMs} />
              </td>
              <td class="wrap">{namedAs(who, words)}</td>
              <td class="wrap">{did[action] ?? action}</td>
              <td class="wrap">{subject && <code>{subject}</code>}</td>
              <td>{modes[mode]}</td>
            </tr>
          ))}
        </Table>
      )}
      {actions.length === ACTIONS_SHOWN && <p class="soft">{words.older}</p>}
    </DeskLayout>
  );
}

function namedAs(who: WhoActed, words: Messages['desk']['activity']): VNode | string {
  switch (who.kind) {
    case 'first_key':
      return words.firstKey;
    case 'operator':
      return words.operator;
    case 'api_key':
      return who.name === null ? words.aKey : words.key({ name: who.name });
    case 'member':
      return who.name ?? <span class="soft">{words.former}</span>;
  }
}
