import { type ComponentChildren, cloneElement, toChildArray, type VNode } from 'preact';
import { useId } from 'preact/hooks';
import type { CodeMatch } from '../../../adapters/index.ts';
import type { Mode } from '../../../kernel/tenant.ts';
import { dateFormat, relativeTimeFormat } from '../../../kernel/time/formatters.ts';
import { dayIn } from '../../../kernel/time/zoned-time.ts';
import { percentIn } from '../../../platform/messages/catalogue.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { useDates } from './dates.ts';
import { PostForm, useIsReadOnly } from './fields.tsx';
import { useMessages, useSpoken } from './language.ts';

/**
 * A time in the reader's zone; with `nowMs`, how long ago it was or in how long it is, and the
 * exact time on hover.
 */
export function Instant({ at, nowMs }: { readonly at: string | null; readonly nowMs?: number }) {
  const words = useMessages().layout.pieces;
  const { locale, timeZone } = useSpoken();
  if (at === null) return <span class="soft">{words.never}</span>;
  const exact = instantIn(locale, timeZone, at);
  const ago =
    nowMs === undefined ? null : agoOf(Date.parse(at), nowMs, { words, locale, timeZone });
  return (
    <time dateTime={at} class="instant" title={ago === null ? undefined : exact}>
      {ago ?? exact}
    </time>
  );
}

/** A time in the reader's zone as a record writes it: `Fri, Nov 27, 8:39 PM`. */
export function Moment({ at, nowMs }: { readonly at: string | null; readonly nowMs: number }) {
  const dates = useDates(nowMs);
  return at === null ? <Instant at={at} /> : <time dateTime={at}>{dates.moment(at)}</time>;
}

const DAY_MS = 86_400_000;

/** Date and time as people of the region write them: Nov 24, 2026, 8:39 PM; 24.11.2026, 20:39. */
function instantIn(locale: string, timeZone: string, at: string): string {
  const how = { dateStyle: 'medium', timeStyle: 'short', timeZone } as const;
  return dateFormat(locale, how).format(new Date(at));
}

interface Reader {
  readonly words: Messages['layout']['pieces'];
  readonly locale: string;
  readonly timeZone: string;
}

/** How long ago, or in how long; from a day on by the reader's calendar. Pure. */
function agoOf(atMs: number, nowMs: number, { words, locale, timeZone }: Reader): string {
  const isAhead = atMs > nowMs;
  const minutes = Math.floor(Math.abs(nowMs - atMs) / 60_000);
  const [inMinutes, inHours, inDays] = isAhead
    ? [words.inMinutes, words.inHours, words.inDays]
    : [words.minutes, words.hours, words.days];
  if (minutes < 1) return words.justNow;
  if (minutes < 60) return inMinutes({ count: minutes });
  if (minutes < 24 * 60) return inHours({ count: Math.floor(minutes / 60) });
  if (minutes >= 48 * 60) return inDays({ count: Math.floor(minutes / 1_440) });
  const nextMs = Math.min(atMs, nowMs) + DAY_MS;
  if (dayIn(timeZone, nextMs) !== dayIn(timeZone, Math.max(atMs, nowMs))) {
    return inDays({ count: 2 });
  }
  const near = relativeTimeFormat(locale);
  if (!isAhead) return near.format(-1, 'day');
  const time = dateFormat(locale, { timeStyle: 'short', timeZone }).format(atMs);
  return `${near.format(1, 'day')}, ${time}`;
}

/** A version's first digits: enough to distinguish it and to look it up. */
export function Version({ of }: { readonly of: string | null }) {
  const words = useMessages().layout.pieces;
  if (of === null) return <span class="soft">{words.none}</span>;
  return (
    <code class="version" title={of}>
      {of.slice(0, 10)}
    </code>
  );
}

export function Codes({ codes }: { readonly codes: CodeMatch }) {
  return (
    <span class="codes">
      {Object.entries(codes).map(([key, value]) => (
        <span key={key} class="code">
          <span class="key">{key}</span> <b>{value}</b>
        </span>
      ))}
    </span>
  );
}

