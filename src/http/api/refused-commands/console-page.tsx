import { iso, type RefusedCommand } from '../../../tracking/ports/shipments.ts';
import { useMessages } from '../../console/kit/language.ts';
import { DeskLayout, PageHead } from '../../console/kit/layout.tsx';
import { useCarrierNames } from '../../console/kit/names.ts';
import { Empty, Instant, Older, ShipmentLink, Table } from '../../console/kit/pieces.tsx';
import type { DeskPageProps } from '../../console/kit/visit.ts';
import { MerchantName } from '../../console/kit/whose.tsx';

const AT = '/console/hub/refused-commands';

interface PageProps extends DeskPageProps {
  readonly commands: readonly RefusedCommand[];
  readonly nextCursor: string | null;
}

/** The requested status, its parcel, and why it was not set. */
export function RefusedCommandsPage({ deps, call, commands, nextCursor }: PageProps) {
  const nowMs = deps.parts.clock.nowMs();
  const words = useMessages().console.refusedCommands;
  const statuses = useMessages().status.short;
  const called = useCarrierNames(deps);
  return (
    <DeskLayout deps={deps} visitor={call.visitor} title={words.title} at={AT}>
      <PageHead title={words.title} lead={words.lead} />
      {commands.length === 0 ? (
        <Empty says={words.empty} />
      ) : (
        <Table label={words.title} head={Object.values(words.head)} stacks>
          {commands.map((command) => (
            <tr key={command.id}>
              <td>
                <Instant at={iso(command.attemptedAtMs)} nowMs={nowMs} />
              </td>
              <td>
                <ShipmentLink id={command.shipmentId} number={command.trackingNumber} />{' '}
                <span class="soft">{called(command.carrier)}</span>
              </td>
              <td>
                <MerchantName call={call} slug={command.merchant} mode={command.mode} />
              </td>
              <td>{statuses[command.fromStatus]}</td>
              <td>{statuses[command.status]}</td>
              <td class="wrap">{words.why[command.why]}</td>
            </tr>
          ))}
        </Table>
      )}
      {nextCursor !== null && <Older href={`${AT}?cursor=${nextCursor}`} />}
    </DeskLayout>
  );
}
