import { isTerminal, type Status } from '../../../kernel/status.ts';
import type { CaseKind, ExceptionCase } from '../cases/case.ts';

/** Possible actions on a case now, for those authorized by the API or a signed link. */
export const CASE_OPTIONS = [
  'reschedule',
  'redirect',
  'confirm_address',
  'approve_address',
  'add_evidence',
  'claim',
  'send_back',
  'resolve',
] as const;
type CaseOption = (typeof CASE_OPTIONS)[number];

/** Kinds of trouble that another day or another place may solve. */
const MENDED_BY_REQUEST: ReadonlySet<CaseKind> = new Set([
  'attempts',
  'address',
  'refused',
  'other',
  'request',
]);
const SENT_BACK_FROM: ReadonlySet<Status> = new Set([
  'picked_up',
  'in_transit',
  'at_facility',
  'delivery_attempted',
  'available_for_pickup',
  'exception',
]);

/**
 * The possible actions on a case.
 *
 * @param addressProposed whether the recipient has proposed an address that nobody has reviewed.
 */
export function optionsOf(
  { kind, state }: Pick<ExceptionCase, 'kind' | 'state'>,
  status: Status,
  addressProposed: boolean,
): CaseOption[] {
  if (state === 'closed') return [];
  const underWay = !isTerminal(status) && status !== 'returning';
  const asksAddress = kind === 'address' && underWay;
  const offered: readonly (readonly [CaseOption, boolean])[] = [
    ['reschedule', underWay && MENDED_BY_REQUEST.has(kind)],
    ['redirect', underWay && MENDED_BY_REQUEST.has(kind)],
    ['confirm_address', asksAddress && !addressProposed],
    ['approve_address', asksAddress && addressProposed],
    ['add_evidence', kind === 'damaged' || kind === 'lost'],
    ['claim', kind === 'damaged' || kind === 'lost'],
    ['send_back', SENT_BACK_FROM.has(status)],
    ['resolve', true],
  ];
  return offered.flatMap(([option, is]) => (is ? [option] : []));
}