/** Live or test, beside the name of a merchant. */
export function ModeName({ mode }: { readonly mode: Mode }) {
  return <span class="soft">{useMessages().desk.frame.modes[mode]}</span>;
}

/** The page of a shipment. */
export function shipmentPath(id: string): string {
  return `/console/shipments/${id}`;
}

/** A parcel's number or other identifier, linked to its page. */
export function ShipmentLink({ id, number }: { readonly id: string; readonly number: string }) {
  return (
    <a href={shipmentPath(id)}>
      <code>{number}</code>
    </a>
  );
}

export type Tone = 'good' | 'info' | 'warn' | 'bad' | 'plain';

export function Tag({ tone = 'plain', children }: { tone?: Tone; children: ComponentChildren }) {
  return <span class={`tag ${tone}`}>{children}</span>;
}

/** A share as a bar and in figures; null: no total. */
export function Share({ of, label }: { readonly of: number | null; readonly label: string }) {
  const { language } = useSpoken();
  if (of === null) return <span class="soft">–</span>;
  // Rounded down, so that 100% means all of it.
  const share = Math.floor(of * 1_000) / 1_000;
  const text = percentIn(language, share, Number.isInteger(share * 100) ? 0 : 1);
  return (
    <span class="share">
      <meter min={0} max={100} value={share * 100} aria-label={label}>
        {text}
      </meter>
      <span>{text}</span>
    </span>
  );
}

interface SubmitProps {
  readonly to: string;
  /** Absent: the page's. */
  readonly csrf?: string;
  readonly label: string;
  /** Hidden fields to submit. */
  readonly fields?: Readonly<Record<string, string>>;
}

interface ActionProps extends SubmitProps {
  readonly kind?: 'primary' | 'quiet' | 'danger';
  /** Announced after the label by assistive technology, where several buttons look alike. */
  readonly about?: string;
}

/** A button for a single action. */
export function Action({ label, kind = 'quiet', fields, about, ...rest }: ActionProps) {
  return (
    <PostForm {...rest} class="action">
      <Hidden {...{ fields }} />
      <button type="submit" class={kind}>
        {label}
        {about && <span class="unseen">{` ${about}`}</span>}
      </button>
    </PostForm>
  );
}

/** A switch that acts when pressed: its fields say what it is switched to. */
export function Switch({ label, isOn, fields, ...rest }: SubmitProps & { readonly isOn: boolean }) {
  return (
    <PostForm {...rest} class="action">
      <Hidden {...{ fields }} />
      <button type="submit" class="switch" role="switch" aria-checked={isOn} title={label}>
        <span class="unseen">{label}</span>
      </button>
    </PostForm>
  );
}

function Hidden({ fields = {} }: { readonly fields: SubmitProps['fields'] | undefined }) {
  return Object.entries(fields).map(([name, value]) => (
    <input key={name} type="hidden" name={name} value={value} />
  ));
}

interface RemovalProps extends Omit<ActionProps, 'kind'> {
  /** Label of the confirming button. */
  readonly sure: string;
  /** What stops working, where the label does not say it. */
  readonly means?: string;
}

/** Irreversible actions take two presses, also without a script. */
export function Removal({ label, sure, means, about, ...action }: RemovalProps) {
  if (useIsReadOnly()) return null;
  return (
    <details class="removal">
      <summary>
        {label}
        {about && <span class="unseen">{` ${about}`}</span>}
      </summary>
      {means && <p>{means}</p>}
      <Action {...action} kind="danger" label={sure} {...(about === undefined ? {} : { about })} />
    </details>
  );
}

interface Sorting {
  readonly href: string;
  /** Absent: by another column. */
  readonly order: 'ascending' | 'descending' | undefined;
}

/**
 * A table that scrolls when the window is narrower than it. Heads stand above numbers as these do:
 * at the end of their column.
 */
