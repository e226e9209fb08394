import type { ExceptionCase } from '../../../../reactions/exceptions/index.ts';
import { iso } from '../../../../tracking/index.ts';
import { Instant, Table } from '../../../console/parts/pieces.tsx';
import { State } from '../../exceptions/console/case-page.tsx';
import type { Sight } from './sight.ts';

/** Its cases, newest first. */
export function Cases({
  cases,
  sight,
}: {
  readonly cases: readonly ExceptionCase[];
  readonly sight: Sight;
}) {
  if (cases.length === 0) return null;
  return (
    <>
      <h2>Cases</h2>
      <Table
        label="Cases"
        head={['Opened', 'Kind', 'Reason', 'Waiting for', 'Due', 'Owner']}
        stacks
      >
        {cases.map((each) => (
          <tr key={each.id}>
            <td>
              <Instant at={iso(each.openedAtMs)} nowMs={sight.nowMs} />
            </td>
            <td>
              <CaseLink of={each} sight={sight} /> <State is={each} />
            </td>
            <td>{each.reason ?? <span class="soft">none</span>}</td>
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
