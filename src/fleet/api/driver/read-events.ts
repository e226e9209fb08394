import { parseBody } from '../../../http/kit/validation.ts';
import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { englishItem } from '../../../platform/messages/error-text.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import {
  type Couriers,
  type Driver,
  type DriverResult,
  type EventRefusal,
  firstName,
  type ReadEvent,
} from '../../couriers/index.ts';
import { driverEvent } from './event-schema.ts';

/**
 * Parses one event of a list separately: an invalid one is refused without affecting the others.
 */
export function readEvent(value: unknown): ReadEvent {
  const read = driverEvent.safeParse(value);
  if (read.success) return { event: read.data };
  return { id: idOf(value), refusal: { code: 'invalid', ...faultOf(value) } };
}

function idOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('id' in value)) return null;
  return typeof value.id === 'string' ? value.id.slice(0, 64) : null;
}

/** The error text of an invalid body as a whole. */
function faultOf(value: unknown) {
  try {
    parseBody(driverEvent, value);
  } catch (error) {
    const first = error instanceof Problem ? error.errors[0] : undefined;
    if (first === undefined) throw error;
    return first;
  }
  throw new Error('an event was refused, but its fault was not found');
}

/** A colleague's name, where the courier may know it. */
type NameOf = (courierId: string) => { readonly id: string; readonly first_name: string };

/** First names of the colleagues named in refusals. */
export type NamesOf = (driver: Driver, results: readonly DriverResult[]) => Promise<NameOf>;

/**
 * Returns a function that looks up the first names of colleagues who hold parcels, for refusals.
 */
export function namesOf(couriers: Pick<Couriers, 'find'>): NamesOf {
  return async ({ tenant }, results) => {
    const ids = new Set(
      results.flatMap((result) =>
        result.outcome === 'refused' && result.refusal.code === 'held_by_another'
          ? [result.refusal.by]
          : [],
      ),
    );
    const names = new Map<string, string>();
    for (const id of ids) {
      const colleague = await couriers.find(tenant, id);
      names.set(id, colleague === null ? '' : firstName(colleague.name));
    }
    return (id) => ({ id: wireId('courier', id), first_name: names.get(id) ?? '' });
  };
}

/** The JSON of an event's result. The texts of a refusal are in English. */
export function resultJson(result: DriverResult, nameOf: NameOf) {
  if (result.outcome !== 'refused') return { id: result.id, outcome: result.outcome };
  return {
    id: result.id,
    outcome: result.outcome,
    error: englishItem(refusalJson(result.refusal, nameOf)),
  };
}

function refusalJson(refusal: EventRefusal, nameOf: NameOf) {
  switch (refusal.code) {
    case 'invalid':
      return refusal;
    case 'not_yours':
      return {
        code: refusal.code,
        reason: 'deliveries.notYourParcel' as const,
        fix: 'deliveries.scanInFirst' as const,
      };
    case 'held_by_another': {
      const courier = nameOf(refusal.by);
      return {
        code: refusal.code,
        reason: {
          'deliveries.colleagueHasParcel': {
            name: courier.first_name || 'none',
          },
        } as const,
        fix: 'deliveries.confirmHandover' as const,
        courier,
      };
    }
    case 'no_such_parcel':
      return {
        code: refusal.code,
        reason: 'deliveries.noSuchOwnParcel' as const,
        fix: 'deliveries.checkLabelNumber' as const,
      };
    case 'forbidden_move': {
      const { code, current, requested, allowed } = refusal;
      const to = allowed.join(', ') || 'none';
      return {
        code,
        current,
        requested,
        allowed,
        reason: { 'deliveries.parcelTransitionNotAllowed': { current, requested, to } },
        fix: forbiddenFix(current),
      };
    }
    case 'overtaken': {
      const { code, current, requested, latestAtMs } = refusal;
      return {
        code,
        current,
        requested,
        latest_at: iso(latestAtMs),
        reason: { 'deliveries.parcelHasNewerStatus': { current } },
        fix: 'deliveries.ignoreOrInformDispatcher' as const,
      };
    }
    case 'proof_missing':
      return {
        code: refusal.code,
        missing: refusal.missing,
        reason: { 'deliveries.proofMissing': { missing: refusal.missing.join(', ') } },
        fix: 'deliveries.sendProofFirst' as const,
      };
  }
}

function forbiddenFix(current: string): ErrorText {
  if (current === 'delivered') {
    return 'deliveries.undoDelivery';
  }
  if (current === 'returning') {
    return 'deliveries.endReturnFirst';
  }
  if (current === 'created' || current === 'picked_up' || current === 'at_facility') {
    return 'deliveries.loadIntoVanFirst';
  }
  return 'deliveries.checkParcelAndButton';
}
