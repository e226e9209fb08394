import type { z } from 'zod';
import type {
  AddressRequest,
  RedirectionRequest,
  RescheduleRequest,
} from '../../../reactions/exceptions/index.ts';
import type { Trouble } from './panel/panel-view.ts';
import {
  ADDRESS_MEMBERS,
  type addressRequest,
  type redirectionRequest,
  type rescheduleRequest,
} from './schema.ts';

/** Converts wire formats to use-case input, and form fields to wire members. */

export function rescheduleOf(body: z.output<typeof rescheduleRequest>): RescheduleRequest {
  const { date, window, instructions } = body;
  return { date, window: window ?? null, instructions: instructions ?? null };
}

export function redirectOf(body: z.output<typeof redirectionRequest>): RedirectionRequest {
  return body.kind === 'pickup_point'
    ? { kind: body.kind, pointId: body.point_id }
    : { kind: body.kind };
}

export function addressOf(body: z.output<typeof addressRequest>): AddressRequest {
  if (body.action === 'confirm') return { kind: 'confirm' };
  const given = Object.entries(body.address).filter(([, value]) => typeof value === 'string');
  return { kind: 'correct', address: Object.fromEntries(given) as Record<string, string> };
}

/** Form fields as members of a JSON body; empty fields are left out. */
export function membersOf(form: URLSearchParams): Readonly<Record<string, unknown>> {
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

/** Maps issues with members to issues with fields. */
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
