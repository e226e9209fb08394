import type { CommandAttempt, ShownLink } from '../../../../tracking/index.ts';
import { iso } from '../../../../tracking/index.ts';
import { useMessages } from '../../kit/language.ts';
import { Instant, Table, Tag } from '../../kit/pieces.tsx';
import { StatusTag } from './headline.tsx';
import type { Sight } from './sight.ts';

/** Linked shipments, such as the return. */
export function LinkedParcels({
  links,
  sight,
}: {
  readonly links: readonly ShownLink[];
  readonly sight: Sight;
}) {
  const words = useMessages().shipmentPage.related;
  if (links.length === 0) return null;
  return (
    <>
      <h2>{words.linked}</h2>
      <Table label={words.linked} head={Object.values(words.linkedHead)} stacks>
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
    </>
  );
}

/** Commands of its merchant, newest first. */
export function Commands({
  commands,
  sight,
}: {
  readonly commands: readonly CommandAttempt[];
  readonly sight: Sight;
}) {
  const words = useMessages().shipmentPage.related;
  const statuses = useMessages().status.short;
  if (commands.length === 0) return null;
  return (
    <>
      <h2>{words.commands}</h2>
      <Table label={words.commands} head={Object.values(words.commandHead)} stacks>
        {commands.map((each) => (
          <tr key={each.id}>
            <td>
              <Instant at={iso(each.attemptedAtMs)} />
            </td>
            <td>
              <StatusTag status={each.status} reason={each.subStatus} />
            </td>
            <td>{statuses[each.fromStatus]}</td>
            <td class="wrap">
              {each.refused === null ? (
                <Tag tone="good">{words.done}</Tag>
              ) : (
                <Tag tone="bad">{words.refused({ why: each.refused.replaceAll('_', ' ') })}</Tag>
              )}
            </td>
            <td class="wrap">
              {each.note !== null &&
                (sight.seesPeople ? each.note : <span class="soft">{words.aNote}</span>)}
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}
