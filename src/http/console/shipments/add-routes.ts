import { clearWinner, type DetectedCarrier, detectCarriers } from '../../../adapters/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { numbersIn, onOneLine } from '../../../kernel/numbers/several.ts';
import { registerShipment } from '../../../tracking/ports/shipments.ts';
import { createShipment } from '../../api/shipments/input-schema.ts';
import { assertOwnParcel, newShipments } from '../../api/shipments/new-shipment.ts';
import type { Route } from '../../kit/route.ts';
import { parseBody } from '../../kit/validation.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';
import { AddPage, GUESSED } from './add-page.tsx';
import { AT } from './listing.ts';

const GUESSES_MAX = 4;

/** "Add parcel": the same command as `POST /v1/shipments`, as a form that guesses the carrier. */
export function addRoutes(deps: DeskDeps): readonly Route[] {
  const page = (call: DeskCall, form: URLSearchParams, problem: Problem | null) =>
    AddPage({ deps, call, form, problem, guesses: guessesOf(deps, form.get('number') ?? '') });
  return [
    deskPage(deps, 'readNewDeskShipment', async (call) => page(call, call.query, null)),
    deskForm(deps, 'addDeskShipment', async (call) => {
      const { tenant } = call;
      const form = new URLSearchParams(call.form);
      const isGuessed = form.get('carrier')?.startsWith(GUESSED) === true;
      // Nobody chose it, and the number may have changed since.
      if (isGuessed) form.delete('carrier');
      if (form.get('do') === 'guess') return page(call, form, null);
      const [guess, ...others] = guessesOf(deps, form.get('number') ?? '');
      if (isGuessed && guess !== undefined && others.length === 0) {
        form.set('carrier', guess.carrier);
      }
      const { adapters, tracking } = deps.parts;
      try {
        const { tracking_number: number = '', ...wanted } = parseBody(createShipment, bodyOf(form));
        const { shipments } = newShipments(adapters, { ...wanted, tracking_number: number });
        let done = '';
        for (const attributes of shipments) {
          const registered = await registerShipment(tracking, tenant, attributes);
          const { shipment, created } = assertOwnParcel(registered);
          await call.note(shipment.id);
          done = `/${shipment.id}?done=${created ? 'added' : 'known'}`;
        }
        if (shipments.length > 1) done = `?done=added-${shipments.length}`;
        return { seeOther: `${AT}${done}` };
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        return { invalid: page(call, form, error) };
      }
    }),
  ];
}

/** The certain carrier alone, else the likeliest, which may be carriers without an adapter. */
function guessesOf({ parts }: DeskDeps, number: string): readonly DetectedCarrier[] {
  if (number.trim() === '') return [];
  const [first = ''] = numbersIn(number);
  const candidates = detectCarriers(parts.adapters, first);
  const winner = clearWinner(candidates);
  if (winner !== null) return [winner];
  const seen = new Set<string>();
  return candidates
    .filter(({ carrier }) => !seen.has(carrier) && seen.add(carrier))
    .slice(0, GUESSES_MAX);
}

/** The fields as the API's body; empty ones are absent. Pure. */
function bodyOf(form: URLSearchParams): unknown {
  const text = (name: string) => (form.get(name) ?? '').trim() || undefined;
  const inform = form.get('inform') ?? 'email';
  const email = inform === 'email' ? text('email') : undefined;
  const phone = inform === 'none' ? undefined : text('phone');
  return withoutEmpty({
    tracking_number: onOneLine(text('number') ?? ''),
    carrier: text('carrier'),
    order_id: text('order'),
    same_parcel: form.get('same-parcel') === 'yes' || undefined,
    recipient: withoutEmpty({ name: text('name'), email, phone }),
    destination: withoutEmpty({ country: text('country'), postal_code: text('postal-code') }),
  });
}

function withoutEmpty(members: Readonly<Record<string, unknown>>): unknown {
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}
