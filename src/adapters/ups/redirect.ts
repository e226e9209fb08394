import type {
  RedirectAddress,
  RedirectOptionsOutcome,
  RedirectOutcome,
  RedirectRequest,
} from '../contract/extras.ts';
import type { CarrierAnswer, CarrierSession } from '../contract/pull.ts';
import { accountFailureOf, codeIn } from './errors.ts';
import { RETURN_CODES, readEligibility, readInterceptAnswer } from './intercept.ts';
import { numbers } from './numbers.ts';

/**
 * A number that can be intercepted: only packages of the 1Z family. Nothing else may be part of the
 * path.
 */
const NUMBER = /^1Z[A-Z0-9]{16}$/;
const ROOT = '/api/deliveryintercept/v2';
/** The code of "Package address token does not match": the parcel is not this account's. */
const NOT_OURS = '605';

/**
 * Finds the options by Delivery Intercept v2 (UPS-API/api-documentation `DeliveryIntercept.yaml` at
 * 7c9da3f, read 2026-11-20). Until a parcel is delivered, the sender may have it held, returned,
 * rescheduled or delivered to another address; the sender's account is charged. The price needs a
 * call with names and phone numbers of both ends, which is not made: `charge` stays unknown.
 */
export async function redirectOptions(
  trackingNumber: string,
  session: CarrierSession,
): Promise<RedirectOptionsOutcome> {
  const number = numbers.normalize(trackingNumber);
  if (!NUMBER.test(number)) return { outcome: 'none', reason: 'not a number that begins with 1Z' };
  const answer = await session.send({
    method: 'GET',
    path: `${ROOT}/eligibility/intercept/${number}?loc=en_US`,
    headers: interceptHeaders(session),
  });
  const failed = failureOf(answer, session.nowMs());
  if (failed !== null) return failed;
  const read = answer.kind === 'http' ? readEligibility(answer.text) : null;
  if (read === null)
    return { outcome: 'error', reason: 'the answer says nothing about eligibility' };
  if (read.outcome !== 'options') return read;
  return read.options.length > 0
    ? read
    : { outcome: 'none', reason: 'UPS offers no change for this parcel' };
}

/**
 * Requests an intercept with one call: a second one would be a second request, with a second
 * charge.
 */
export async function redirect(
  request: RedirectRequest,
  session: CarrierSession,
): Promise<RedirectOutcome> {
  const number = numbers.normalize(request.trackingNumber);
  if (!NUMBER.test(number)) {
    return { outcome: 'refused', reason: 'not a number that begins with 1Z' };
  }
  const intercept = interceptOf(request);
  if ('outcome' in intercept) return intercept;
  const answer = await session.send({
    method: 'POST',
    path: `${ROOT}/${intercept.action}/${number}?loc=en_US`,
    headers: interceptHeaders(session),
    body: { json: intercept.body },
  });
  const failed = failureOf(answer, session.nowMs());
  if (failed !== null)
    return failed.outcome === 'none' ? { ...failed, outcome: 'refused' } : failed;
  const read = answer.kind === 'http' ? readInterceptAnswer(answer.text) : null;
  return read ?? { outcome: 'error', reason: 'the answer does not say whether it was accepted' };
}

/**
 * The headers of an intercept. The id has at most 14 characters here, and the platform type is the
 * only documented value. `U` are intercepts by the sender.
 */
function interceptHeaders(session: CarrierSession): Readonly<Record<string, string>> {
  return {
    transid: session.newId().slice(-14),
    transactionsrc: 'waybill',
    platformtype: 'XOLT',
    inquirytype: 'U',
    'content-type': 'application/json',
  };
}

/** The meaning of a refused call; null when it is an answer of the intercept itself. */
function failureOf(answer: CarrierAnswer, nowMs: number) {
  const code = answer.kind === 'http' ? codeIn(answer) : null;
  const status = answer.kind === 'http' ? answer.status : 0;
  if (code === NOT_OURS) {
    return { outcome: 'none', reason: 'the parcel does not belong to this account (605)' } as const;
  }
  const failure = accountFailureOf(answer, nowMs);
  if (failure !== null) return failure;
  // A 404 in UPS's own words is about the parcel; paths that do not exist answer 404, too.
  if (status === 404) return { outcome: 'error', reason: `UPS answered 404, ${code}` } as const;
  if (status === 400)
    return {
      outcome: 'none',
      reason: `UPS cannot do that with this parcel (UPS error ${code})`,
    } as const;
  return null;
}

interface Intercept {
  /** The part of the path that names the intercept. */
  readonly action: 'willcall' | 'return' | 'reschedule' | 'redirect/address';
  readonly body: Readonly<Record<string, unknown>>;
}

