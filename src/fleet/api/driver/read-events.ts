import { parseBody } from '../../../http/kit/validation.ts';
import { Problem } from '../../../kernel/errors.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { iso } from '../../../tracking/index.ts';
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

/** The same error text as for an entire invalid body. */
function faultOf(value: unknown) {
  try {
    parseBody(driverEvent, value);
  } catch (error) {
    const first = error instanceof Problem ? error.errors[0] : undefined;
    if (first === undefined) throw error;
    return first;
  }
  throw new Error('an event was refused and is fine');
}

/** A colleague's name, where the courier may know it. */
export type NameOf = (courierId: string) => { readonly id: string; readonly first_name: string };

/** First names of the colleagues named in refusals. */
export type NamesOf = (driver: Driver, results: readonly DriverResult[]) => Promise<NameOf>;

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

export function resultJson(result: DriverResult, nameOf: NameOf) {
  if (result.outcome !== 'refused') return { id: result.id, outcome: result.outcome };
  return { id: result.id, outcome: result.outcome, error: refusalJson(result.refusal, nameOf) };
}

function refusalJson(refusal: EventRefusal, nameOf: NameOf) {
  switch (refusal.code) {
    case 'invalid':
      return refusal;
    case 'not_yours':
      return {
        code: refusal.code,
        reason: 'You do not have this parcel.',
        fix: 'If it is in your hands, scan it in first. What you sent is kept, and somebody will look at it.',
      };
    case 'held_by_another': {
      const courier = nameOf(refusal.by);
      return {
        code: refusal.code,
        reason: `${courier.first_name === '' ? 'A colleague' : courier.first_name} has this parcel.`,
        fix: 'If it was handed over to you, scan it again and confirm that.',
        courier,
      };
    }
    case 'no_such_parcel':
      return {
        code: refusal.code,
        reason: 'There is no such parcel of own couriers.',
        fix: 'Check the number on the label; if it is right, tell the dispatcher.',
      };
    case 'forbidden_move': {
      const { code, current, requested, allowed } = refusal;
      const where = allowed.length === 0 ? 'to no other status' : `to ${allowed.join(', ')}`;
      return {
        ...{ code, current, requested, allowed },
        reason: `A parcel that is ${current} cannot become ${requested}; it can move ${where}.`,
        fix: forbiddenFix(current),
      };
    }
    case 'overtaken': {
      const { code, current, requested, latestAtMs } = refusal;
      return {
        ...{ code, current, requested, latest_at: iso(latestAtMs) },
        reason: `Something later is known of this parcel already: it is ${current}.`,
        fix: 'Nothing is to be done if that is right; otherwise tell the dispatcher.',
      };
    }
    case 'proof_missing':
      return {
        ...{ code: refusal.code, missing: refusal.missing },
        reason: `This delivery needs a proof that was not given: ${refusal.missing.join(', ')}.`,
        fix: 'Take it and send it, then report the delivery again.',
      };
  }
}

function forbiddenFix(current: string): string {
  if (current === 'delivered') {
    return 'If it was not delivered after all, take the delivery back (scan UNDELIVERED).';
  }
  if (current === 'returning') {
    return 'It goes back to the sender. If it is to be delivered after all, end the return (scan RETURN_CANCEL).';
  }
  if (current === 'created' || current === 'picked_up' || current === 'at_facility') {
    return 'Scan it into the van first (LOAD), then report it again.';
  }
  return 'Check that it is the right parcel and the right button; if so, tell the dispatcher.';
}
