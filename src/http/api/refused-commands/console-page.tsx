import { iso, type RefusedCommand } from '../../../tracking/index.ts';
import { Empty, Instant, ShipmentLink, Table } from '../../console/kit/pieces.tsx';
import { Layout } from '../../console/operators/layout.tsx';
import type { ConsoleDeps, PageCall } from '../../console/operators/visit.ts';

const AT = '/ops/refused-commands';

/** Why a command was refused, in a sentence for the person who must correct it. */
const WHY: Readonly<Record<RefusedCommand['why'], string>> = {
  forbidden_move: 'The parcel cannot go from the one status to the other.',
  overtaken: 'Something later was already known of the parcel.',
  proof_missing: 'A proof that the merchant asks for was missing.',
};

interface PageProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  readonly commands: readonly RefusedCommand[];
  readonly nextCursor: string | null;
}

/** The requested status, its parcel, and why it was not set. */
export function RefusedCommandsPage({ deps, call, commands, nextCursor }: PageProps) {
  const nowMs = deps.parts.clock.nowMs();
  return (
    <Layout assets={deps.assets} visitor={call.visitor} title="Refused commands" at={AT}>
      <h1>Refused commands</h1>
      <p class="lead">
        When a merchant’s system or a courier sets a status that the parcel cannot have, the hub
        refuses with 409 and keeps the attempt. Many of one kind mean that somebody’s program needs
        mending.
      </p>
      {commands.length === 0 ? (
        <Empty>No command was refused.</Empty>
      ) : (
        <Table
          label="Refused commands"
          head={['When', 'Parcel', 'Merchant', 'It was', 'Asked for', 'Why it was refused']}
          stacks
        >
          {commands.map((command) => (
            <tr key={command.id}>
              <td>
                <Instant at={iso(command.attemptedAtMs)} nowMs={nowMs} />
              </td>
              <td>
                <ShipmentLink id={command.shipmentId} number={command.trackingNumber} />{' '}
                <span class="soft">{command.carrier}</span>
              </td>
              <td>
                {command.merchant} <span class="soft">{command.mode}</span>
              </td>
              <td>{command.fromStatus.replaceAll('_', ' ')}</td>
              <td>{command.status.replaceAll('_', ' ')}</td>
              <td class="wrap">{WHY[command.why]}</td>
            </tr>
          ))}
        </Table>
      )}
      {nextCursor !== null && (
        <a class="more" href={`${AT}?cursor=${nextCursor}`}>
          Older
        </a>
      )}
    </Layout>
  );
}
