import type { CommandAttempt, ShownLink } from '../../../../tracking/index.ts';
import { iso } from '../../../../tracking/index.ts';
import { Instant, Table, Tag } from '../../../console/parts/pieces.tsx';
import { StatusTag } from './headline.tsx';
import type { Sight } from './sight.ts';

/** Other numbers that belong to it, such as the one that brings it back. */
export function LinkedParcels({
  links,
  sight,
}: {
  readonly links: readonly ShownLink[];
  readonly sight: Sight;
}) {
  if (links.length === 0) return null;
  return (
    <>
      <h2>Linked parcels</h2>
      <Table label="Linked parcels" head={['Kind', 'Number', 'Status']} stacks>
        {links.map((link) => (
          <tr key={`${link.kind} ${link.trackingNumber}`}>
            <td>{link.kind.replaceAll('_', ' ')}</td>
            <td class="wrap">
              {link.carrier}{' '}
              {link.shipmentId === null ? (
                <code>{link.trackingNumber}</code>
              ) : (
                <a href={sight.pathOf.shipment(link.shipmentId)}>
                  <code>{link.trackingNumber}</code>
                </a>
              )}
            </td>
            <td>
              {link.status === null ? (
                <span class="soft">
                  {link.refused === null
                    ? 'not followed yet'
                    : `not followed: ${link.refused.replaceAll('_', ' ')}`}
                </span>
              ) : (
                <StatusTag status={link.status} reason={null} />
              )}
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}

/** What its merchant commanded, newest first. */
export function Commands({
  commands,
  sight,
}: {
  readonly commands: readonly CommandAttempt[];
  readonly sight: Sight;
}) {
  if (commands.length === 0) return null;
  return (
    <>
      <h2>Commands</h2>
      <Table
        label="Commands"
        head={['When', 'New status', 'Previous status', 'Outcome', 'Note']}
        stacks
      >
        {commands.map((each) => (
          <tr key={each.id}>
            <td>
              <Instant at={iso(each.attemptedAtMs)} />
            </td>
            <td>
              <StatusTag status={each.status} reason={each.subStatus} />
            </td>
            <td>{each.fromStatus.replaceAll('_', ' ')}</td>
            <td class="wrap">
              {each.refused === null ? (
                <Tag tone="good">done</Tag>
              ) : (
                <Tag tone="bad">{`refused: ${each.refused.replaceAll('_', ' ')}`}</Tag>
              )}
            </td>
            <td class="wrap">
              {each.note !== null &&
                (sight.seesPeople ? each.note : <span class="soft">a note</span>)}
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}
