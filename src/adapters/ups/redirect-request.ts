import type {
  RedirectAddress,
  RedirectOutcome,
  RedirectRequest,
  ReturnReason,
} from '../contract/extras.ts';

interface Intercept {
  /** The part of the path that names it. */
  readonly action: 'willcall' | 'return' | 'reschedule' | 'redirect/address';
  readonly body: Readonly<Record<string, unknown>>;
}

/** `reasonForReturn` of DeliveryIntercept.yaml. */
export const RETURN_CODES: Readonly<Record<ReturnReason, string>> = {
  order_cancelled: 'AM',
  duplicate_order: 'AN',
  too_expensive: 'AR',
  too_late: 'AS',
  bad_address: 'FA',
  refused: 'KR',
  not_ordered: 'KS',
  other: 'KV',
};

/** The largest name, text for the driver, and lines of an address that UPS takes. */
const NAME_CHARS_MAX = 30;
const INSTRUCTIONS_CHARS_MAX = 254;
const LINE_CHARS_MAX = [50, 35, 35];
const CITY_CHARS_MAX = 30;

type Invalid = Extract<RedirectOutcome, { outcome: 'invalid' | 'not_offered' }>;

/** What to ask for, or why it cannot be asked. Pure. */
export function interceptOf(request: RedirectRequest): Intercept | Invalid {
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
  // Required by the description, and for the driver of a new address only.
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
      reason: 'UPS wants to know who asks.',
      fix: 'Send a name and a phone number that UPS may call.',
    };
  }
  // Blanks, dashes and brackets are how people write it; UPS takes a plus and digits.
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
      fix: 'Send region and postal_code so, or have the parcel held or returned.',
    };
  }
  const long = lines.findIndex((line, nr) => line.length > (LINE_CHARS_MAX[nr] ?? 0));
  if (long >= 0) return tooLong(`${at}/lines/${long}`, LINE_CHARS_MAX[long] ?? 0);
  if (city.length > CITY_CHARS_MAX) return tooLong(`${at}/city`, CITY_CHARS_MAX);
  const newDeliveryAddress = {
    addressNickName: 'New address',
    addressInfo: {
      ...Object.fromEntries(lines.map((line, nr) => [`addressLine${nr + 1}`, line])),
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
