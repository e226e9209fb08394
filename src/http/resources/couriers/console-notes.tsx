import type { CourierNote } from '../../../couriers/index.ts';
import { iso } from '../../../tracking/index.ts';
import { Instant, Table } from '../../console/parts/pieces.tsx';

/** What couriers wrote about a parcel. They may name people: for those who may see them. */
export function CourierNotes({ notes }: { readonly notes: readonly CourierNote[] }) {
  return (
    <>
      <h2>Couriers’ notes</h2>
      <Table label="Couriers’ notes" head={['When', 'Who', 'Note']} stacks>
        {notes.map(({ atMs, firstName, text }) => (
          <tr key={`${atMs} ${text}`}>
            <td>
              <Instant at={iso(atMs)} />
            </td>
            <td>{firstName === '' ? '–' : firstName}</td>
            <td class="wrap">{text}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}
