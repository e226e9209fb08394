import type { ExceptionCase } from '../../../../reactions/exceptions/index.ts';
import { iso } from '../../../../tracking/index.ts';
import { useMessages } from '../../kit/language.ts';
import { Instant, Table } from '../../kit/pieces.tsx';
import { State } from '../exceptions/case-page.tsx';
import type { Sight } from './sight.ts';

/** The shipment's cases, newest first. */
export function Cases({
  cases,
  sight,
}: {
  readonly cases: readonly ExceptionCase[];
  readonly sight: Sight;
}) {
  const words = useMessages().shipmentPage.related;
  if (cases.length === 0) return null;
  return (
    <>
      <h2>{words.cases}</h2>
      <Table label={words.cases} head={Object.values(words.caseHead)} stacks>
        {cases.map((each) => (
          <tr key={each.id}>
            <td>
              <Instant at={iso(each.openedAtMs)} nowMs={sight.nowMs} />
            </td>
            <td>
              <CaseLink of={each} sight={sight} /> <State is={each} />
            </td>
            <td>{each.reason ?? <span class="soft">{words.none}</span>}</td>
            <td>{each.waitingFor ?? '–'}</td>
            <td>{each.deadlineAtMs === null ? '–' : <Instant at={iso(each.deadlineAtMs)} />}</td>
            <td>{each.owner ?? '–'}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function CaseLink({ of, sight }: { readonly of: ExceptionCase; readonly sight: Sight }) {
  const path = sight.pathOf.case(of.id);
  return path === null ? <span>{of.kind}</span> : <a href={path}>{of.kind}</a>;
}
