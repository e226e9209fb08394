import { z } from 'zod';
import { givenDate } from '../../../kernel/time/time-kinds.ts';
import { text } from '../../../kernel/wire/explain-issues.ts';
import {
  type AddressRequest,
  DAY_WINDOWS,
  type RedirectionRequest,
  type RescheduleRequest,
} from '../../../reactions/exceptions/index.ts';
import { country } from '../../kit/schemas.ts';
import type { Trouble } from './panel/panel-view.ts';

/** For the driver; carriers truncate longer texts. */
const INSTRUCTIONS_CHARS_MAX = 200;
/** Longer than any carrier's id of a pickup point. */
const POINT_ID_CHARS_MAX = 128;

const token = z
  .string()
  .max(200)
  .nullish()
  .describe("The signed link's token, if it is not in the body.");

export const rescheduleRequest = z
  .strictObject({
    t: token,
    date: givenDate.describe('One of the offered days, at the destination.'),
    window: z.enum(DAY_WINDOWS).nullish(),
    instructions: text(INSTRUCTIONS_CHARS_MAX).nullish(),
  })
  .meta({ id: 'RescheduleRequest', example: { date: '2026-03-14', window: 'morning' } });

export const redirectionRequest = z
  .discriminatedUnion('kind', [
    z.strictObject({
      t: token,
      kind: z.literal('pickup_point'),
      point_id: text(POINT_ID_CHARS_MAX),
    }),
    z.strictObject({ t: token, kind: z.literal('hold_at_facility') }),
  ])
  .meta({ id: 'RedirectionRequest', example: { kind: 'pickup_point', point_id: 'P-1' } });

const address = z
  .strictObject({
    name: text(200).nullish(),
    company: text(200).nullish(),
    line1: text(200),
    line2: text(200).nullish(),
    city: text(100),
    region: text(100).nullish(),
    postal_code: text(16).nullish(),
    country,
  })
  .meta({ id: 'CorrectedAddress' });

const ADDRESS_MEMBERS: ReadonlySet<string> = new Set(Object.keys(address.shape));

export const addressRequest = z
  .discriminatedUnion('action', [
    z.strictObject({ t: token, action: z.literal('confirm') }),
    z.strictObject({ t: token, action: z.literal('correct'), address }),
  ])
  .meta({ id: 'AddressRequest', example: { action: 'confirm' } });

/** Selects all proofs together as one PDF, in place of a proof's id. */
export const PROOF_DOCUMENT = 'proof_document';

export const proofRequest = z
  .strictObject({
    t: token,
    proof: text(64)
      .nullish()
      .describe(
        `The proof's id, or \`${PROOF_DOCUMENT}\` for all of them as a PDF. Default: the first.`,
      ),
    consent: z.literal('yes').describe('The reader confirms that they want to and may see it.'),
  })
  .meta({ id: 'ProofRequest', example: { consent: 'yes' } });

export const deliveryRequestAccepted = z
  .strictObject({
    outcome: z.literal('accepted'),
    by: z
      .enum(['carrier', 'merchant'])
      .describe('Who handles it: the carrier accepted it, or a person at the merchant decides.'),
  })
  .meta({ id: 'DeliveryRequestAccepted' });

export const photosReceived = z
  .strictObject({
    added: z.number().int().describe('0: the same photo had been uploaded before.'),
  })
  .meta({ id: 'PhotosReceived' });

export const photosQuery = z.object({
  t: z.string().optional().describe("The link's token, if no form contains it."),
});

export function toRescheduleRequest(body: z.output<typeof rescheduleRequest>): RescheduleRequest {
  const { date, window, instructions } = body;
  return { date, window: window ?? null, instructions: instructions ?? null };
}

export function toRedirectionRequest(
  body: z.output<typeof redirectionRequest>,
): RedirectionRequest {
  return body.kind === 'pickup_point'
    ? { kind: body.kind, pointId: body.point_id }
    : { kind: body.kind };
}

export function toAddressRequest(body: z.output<typeof addressRequest>): AddressRequest {
  if (body.action === 'confirm') return { kind: 'confirm' };
  const given = Object.entries(body.address).filter(([, value]) => typeof value === 'string');
  return { kind: 'correct', address: Object.fromEntries(given) as Record<string, string> };
}

/** Form fields as members of a JSON body; empty fields are left out. */
export function formMembers(form: URLSearchParams): Readonly<Record<string, unknown>> {
  const members: Record<string, unknown> = {};
  const address: Record<string, string> = {};
  const isAddress = form.get('action') === 'correct';
  for (const [name, raw] of form) {
    // Browsers end lines in textareas with CR LF.
    const lines = raw.split('\n').map((line) => line.trim());
    const value = lines.filter((line) => line !== '').join(' ');
    if (value === '' || name === 't' || name === 'lang') continue;
    if (isAddress && ADDRESS_MEMBERS.has(name)) address[name] = value;
    else members[name] = value;
  }
  return isAddress ? { ...members, address } : members;
}

/** Returns what is wrong with the form's fields, by field name. */
export function fieldsOf(
  issues: readonly z.core.$ZodIssue[],
  form: URLSearchParams,
): Trouble['fields'] {
  const fields: Record<string, 'missing' | 'invalid' | 'too_long'> = {};
  for (const { code, path } of issues) {
    const name = String(path.at(-1) ?? '');
    if (name === '' || name in fields) continue;
    const isEmpty = (form.get(name) ?? '').trim() === '';
    fields[name] = isEmpty ? 'missing' : code === 'too_big' ? 'too_long' : 'invalid';
  }
  return fields;
}

/** The submitted values, to show the form again; never the token. */
export function valuesOf(form: URLSearchParams): Trouble['values'] {
  return Object.fromEntries([...form].filter(([name]) => name !== 't'));
}
