import type { Reason } from './prediction.ts';

/** A reason as an English sentence. */
export function reasonInWords(reason: Reason): string {
  switch (reason.code) {
    case 'model_chosen':
      return 'The date is that of comparable parcels.';
    case 'model_absent':
      return 'No model applies: none is active, or the carrier does not have the parcel yet.';
    case 'model_unusable':
      return "The model's result is not a valid distribution of dates.";
    case 'model_unsure':
      return `The model is not confident enough: ${reason.confidence}, and ${reason.needed} is required.`;
    case 'carrier_chosen':
      return "The date is the carrier's.";
    case 'carrier_absent':
      return 'The carrier gives no date.';
    case 'carrier_unusable':
      return "The carrier's date is not plausible.";
    case 'carrier_passed':
      return `The carrier's day, ${reason.date}, has passed.`;
    case 'carrier_hours_passed':
      return "The carrier's time window has passed, but not its day.";
    case 'rule_chosen':
      return `By rule, a parcel arrives ${workingDays(reason.days)} ${AFTER[reason.after]}.`;
    case 'rule_absent':
      return 'There is no date to count working days from.';
    case 'rule_passed':
      return `The day by rule, ${reason.date}, has passed.`;
    case 'promise_passed':
      return `The promised or first estimated day, ${reason.date}, has passed.`;
    case 'slower_than_usual':
      return 'Most comparable parcels had arrived by now.';
    case 'weekend':
      return `Nothing is delivered on ${reason.date}.`;
    case 'holiday':
      return `Nothing is delivered on ${reason.date}${reason.name === null ? '' : ` (${reason.name})`}.`;
    case 'day_over':
      return 'It is too late for a delivery today.';
    case 'out_for_delivery':
      return `It is on the vehicle; the hours are ${BY[reason.by]}.`;
    case 'still_out':
      return `It has been on the vehicle since ${reason.date}.`;
    case 'kept_in_order':
      return `The rule is overruled by the record of parcels sent as ${reason.service_level}.`;
    case 'holidays_unknown':
      return 'The holidays at the destination are not known, only weekends.';
    case 'zone_unknown':
      return "The destination's time zone is unknown.";
  }
}

const AFTER = {
  scan: 'the newest scan',
  hand_over: 'the hand-over',
  out_for_delivery: 'the loading on the vehicle',
  carrier_date: "the carrier's day",
} as const;

const BY = {
  lane: 'those of deliveries on its trade lane',
  region: 'those of deliveries in its region',
  country: 'those of deliveries in its country',
  all: 'those of all deliveries',
  position: 'by where the vehicle is',
} as const;

/** For a late parcel, the date is later than the counted one. */
function workingDays(days: number): string {
  if (days === 0) return 'on the day of';
  return days === 1 ? '1 working day after' : `${days} working days after`;
}