export function Table({
  label,
  head,
  stacks = false,
  isDense = false,
  sorting,
  children,
}: {
  readonly label: string;
  readonly head: readonly string[];
  /** Where the head of each column leads that sorts by it, and how it sorts now. */
  readonly sorting?: readonly (Sorting | undefined)[];
  /**
   * On a phone each row becomes a block: `bare` without column names, `lines` in two columns, with a
   * `state` beside the name.
   */
  readonly stacks?: boolean | 'bare' | 'lines';
  /** Its texts are short: its columns may be narrow. */
  readonly isDense?: boolean;
  readonly children: ComponentChildren;
}) {
  const words = useMessages().layout.pieces;
  const first = toChildArray(children).find((row) => cellsOf(row).length === head.length);
  const isNumber = cellsOf(first).map(
    (cell) =>
      typeof cell === 'object' &&
      ((cell.props as { class?: string }).class ?? '').split(' ').includes('number'),
  );
  return (
    <Scroller label={label}>
      <table
        class={
          [stacks && 'stacks', stacks !== true && stacks && `of-${stacks}`, isDense && 'dense']
            .filter(Boolean)
            .join(' ') || undefined
        }
      >
        <thead>
          <tr>
            {head.map((name, index) => (
              <th
                key={name}
                scope="col"
                class={isNumber[index] ? 'number' : undefined}
                aria-sort={sorting?.[index]?.order}
                data-in-place={sorting?.[index] ? '' : undefined}
              >
                {name === '' ? (
                  <span class="unseen">{words.actions}</span>
                ) : sorting?.[index] ? (
                  <a href={sorting[index].href}>{name}</a>
                ) : (
                  name
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{stacks && stacks !== 'bare' ? withColumnNames(children, head) : children}</tbody>
      </table>
    </Scroller>
  );
}

/** The keyboard scrolls the focused element; nothing inside this one can take the focus. */
const SCROLLED = { tabIndex: 0 };

interface FactProps {
  readonly name: string;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** A line in a list of facts. */
export function Fact({ name, class: look, children }: FactProps) {
  return (
    <>
      <dt>{name}</dt>
      <dd class={look}>{children}</dd>
    </>
  );
}

/** Attributes of a named group; groups of form fields are fieldsets instead. */
export const groupOf = (label: string) => ({ role: 'group', 'aria-label': label }) as const;

/**
 * Content that may be wider than its page, and can be scrolled with the keyboard. A group and not a
 * landmark: it is often below a heading with the same text.
 */
export function Scroller({
  label,
  class: name = 'scroll',
  children,
}: {
  readonly label: string;
  readonly class?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <div class={name} {...groupOf(label)} {...SCROLLED}>
      {children}
    </div>
  );
}

interface RawTextProps extends Pick<CopyProps, 'about'> {
  readonly children: ComponentChildren;
}

/** Preformatted text that wraps and scrolls, with a button that copies it. */
export function RawText({ about, children }: RawTextProps) {
  const id = useId();
  return (
    <div class="sample">
      <CopyButton of={id} {...(about === undefined ? {} : { about })} />
      <pre class="content" {...SCROLLED} id={id}>
        {children}
      </pre>
    </div>
  );
}

/** Rows whose cells carry their column's heading, for phones that show no header row. */
function withColumnNames(rows: ComponentChildren, head: readonly string[]): ComponentChildren {
  return toChildArray(rows).map((row) => {
    if (typeof row !== 'object' || row.type !== 'tr') return row;
    const labelled = cellsOf(row).map((cell, index) =>
      typeof cell === 'object' && cell.type === 'td' && head[index]
        ? cloneElement(cell as VNode<Record<string, unknown>>, { 'data-label': head[index] })
        : cell,
    );
    return cloneElement(row, {}, labelled);
  });
}

function cellsOf(row: ReturnType<typeof toChildArray>[number] | undefined) {
  if (typeof row !== 'object' || row.type !== 'tr') return [];
  return toChildArray((row.props as { children?: ComponentChildren }).children);
}

/** The link to the rest of a list. */
export function Older({ href }: { readonly href: string }) {
  return (
    <a class="more" href={href}>
      {useMessages().layout.pieces.older}
    </a>
  );
}

/**
 * A text with elements in place of some values, each filled in as its name in braces.
 *
 * @example <Filled text={words.changed({ at: '{at}' })} parts={{ at: <Instant at={at} /> }} />
 */
export function Filled({
  text,
  parts,
}: {
  readonly text: string;
  readonly parts: Readonly<Record<string, ComponentChildren>>;
}) {
  return (
    <>{text.split(/\{(\w+)\}/).map((piece, index) => (index % 2 === 1 ? parts[piece] : piece))}</>
  );
}

interface EmptyProps {
  /** A title and a sentence in place of the others. */
  readonly says?: { readonly title: string; readonly text: string };
  /** What is missing, in a few words; absent: the sentence says it. */
  readonly title?: string;
  /** The one thing to do about it: a link, a button, or a form that opens in place. */
  readonly action?: ComponentChildren;
  /** A sentence. */
  readonly children?: ComponentChildren;
}

/** In place of a list or a part of a page while there is nothing to show. */
export function Empty({ says, title = says?.title, action, children }: EmptyProps) {
  return (
    <div class="empty">
      {title && <h2>{title}</h2>}
      <p>{says?.text ?? children}</p>
      {action}
    </div>
  );
}

/** The action of an empty list that shows only a part: the whole. */
export function ShowAll({ href }: { readonly href: string }) {
  return (
    <a class="button" href={href}>
      {useMessages().layout.pieces.showAll}
    </a>
  );
}

interface CopyProps {
  /** Id of the element with the text. */
  readonly of: string;
  /** Says to a screen reader what is copied, where the page has several such buttons. */
  readonly about?: string;
  readonly class?: string | undefined;
}

/** A button that copies a text of the page. */
export function CopyButton({ of, about, class: look }: CopyProps) {
  const { copy, copied } = useMessages().layout.pieces;
  // Where all buttons are disabled, a link still works.
  if (useIsReadOnly()) {
    return (
      <a class={look ?? 'button'} href={`#${of}`} data-copies={`#${of}`} data-copied={copied}>
        {copy}
        {about && <span class="unseen">{` ${about}`}</span>}
      </a>
    );
  }
  return (
    <button type="button" class={look} data-copies={`#${of}`} data-copied={copied}>
      {copy}
      {about && <span class="unseen">{` ${about}`}</span>}
    </button>
  );
}

interface ShownOnceProps {
  readonly text: string;
  /** What it is, and that it will not be shown again. */
  readonly children: ComponentChildren;
}

/** A new secret or link, which is shown only now, with a button that copies it. */
export function ShownOnce({ text, children }: ShownOnceProps) {
  return (
    <div class="card shown-once" role="status">
      {children}
      <div class="secret-line">
        <code class="secret wrap" id="shown-once">
          {text}
        </code>
        <CopyButton of="shown-once" />
      </div>
    </div>
  );
}

/** Something that happened. */
export interface DayEntry {
  readonly key: string;
  /** By the reader's clock, as `YYYY-MM-DDTHH:MM…`; null: not known. */
  readonly at: string | null;
  /** The time for programs, and for people in full. */
  readonly dateTime?: string | undefined;
  readonly title?: string | undefined;
  /** The colour of its dot. */
  readonly tone?: string | undefined;
  readonly children: ComponentChildren;
}

interface DayListProps {
  readonly entries: readonly DayEntry[];
  readonly nowMs: number;
}

/** What happened, below the days on which it did, in the given order. */
export function DayList({ entries, nowMs }: DayListProps) {
  const { noTime } = useMessages().shipmentPage.timeline;
  const dates = useDates(nowMs);
  const dayOf = (entry: DayEntry | undefined) => entry?.at?.slice(0, 10) ?? null;
  return (
    <ol class="days">
      {entries.map((entry, index) => {
        const { key, at, dateTime, title, tone, children } = entry;
        const day = dayOf(entry);
        return (
          <>
            {(index === 0 || day !== dayOf(entries[index - 1])) && (
              <li class="day" key={`${key} day`}>
                {day === null ? noTime : dates.heading(day)}
              </li>
            )}
            <li key={key} class={tone}>
              <span class="when">
                {at !== null && (
                  <time dateTime={dateTime ?? at} title={title}>
                    {dates.time(at)}
                  </time>
                )}
              </span>
              <div>{children}</div>
            </li>
          </>
        );
      })}
    </ol>
  );
}
