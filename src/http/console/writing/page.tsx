import type { Problem } from '../../../kernel/errors.ts';
import { iso, type Shipment, type ShipmentNote } from '../../../tracking/ports/shipments.ts';
import { Faults, FormRefused, useFaultAt } from '../kit/faults.tsx';
import { PostForm } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { DeskLayout, FoldedCard, PageHead } from '../kit/layout.tsx';
import { Empty, Instant, Table } from '../kit/pieces.tsx';
import type { DeskPageProps } from '../kit/visit.ts';
import { shipmentPathOf } from '../shipments/list-page.tsx';
import { AT } from '../shipments/listing.ts';

interface Props extends DeskPageProps {
  readonly shipments: readonly Shipment[];
  /** The form's current values. */
  readonly said: URLSearchParams;
  readonly fault?: Problem | undefined;
}

/** A wrapper, because texts are available only during rendering. */
export const WritePage = (props: Props) => <Page {...props} />;

/** A message to the recipients of selected parcels; each sees only their own. */
function Page({ deps, call, shipments, said, fault }: Props) {
  const words = useMessages().desk.compose;
  const { title: list } = useMessages().desk.shipments;
  const fields = {
    '/subject': { name: words.subject, control: 'subject' },
    '/text': { name: words.text, control: 'text' },
  };
  const refused = fault === undefined ? null : { problem: fault, fields };
  const ways = shipments.map((each) => deps.notifications.writtenBy(each));
  return (
    <DeskLayout deps={deps} visitor={call.visitor} title={words.title} at={AT}>
      <PageHead title={words.title} above={[[AT, list]]} />
      {shipments.length === 0 ? (
        <Empty>
          {words.none} <a href={AT}>{words.back}</a>
        </Empty>
      ) : (
        <>
          <p class="lead">{words.lead}</p>
          {refused && <Faults {...refused} />}
          <Table label={words.parcels} head={Object.values(words.head)} stacks>
            {shipments.map(({ id, trackingNumber }, index) => (
              <tr key={id}>
                <td class="wrap">
                  <a href={shipmentPathOf(id)}>
                    <code>{trackingNumber}</code>
                  </a>
                </td>
                <td class="wrap">{wayText(words, ways[index] ?? null)}</td>
              </tr>
            ))}
          </Table>
          {ways.every((each) => each === null) ? (
            <Empty>{words.nobody}</Empty>
          ) : (
            <FormRefused value={refused}>
              <Form {...{ shipments, said }} />
            </FormRefused>
          )}
        </>
      )}
    </DeskLayout>
  );
}

function wayText(
  words: { readonly ways: Readonly<Record<'email' | 'sms', string>>; readonly noWay: string },
  way: 'email' | 'sms' | null,
): string {
  return way === null ? words.noWay : words.ways[way];
}

function Form({ shipments, said }: Pick<Props, 'shipments' | 'said'>) {
  const words = useMessages().desk.compose;
  const subject = useFaultAt('subject', 'subject-hint');
  const text = useFaultAt('text', 'text-hint');
  return (
    <PostForm to="/console/write" class="stack narrow card">
      <input type="hidden" name="message" value={said.get('message') ?? ''} />
      <input type="hidden" name="back" value={said.get('back') ?? ''} />
      {said.get('all') === 'yes' ? (
        <input type="hidden" name="all" value="yes" />
      ) : (
        shipments.map(({ id }) => <input key={id} type="hidden" name="id" value={id} />)
      )}
      <label for="subject">{words.subject}</label>
      <p id="subject-hint" class="soft">
        {words.subjectHint}
      </p>
      {subject.said}
      <input
        {...{ id: 'subject', name: 'subject', type: 'text', maxLength: 150, required: true }}
        {...subject.marks}
        value={said.get('subject') ?? ''}
        autocomplete="off"
      />
      <label for="text">{words.text}</label>
      <p id="text-hint" class="soft">
        {words.textHint}
      </p>
      {text.said}
      <textarea
        class="prose"
        {...{ id: 'text', name: 'text', maxLength: 1_000, required: true, rows: 6 }}
        {...text.marks}
      >
        {said.get('text') ?? ''}
      </textarea>
      <button type="submit" class="primary">
        {words.send}
      </button>
    </PostForm>
  );
}

interface NotesProps {
  readonly shipmentId: string;
  readonly notes: readonly ShipmentNote[];
  readonly mayWrite: boolean;
}

/** Colleagues' notes about a parcel, and a form for more. */
export function Notes({ shipmentId, notes, mayWrite }: NotesProps) {
  const words = useMessages().desk.compose;
  if (notes.length === 0 && !mayWrite) return null;
  return (
    <FoldedCard id="notes" title={words.notes}>
      <p class="soft">{words.notesLead}</p>
      {notes.map(({ id, text, author, writtenAtMs }) => (
        <div key={id}>
          <p class="soft">
            {author === '' ? words.firstKey : author} · <Instant at={iso(writtenAtMs)} />
          </p>
          {text.split('\n').map((line, index) => (
            <p key={index} class="wrap">
              {line}
            </p>
          ))}
        </div>
      ))}
      {mayWrite && (
        <details>
          <summary>{words.note}</summary>
          <PostForm to={`${shipmentPathOf(shipmentId)}/notes`} class="stack">
            <label class="unseen" for="new-note">
              {words.note}
            </label>
            <textarea id="new-note" class="prose" name="note" maxLength={2_000} rows={2} required />
            <button type="submit">{words.addNote}</button>
          </PostForm>
        </details>
      )}
    </FoldedCard>
  );
}
