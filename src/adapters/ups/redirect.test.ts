import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RedirectRequest, RedirectTarget } from '../contract/extras.ts';
import type { CarrierAnswer } from '../contract/pull.ts';
import { answerOf, scriptedSession } from '../session/test-carrier-session.ts';
import { redirect, redirectOptions } from './redirect.ts';

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, 'fixtures/extras', `${name}.json`), 'utf8');
const NUMBER = '1Z999AA10300000037';
const ROOT = '/api/deliveryintercept/v2';
const CONTACT = { name: 'Alex Sample', phone: '+1 (410) 555-0123', email: null };

function wanted(to: RedirectTarget, more: Partial<RedirectRequest> = {}): RedirectRequest {
  return { trackingNumber: NUMBER, to, contact: CONTACT, instructions: null, ...more };
}

const ADDRESS = {
  kind: 'address',
  address: {
    name: 'Alex Sample',
    lines: ['12911 Sample Road', 'Suite 2'],
    city: 'Baldwin',
    region: 'MD',
    postalCode: '21013',
    country: 'US',
  },
} as const;

describe("UPS's options for a parcel", () => {
  it('is read by its words; another address is never among them', async () => {
    const session = scriptedSession([answerOf(200, fixture('eligibility'))]);
    const common = { charge: null, needsContact: true, takesInstructions: false };
    expect(await redirectOptions(NUMBER, session)).toEqual({
      outcome: 'options',
      options: [
        {
          kind: 'reschedule',
          eligibility: 'eligible',
          dates: ['2026-11-23', '2026-11-24'],
          reasons: null,
          ...common,
        },
        {
          kind: 'hold_at_facility',
          eligibility: 'not_eligible',
          dates: null,
          reasons: null,
          ...common,
        },
        {
          kind: 'return',
          eligibility: 'unknown',
          dates: null,
          reasons: ['duplicate_order', 'too_late'],
          ...common,
        },
        {
          kind: 'address',
          eligibility: 'unknown',
          dates: null,
          reasons: null,
          ...common,
          takesInstructions: true,
        },
      ],
    });
    expect(session.calls).toMatchObject([
      {
        method: 'GET',
        path: `${ROOT}/eligibility/intercept/${NUMBER}?loc=en_US`,
        headers: {
          platformtype: 'XOLT',
          inquirytype: 'U',
          transid: expect.stringMatching(/^.{14}$/),
        },
      },
    ]);
  });

  it('is an error where UPS has trouble, and nothing for a parcel of somebody else', async () => {
    const of = async (status: number, body: unknown) =>
      (await redirectOptions(NUMBER, scriptedSession([answerOf(status, body)]))).outcome;
    const error = (code: string) => ({ response: { statusCode: '400', errors: [{ code }] } });
    expect(await of(200, fixture('eligibility-failed'))).toBe('error');
    expect(await of(401, error('605'))).toBe('none');
    expect(await of(400, error('710'))).toBe('none');
    expect(await of(404, error('404'))).toBe('error');
    expect(await of(401, error('250002'))).toBe('auth_error');
    expect(await of(200, { response: { success: true } })).toBe('error');
  });
});

describe('asking UPS to take a parcel elsewhere', () => {
  const ACCEPTED = answerOf(200, fixture('intercept-taken'));

  it.each([
    [{ kind: 'hold_at_facility' }, 'willcall', { requestType: 'WC' }],
    [
      { kind: 'return', reason: 'not_ordered' },
      'return',
      { requestType: 'RS', reasonForReturn: 'KS' },
    ],
    [
      { kind: 'reschedule', date: '2026-11-24' },
      'reschedule',
      { requestType: 'FD', deliveryDate: '20261124' },
    ],
    [
      ADDRESS,
      'redirect/address',
      {
        requestType: 'AA',
        newDeliveryAddress: {
          addressInfo: {
            addressLine1: '12911 Sample Road',
            addressLine2: 'Suite 2',
            city: 'Baldwin',
            state: 'MD',
            postalCode: '21013',
            countryCode: 'US',
          },
          phoneNumber: '+14105550123',
        },
      },
    ],
  ] as const)('%j is one call to /%s', async (to, action, body) => {
    const session = scriptedSession([ACCEPTED]);
    expect(await redirect(wanted(to), session)).toEqual({
      outcome: 'accepted',
      reference: '0a1b9c2d8e3f43',
    });
    expect(session.calls).toHaveLength(1);
    expect(session.calls[0]).toMatchObject({
      method: 'POST',
      path: `${ROOT}/${action}/${NUMBER}?loc=en_US`,
      body: {
        json: {
          requesterContactInfo: { name: 'Alex Sample', telephone: '+14105550123' },
          specialInstructions: null,
          ...body,
        },
      },
    });
  });

  it('gives the driver of a new address instructions, and no other', async () => {
    const instructionsOf = async (to: RedirectTarget) => {
      const session = scriptedSession([ACCEPTED]);
      await redirect(wanted(to, { instructions: 'Ring twice' }), session);
      const { body } = session.calls[0] ?? {};
      const json = body !== undefined && 'json' in body ? (body.json as object) : {};
      return Reflect.get(json, 'specialInstructions') as unknown;
    };
    expect(await instructionsOf(ADDRESS)).toBe('Ring twice');
    expect(await instructionsOf({ kind: 'hold_at_facility' })).toBeNull();
  });

  it.each([
    ['nobody to ask', wanted({ kind: 'hold_at_facility' }, { contact: null }), '/contact'],
    [
      'a phone number without a country',
      wanted({ kind: 'hold_at_facility' }, { contact: { ...CONTACT, phone: '410 555 0123' } }),
      '/contact/phone',
    ],
    [
      'a name that is too long',
      wanted({ kind: 'hold_at_facility' }, { contact: { ...CONTACT, name: 'A'.repeat(31) } }),
      '/contact/name',
    ],
    [
      'an address abroad',
      wanted({ ...ADDRESS, address: { ...ADDRESS.address, postalCode: '10115', region: null } }),
      '/to/address',
    ],
    [
      'more lines than there is room for',
      wanted({ ...ADDRESS, address: { ...ADDRESS.address, lines: ['1', '2', '3', '4'] } }),
      '/to/address/lines/3',
    ],
  ])('is not sent with %s', async (_what, request, pointer) => {
    const session = scriptedSession([]);
    expect(await redirect(request, session)).toMatchObject({ outcome: 'invalid', pointer });
    expect(session.calls).toEqual([]);
  });

  it('does not pretend to have a way to a chosen Access Point', async () => {
    const session = scriptedSession([]);
    const request = wanted({ kind: 'pickup_point', pointId: 'U00000001' });
    expect(await redirect(request, session)).toMatchObject({ outcome: 'not_offered' });
    expect(session.calls).toEqual([]);
  });

  it('is refused with UPS’s code, and unknown where the answer is lost', async () => {
    const of = async (answer: CarrierAnswer) =>
      redirect(wanted({ kind: 'hold_at_facility' }), scriptedSession([answer]));
    expect(await of(answerOf(200, fixture('intercept-refused')))).toEqual({
      outcome: 'refused',
      reason: 'UPS error 1201',
    });
    expect((await of({ kind: 'failed', reason: 'timeout' })).outcome).toBe('error');
    expect((await of(answerOf(200, {}))).outcome).toBe('error');
    const other = { ...wanted({ kind: 'hold_at_facility' }), trackingNumber: 'H1234567890' };
    expect((await redirect(other, scriptedSession([]))).outcome).toBe('refused');
  });
});