/** Limits of UPS: the longest name, text for the driver, and line of an address. */
const NAME_CHARS_MAX = 30;
const INSTRUCTIONS_CHARS_MAX = 254;
const LINE_CHARS_MAX = [50, 35, 35];
const CITY_CHARS_MAX = 30;

type Invalid = Extract<RedirectOutcome, { outcome: 'invalid' | 'not_offered' }>;

/** The intercept to request, or why it is impossible. Pure. */
function interceptOf(request: RedirectRequest): Intercept | Invalid {
  const { to } = request;
  if (to.kind === 'pickup_point') {
    // The description says of /redirect/address: not for Access Points; no other call is published.
    return {
      outcome: 'not_offered',
      reason: 'UPS publishes no way to send a parcel to a chosen Access Point; it can hold it',
    };
  }
  const contact = contactOf(request);
  if ('outcome' in contact) return contact;
  const { instructions } = request;
  if ((instructions?.length ?? 0) > INSTRUCTIONS_CHARS_MAX) {
    return tooLong('/instructions', INSTRUCTIONS_CHARS_MAX);
  }
  // The description requires them, and only the driver of a new address gets instructions.
  const own = { requesterContactInfo: contact, specialInstructions: null };
  switch (to.kind) {
    case 'hold_at_facility':
      return { action: 'willcall', body: { requestType: 'WC', ...own } };
    case 'return': {
      const body = { requestType: 'RS', ...own, reasonForReturn: RETURN_CODES[to.reason] };
      return { action: 'return', body };
    }
    case 'reschedule':
      return {
        action: 'reschedule',
        body: { requestType: 'FD', ...own, deliveryDate: to.date.replaceAll('-', '') },
      };
    case 'address': {
      const address = addressOf(to.address, contact.telephone);
      if ('outcome' in address) return address;
      const { newDeliveryAddress } = address;
      const body = { ...own, specialInstructions: instructions, newDeliveryAddress };
      return { action: 'redirect/address', body: { requestType: 'AA', ...body } };
    }
  }
}

type Contact = Readonly<Record<'name' | 'telephone', string>> & { readonly emailAddress?: string };

function contactOf({ contact }: RedirectRequest): Contact | Invalid {
  if (contact === null) {
    return {
      outcome: 'invalid',
      pointer: '/contact',
      reason: 'UPS requires a contact.',
      fix: 'Send a name and a phone number that UPS may call.',
    };
  }
  // People write blanks, dashes and brackets; UPS accepts a plus and digits.
  const telephone = contact.phone.replace(/[\s().\-/]/g, '');
  if (!/^\+\d{1,13}$/.test(telephone)) {
    return {
      outcome: 'invalid',
      pointer: '/contact/phone',
      reason: 'UPS takes a plus and at most 13 digits.',
      fix: 'Send it with its country code: +1 410 555 0123.',
    };
  }
  if (contact.name.length > NAME_CHARS_MAX) return tooLong('/contact/name', NAME_CHARS_MAX);
  const isMail =
    contact.email !== null && /^[\w.%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$/.test(contact.email);
  return {
    name: contact.name,
    telephone,
    ...(isMail && contact.email !== null ? { emailAddress: contact.email } : {}),
  };
}

function addressOf(
  { name, lines, city, region, postalCode, country }: RedirectAddress,
  phoneNumber: string,
): { readonly newDeliveryAddress: object } | Invalid {
  const at = '/to/address';
  // The description has states and ZIP Codes only.
  if (!/^\d{5}(?:[-\s]\d{4})?$/.test(postalCode) || !/^[A-Z]{2}$/.test(region ?? '')) {
    return {
      outcome: 'invalid',
      pointer: at,
      reason: 'UPS takes a new address with a state of two letters and a ZIP Code.',
      fix: 'Send region and postal_code in that form, or have the parcel held or returned.',
    };
  }
  const long = lines.findIndex((line, index) => line.length > (LINE_CHARS_MAX[index] ?? 0));
  if (long >= 0) return tooLong(`${at}/lines/${long}`, LINE_CHARS_MAX[long] ?? 0);
  if (city.length > CITY_CHARS_MAX) return tooLong(`${at}/city`, CITY_CHARS_MAX);
  const newDeliveryAddress = {
    addressNickName: 'New address',
    addressInfo: {
      ...Object.fromEntries(lines.map((line, index) => [`addressLine${index + 1}`, line])),
      city,
      state: region,
      postalCode,
      countryCode: country,
    },
    nameOrCompanyName: name,
    contactName: name,
    phoneNumber,
  };
  return { newDeliveryAddress };
}

function tooLong(pointer: string, charsMax: number): Invalid {
  return {
    outcome: 'invalid',
    pointer,
    reason: charsMax === 0 ? 'UPS has no room for it.' : `UPS takes ${charsMax} characters.`,
    fix: charsMax === 0 ? 'Leave it out.' : 'Make it shorter.',
  };
}
