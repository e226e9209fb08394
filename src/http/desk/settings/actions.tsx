import type { MemberAction } from '../../../merchants/index.ts';
import { iso } from '../../../tracking/index.ts';
import { Empty, Instant, Table } from '../../console/parts/pieces.tsx';
import { identityProviderOperations } from '../../resources/identity-providers/operations.ts';
import { DeskLayout } from '../parts/layout.tsx';
import { DESK } from '../table.ts';
import type { DeskCall, DeskDeps } from '../visit.ts';

export const ACTIONS_SHOWN = 200;

interface ActionsProps {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
  readonly actions: readonly MemberAction[];
}

export function ActionsPage({ deps, call, actions }: ActionsProps) {
  const nowMs = deps.parts.clock.nowMs();
  return (
    <DeskLayout deps={deps} title="Audit" visitor={call.visitor} at="/console/actions">
      <h1>Who did what</h1>
      {actions.length === 0 ? (
        <Empty>Nobody has done anything yet.</Empty>
      ) : (
        <Table label="Actions" head={['When', 'Who', 'What', 'About', 'Mode']} stacks>
          {actions.map(({ id, atMs, who, action, subject, mode }) => (
            <tr key={id}>
              <td>
                <Instant at={iso(atMs)} nowMs={nowMs} />
              </td>
              <td class="wrap">{who ?? <span class="soft">a former member</span>}</td>
              <td class="wrap">{summaryOf(action)}</td>
              <td class="wrap">{subject && <code>{subject}</code>}</td>
              <td>{mode}</td>
            </tr>
          ))}
        </Table>
      )}
      {actions.length === ACTIONS_SHOWN && <p class="soft">Older ones are not shown.</p>}
    </DeskLayout>
  );
}

/** What the API does to the same things stands here, too. */
const BY_API: ReadonlyMap<string, string> = new Map(
  identityProviderOperations.map(({ id, summary }) => [id, summary]),
);

function summaryOf(action: string): string {
  const rows: Readonly<Record<string, { readonly summary: string } | undefined>> = DESK;
  return rows[action]?.summary ?? BY_API.get(action) ?? action;
}
