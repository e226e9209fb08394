import type { ExceptionCase } from '../../../../reactions/exceptions/index.ts';
import type { CommandAttempt, ShownLink } from '../../../../tracking/ports/shipments.ts';
import { iso } from '../../../../tracking/ports/shipments.ts';
import { State } from '../../exceptions/due.tsx';
import { useMessages, useReasons } from '../../kit/language.ts';
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

/** The shipment's cases, newest first. */
export function Cases({
  cases,
  viewer,
}: {
  readonly cases: readonly ExceptionCase[];
  readonly viewer: Viewer;
}) {
  const words = useMessages().shipmentPage.related;
  const { waiting } = useMessages().console.cases;
  const reasonOf = useReasons();
  if (cases.length === 0) return null;
  return (
    <section class="card" aria-labelledby="cases">
      <h2 id="cases">{words.cases}</h2>
      {cases.map((each) => (
        <dl key={each.id} class="facts">
          <dt>{words.caseHead.kind}</dt>
          <dd>
            <CaseLink of={each} viewer={viewer} />{' '}
            <State exceptionCase={each} nowMs={viewer.nowMs} />
          </dd>
          {each.reason !== null && (
            <>
              <dt>{words.caseHead.reason}</dt>
              <dd>{reasonOf(each.reason)}</dd>
            </>
          )}
          {each.waitingFor !== null && (
            <>
              <dt>{words.caseHead.waitingFor}</dt>
              <dd>{waiting[each.waitingFor]}</dd>
            </>
          )}
          {each.deadlineAtMs !== null && (
            <>
              <dt>{words.caseHead.due}</dt>
              <dd>
                <Moment at={iso(each.deadlineAtMs)} nowMs={viewer.nowMs} />
              </dd>
            </>
          )}
          <dt>{words.caseHead.opened}</dt>
          <dd>
            <Moment at={iso(each.openedAtMs)} nowMs={viewer.nowMs} />
          </dd>
          {each.owner !== null && (
            <>
              <dt>{words.caseHead.owner}</dt>
              <dd>{each.owner}</dd>
            </>
          )}
        </dl>
      ))}
    </section>
  );
}

function CaseLink({ of, viewer }: { readonly of: ExceptionCase; readonly viewer: Viewer }) {
  const path = viewer.pathOf.case(of.id);
  const name = useMessages().console.cases.kinds[of.kind];
  return path === null ? <span>{name}</span> : <a href={path}>{name}</a>;
}
