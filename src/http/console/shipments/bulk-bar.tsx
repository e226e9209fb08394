import type { ComponentChildren } from 'preact';
import { isDemo } from '../../../kernel/tenant.ts';
import {
  ARCHIVED_TAG,
  type BulkJob,
  isUndoable,
  type ShipmentCount,
} from '../../../tracking/ports/shipments.ts';
import { Faults, type FormFault, FormRefused, useFaultAt } from '../kit/faults.tsx';
import { PostForm } from '../kit/fields.tsx';
import { useMessages, useNumbers } from '../kit/language.ts';
import { Action } from '../kit/pieces.tsx';
import type { DeskCall } from '../kit/visit.ts';
import type { BulkRefusal } from './bulk.ts';
import { AT, queryOf, type Wanted } from './listing.ts';

/** The query of this page of the list. */
function backOf(wanted: Wanted): URLSearchParams {
  const back = queryOf(wanted);
  if (wanted.cursor !== undefined) back.set('cursor', wanted.cursor);
  return back;
}

interface FormProps {
  readonly wanted: Wanted;
  readonly refusal: BulkRefusal | undefined;
  readonly children: ComponentChildren;
}

/** The form around the rows that can be selected. */
export function BulkForm({ wanted, refusal, children }: FormProps) {
  const words = useMessages().desk.shipments;
  const fault: FormFault | null = refusal
    ? { problem: refusal.problem, fields: { '/tag': { name: words.tag, control: 'new-tag' } } }
    : null;
  return (
    <PostForm to={AT}>
      {fault && <Faults {...fault} />}
      <input type="hidden" name="back" value={backOf(wanted).toString()} />
      <FormRefused value={fault}>{children}</FormRefused>
    </PostForm>
  );
}

interface BarProps {
  readonly call: DeskCall;
  readonly wanted: Wanted;
  readonly total: ShipmentCount;
  readonly refusal?: BulkRefusal;
}

/** What can be done with the selected rows, or with everything the list finds. */
export function BulkBar({ call, wanted, total, refusal }: BarProps) {
  const words = useMessages().desk.shipments;
  const { title: write } = useMessages().desk.compose;
  const archive = wanted.tag === ARCHIVED_TAG ? 'unarchive' : 'archive';
  const chosen = refusal?.chosen.length ?? 0;
  const hasCouriers = call.visitor.navigation.some(([name]) => name === 'deliveries');
  const assigns = hasCouriers && call.may('dispatch:decide');
  return (
    <div class={chosen > 0 ? 'bulk on' : 'bulk'}>
      <b data-selected={words.selected({ n: '{n}' })}>
        {chosen > 0 && words.selected({ n: String(chosen) })}
      </b>
      <label class="check soft">
        <input type="checkbox" name="all" value="yes" /> {words.selectAll} <CountOf of={total} />
      </label>
      <ActionButton action="refresh">{words.refresh}</ActionButton>
      <details class="menu" open={refusal !== undefined}>
        <summary>{words.tag}</summary>
        <div class="sheet">
          <TagField value={refusal?.tag ?? ''} />
          <ActionButton action="tag">{words.addTag}</ActionButton>
          <ActionButton action="untag">{words.removeTag}</ActionButton>
        </div>
      </details>
      {!isDemo(call.tenant) && <ActionButton action="message">{write}</ActionButton>}
      {assigns && <ActionButton action="assign">{words.assign}</ActionButton>}
      <ActionButton action={archive}>{words[archive]}</ActionButton>
      {call.may('shipments:export') && <ActionButton action="export">{words.export}</ActionButton>}
    </div>
  );
}

function ActionButton({
  action,
  children,
}: {
  readonly action: string;
  children: ComponentChildren;
}) {
  return (
    <button type="submit" name="do" value={action}>
      {children}
    </button>
  );
}

function TagField({ value }: { readonly value: string }) {
  const words = useMessages().desk.shipments;
  const fault = useFaultAt('new-tag');
  return (
    <>
      <label for="new-tag">{words.tag}</label>
      {fault.said}
      <input
        {...{ id: 'new-tag', name: 'tag', type: 'text', value, maxLength: 64, autocomplete: 'off' }}
        {...fault.marks}
      />
    </>
  );
}

/** The number, or that there are more. */
export function CountOf({ of: { count, isExact } }: { readonly of: ShipmentCount }) {
  return <>{`${useNumbers()(count)}${isExact ? '' : '+'}`}</>;
}

interface NoticeProps {
  readonly job: BulkJob;
  /** The list it was begun on. */
  readonly wanted: Wanted;
}

/** How far an action on many parcels is, or what it did; with a button that reverses it. */
export function JobNotice({ job, wanted }: NoticeProps) {
  const words = useMessages().desk.shipments;
  const back = backOf(wanted);
  const { id, total, done, changed } = job;
  if (job.finishedAtMs === null) {
    const again = `${AT}?${new URLSearchParams([...back, ['job', id]])}`;
    return (
      <span data-waits={again}>
        {words.jobRunning({ done, total })}{' '}
        <a class="by-hand" href={again}>
          {words.jobProgress}
        </a>
      </span>
    );
  }
  const left = total - changed;
  return (
    <>
      {resultOf(words, job)} {left > 0 && words.jobUnchanged({ count: left })}{' '}
      {isUndoable(job) && (
        <Action
          to={AT}
          label={words.undo}
          fields={{ do: 'undo', job: id, back: back.toString() }}
        />
      )}
    </>
  );
}

type Words = ReturnType<typeof useMessages>['desk']['shipments'];

function resultOf(words: Words, { action, tag, changed: count }: BulkJob): string {
  if (action === 'refresh') return words.doneRefreshed({ count });
  if (tag === ARCHIVED_TAG) {
    return action === 'tag' ? words.doneArchived({ count }) : words.doneUnarchived({ count });
  }
  const said = { count, tag: tag ?? '' };
  return action === 'tag' ? words.doneTagged(said) : words.doneUntagged(said);
}
