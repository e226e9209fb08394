import type { CommandAttempt, ShownLink } from '../../../../tracking/ports/shipments.ts';
import { iso } from '../../../../tracking/ports/shipments.ts';
import { useMessages } from '../../kit/language.ts';
import { FoldedCard } from '../../kit/layout.tsx';
import { Moment, Table, Tag } from '../../kit/pieces.tsx';
import { StatusTag } from './headline.tsx';
import type { Viewer } from './shipment-snapshot.ts';

/** Linked shipments, such as the return. */
export function LinkedParcels({
  links,
  viewer,
}: {
  readonly links: readonly ShownLink[];
  readonly viewer: Viewer;
}) {
  const words = useMessages().shipmentPage.related;
  if (links.length === 0) return null;
  return (
    <FoldedCard id="linked" title={words.linked}>
      <Table label={words.linked} head={Object.values(words.linkedHead)} stacks>
        {links.map((link) => (
          <tr key={`${link.kind} ${link.trackingNumber}`}>
            <td>{link.kind.replaceAll('_', ' ')}</td>
            <td class="wrap">
              {link.carrier}{' '}
              {link.shipmentId === null ? (
                <code>{link.trackingNumber}</code>
              ) : (
                <a href={viewer.pathOf.shipment(link.shipmentId)}>
                  <code>{link.trackingNumber}</code>
                </a>
              )}
            </td>
            <td>
              {link.status === null ? (
                <span class="soft">
                  {link.refused === null
                    ? words.notTrackedYet
                    : words.notTracked({ why: link.refused.replaceAll('_', ' ') })}
                </span>
              ) : (
                <StatusTag status={link.status} reason={null} />
              )}
            </td>
          </tr>
        ))}
      </Table>
    </FoldedCard>
  );
}

/** Commands of its merchant, newest first. */
export function Commands({
  commands,
  viewer,
}: {
  readonly commands: readonly CommandAttempt[];
  readonly viewer: Viewer;
}) {
  const words = useMessages().shipmentPage.related;
  const statuses = useMessages().status.short;
  if (commands.length === 0) return null;
  return (
    <FoldedCard id="commands" title={words.commands}>
      <Table label={words.commands} head={Object.values(words.commandHead)} stacks>
        {commands.map((each) => (
          <tr key={each.id}>
            <td>
              <Moment at={iso(each.attemptedAtMs)} nowMs={viewer.nowMs} />
            </td>
            <td>
              <StatusTag status={each.status} reason={each.subStatus} />
            </td>
            <td>{statuses[each.fromStatus]}</td>
            <td class="wrap">
              {each.refused === null ? (
                <Tag tone="good">{words.done}</Tag>
              ) : (
                <Tag tone="bad">{words.refused({ why: words.refusals[each.refused] })}</Tag>
              )}
            </td>
            <td class="wrap">
              {each.note !== null &&
                (viewer.seesPeople ? each.note : <span class="soft">{words.aNote}</span>)}
            </td>
          </tr>
        ))}
      </Table>
    </FoldedCard>
  );
}
