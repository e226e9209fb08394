import type { TemplateVariables } from '../contract.ts';
import type { KnownVariables, ReadValue } from './text-template.ts';

/** The spelling of each variable in texts, and whether it is always known. */
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

/**
 * A variable that writes nothing. Brackets with it are only used if the recipient can act by a
 * link.
 */
const IF_ACTION = 'if_action';
/** The same for brackets that are only used if the pickup point is unknown. */
const IF_NO_PICKUP = 'if_no_pickup';
/** The same for brackets that are only used if a request was refused. */
const IF_REFUSED = 'if_refused';
const ADDRESSES: ReadonlySet<string> = new Set(['track_url', 'action_url', 'unsubscribe_url']);

const always = VARIABLE_NAMES.filter((name) => NAMES[name][1] === 'always');

/** The variables of an SMS, in which URLs are part of the text. */
export const WITH_ADDRESSES: KnownVariables = {
  names: new Set([...VARIABLE_NAMES, IF_ACTION, IF_NO_PICKUP, IF_REFUSED]),
  always: new Set(always),
};

/** The names of all variables, as they are written between braces. */
export const TEXT_VARIABLES: readonly string[] = [...WITH_ADDRESSES.names];

/**
 * The variables of all other texts. There, URLs are behind buttons, and one in the text would be
 * shown twice.
 */
export const WITHOUT_ADDRESSES: KnownVariables = {
  names: new Set([...WITH_ADDRESSES.names].filter((name) => !ADDRESSES.has(name))),
  always: new Set(always.filter((name) => !ADDRESSES.has(name))),
};

/** Reads variables by name. An empty one counts as unknown, so that no text shows a gap. */
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
