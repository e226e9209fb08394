import type { Problem } from '../../../kernel/errors.ts';
import type { Reach } from '../../../reactions/notifications/index.ts';
import { iso, type Shipment, type ShipmentNote } from '../../../tracking/ports/shipments.ts';
import { Faults, FormRefused, useFaultAt } from '../kit/faults.tsx';
import { PostForm } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { DeskLayout, FoldedCard, PageHead } from '../kit/layout.tsx';
import { Empty, Instant, Table } from '../kit/pieces.tsx';
import type { DeskPageProps } from '../kit/visit.ts';
import { PreviewFrame } from '../settings/preview-frame.tsx';
import { shipmentPathOf } from '../shipments/list-page.tsx';
import { AT } from '../shipments/listing.ts';

interface Props extends DeskPageProps {
  readonly shipments: readonly Shipment[];
  /** How each of their recipients can be written to. */
  readonly reach: readonly Reach[];
  /** The form's current values. */
  readonly said: URLSearchParams;
  readonly fault?: Problem | undefined;
}

/** A wrapper, because texts are available only during rendering. */
export const WritePage = (props: Props) => <Page {...props} />;

/** A message to the recipients of selected parcels; each sees only their own. */
function Page({ deps, call, shipments, reach, said, fault }: Props) {
  const words = useMessages().desk.compose;
  const { title: list } = useMessages().desk.shipments;
  const { previewTitle } = useMessages().desk.templates;
  const fields = {
    '/subject': { name: words.subject, control: 'subject' },
    '/text': { name: words.text, control: 'text' },
  };
  const refused = fault === undefined ? null : { problem: fault, fields };
  const isReached = reach.some((each) => each === 'email' || each === 'sms');
  return (
    <DeskLayout deps={deps} visitor={call.visitor} title={words.title} at={AT}>
      <PageHead title={words.title} above={[[AT, list]]} />
      {shipments.length === 0 ? (
        <Empty>
          {words.none} <a href={AT}>{words.back}</a>
        </Empty>
      ) : (
        <>
          <Reached reach={reach} />
          {refused && <Faults {...refused} />}
          {isReached && (
            <div class="look">
              <FormRefused value={refused}>
                <Form {...{ shipments, said }} />
              </FormRefused>
              <PreviewFrame title={previewTitle} src={`/console/write/preview?${textsOf(said)}`} />
            </div>
          )}
          <Table label={words.parcels} head={Object.values(words.head)} stacks>
            {shipments.map(({ id, trackingNumber }, index) => (
              <tr key={id}>
                <td class="wrap">
                  <a href={shipmentPathOf(id)}>
                    <code>{trackingNumber}</code>
                  </a>
                </td>
                <td class="wrap">{words.ways[reach[index] ?? 'none']}</td>
              </tr>
            ))}
          </Table>
        </>
      )}
    </DeskLayout>
  );
}

/** How many recipients get the message and by which channel, and who gets none. */
function Reached({ reach }: Pick<Props, 'reach'>) {
  const words = useMessages().desk.compose;
  const count = (of: Reach) => reach.filter((each) => each === of).length;
  const [email, sms, declined, unknown] = (['email', 'sms', 'declined', null] as const).map(count);
  const left = { declined: declined ?? 0, unknown: unknown ?? 0 };
  const sent = { email: email ?? 0, sms: sms ?? 0 };
  if (left.unknown === reach.length) return <Empty>{words.nobody}</Empty>;
  return (
    <p class="lead">
      {words.reached({ ...sent, count: sent.email + sent.sms })}{' '}
      {left.declined + left.unknown > 0 &&
        words.leftOut({ ...left, count: left.declined + left.unknown })}
    </p>
  );
}

/** The texts that a form starts with, for the preview. */
function textsOf(said: URLSearchParams): URLSearchParams {
  return new URLSearchParams({
    subject: said.get('subject') ?? '',
    text: said.get('text') ?? '',
  });
}

function Form({ shipments, said }: Pick<Props, 'shipments' | 'said'>) {
  const words = useMessages().desk.compose;
  const { show } = useMessages().desk.branding;
  const subject = useFaultAt('subject', 'subject-hint');
  const text = useFaultAt('text', 'text-hint');
  return (
    <PostForm to="/console/write" class="stack card" data-preview>
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
      <div class="row">
        <button type="submit" class="primary">
          {words.send}
        </button>
        <button
          type="submit"
          formaction="/console/write/preview"
          formtarget="preview"
          formNoValidate
          data-previews="#subject, #text"
        >
          {show}
        </button>
      </div>
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
  const { compose: words, frame } = useMessages().desk;
  if (notes.length === 0 && !mayWrite) return null;
  return (
    <FoldedCard id="notes" title={words.notes} brief={notes[0]?.text ?? words.noNotes}>
      <p class="soft">{words.notesLead}</p>
      {notes.map(({ id, text, author, writtenAtMs }) => (
        <div key={id}>
          <p class="soft">
            {author === '' ? frame.bootstrapKey : author} · <Instant at={iso(writtenAtMs)} />
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
