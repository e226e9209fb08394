import type { TemplateVariables } from '../contract.ts';
import type { KnownVariables, ReadValue } from './text-template.ts';

/** How texts spell each variable, and whether it is always known. */
const NAMES = {
  merchant_name: ['merchantName', 'maybe'],
  recipient_name: ['recipientName', 'maybe'],
  carrier_name: ['carrierName', 'always'],
  tracking_number: ['trackingNumber', 'always'],
  order_id: ['orderId', 'maybe'],
  status_text: ['statusText', 'always'],
  reason_text: ['reasonText', 'maybe'],
  estimate_text: ['estimateText', 'maybe'],
  previous_estimate_text: ['previousEstimateText', 'maybe'],
  arriving_minutes: ['arrivingMinutes', 'maybe'],
  location_text: ['locationText', 'maybe'],
  occurred_text: ['occurredText', 'maybe'],
  pickup_point: ['pickupPoint', 'maybe'],
  pickup_hours: ['pickupHours', 'maybe'],
  delivery_request_text: ['deliveryRequestText', 'maybe'],
  track_url: ['trackUrl', 'always'],
  action_url: ['actionUrl', 'maybe'],
  unsubscribe_url: ['unsubscribeUrl', 'maybe'],
} as const satisfies Readonly<
  Record<string, readonly [keyof TemplateVariables, 'always' | 'maybe']>
>;
type VariableName = keyof typeof NAMES;
const VARIABLE_NAMES = Object.keys(NAMES) as VariableName[];

/** Writes nothing: brackets that hold it stand only where the recipient can act by a link. */
const IF_ACTION = 'if_action';
/** The same where nobody has named the place at which the parcel can be fetched. */
const IF_NO_PICKUP = 'if_no_pickup';
/** The same for words that stand only where a request is refused. */
const IF_REFUSED = 'if_refused';
const ADDRESSES: ReadonlySet<string> = new Set(['track_url', 'action_url', 'unsubscribe_url']);

const always = VARIABLE_NAMES.filter((name) => NAMES[name][1] === 'always');

/** For SMS, where an address is part of the text. */
export const WITH_ADDRESSES: KnownVariables = {
  names: new Set([...VARIABLE_NAMES, IF_ACTION, IF_NO_PICKUP, IF_REFUSED]),
  always: new Set(always),
};

/** What a text can be filled in with, as it is written between braces. */
export const TEXT_VARIABLES: readonly string[] = [...WITH_ADDRESSES.names];

/** For all else: there, addresses are behind buttons, and one in the text would be shown twice. */
export const WITHOUT_ADDRESSES: KnownVariables = {
  names: new Set([...WITH_ADDRESSES.names].filter((name) => !ADDRESSES.has(name))),
  always: new Set(always.filter((name) => !ADDRESSES.has(name))),
};

/** A variable that is empty is not known: no text is to show the gap. */
export function readVariables(variables: TemplateVariables): ReadValue {
  return (name) => {
    if (name === IF_ACTION) return variables.actionUrl === null ? null : '';
    if (name === IF_NO_PICKUP) return variables.pickupPoint === null ? '' : null;
    if (name === IF_REFUSED) return variables.deliveryRequestRefused ? '' : null;
    const known = Object.hasOwn(NAMES, name) ? NAMES[name as VariableName] : null;
    const value = known === null ? null : variables[known[0]];
    return value === null || value.trim() === '' ? null : value;
  };
}
