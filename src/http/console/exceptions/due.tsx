import type { ExceptionCase } from '../../../reactions/exceptions/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { useDates } from '../kit/dates.ts';
import { useMessages } from '../kit/language.ts';
import { Instant, Tag } from '../kit/pieces.tsx';
import { isOverdue } from './suggested.ts';

type Words = ReturnType<typeof useMessages>['console']['cases'];

interface Props {
  readonly exceptionCase: ExceptionCase;
  readonly nowMs: number;
}

/** In how long an open case is due, or by how much it is overdue. */
export function Due({ exceptionCase, nowMs }: Props) {
  const words = useMessages().console.cases;
  const dates = useDates(nowMs);
  const { deadlineAtMs } = exceptionCase;
  if (deadlineAtMs === null) return <>–</>;
  const at = iso(deadlineAtMs);
  const overdue = overdueText(words, exceptionCase, nowMs);
  if (overdue === null) return <Instant at={at} nowMs={nowMs} />;
  return (
    <time class="late" dateTime={at} title={dates.moment(at)}>
      {overdue}
    </time>
  );
}

/** The outcome of a closed case; of an open one, by how much it is overdue, or that it is open. */
export function State({ exceptionCase, nowMs }: Props) {
  const words = useMessages().console.cases;
  if (exceptionCase.state === 'closed') {
    return <Tag tone="good">{exceptionCase.outcome && words.outcomes[exceptionCase.outcome]}</Tag>;
  }
  const overdue = overdueText(words, exceptionCase, nowMs);
  return overdue === null ? <Tag tone="warn">{words.open}</Tag> : <Tag tone="bad">{overdue}</Tag>;
}

/** By how much an open case is overdue; null: it is not. Pure. */
export function overdueText(
  { overdueBy }: Words,
  exceptionCase: ExceptionCase,
  nowMs: number,
): string | null {
  if (!isOverdue(exceptionCase, nowMs)) return null;
  const minutes = Math.floor((nowMs - (exceptionCase.deadlineAtMs ?? nowMs)) / 60_000);
  if (minutes < 60) return overdueBy.minutes({ count: Math.max(1, minutes) });
  if (minutes < 1_440) return overdueBy.hours({ count: Math.floor(minutes / 60) });
  return overdueBy.days({ count: Math.floor(minutes / 1_440) });
}
