import type { Reason } from './prediction.ts';

/** A reason as a sentence for whoever wants to know why, in English. */
export function reasonInWords(reason: Reason): string {
  switch (reason.code) {
    case 'model_chosen':
      return 'The date is that of parcels like this one.';
    case 'model_absent':
      return 'No model has a say: none is in force, or the carrier does not have the parcel yet.';
    case 'model_unusable':
      return 'What the model says is no distribution of dates.';
    case 'model_unsure':
      return `The model is not sure enough: ${reason.confidence}, and ${reason.needed} is needed.`;
    case 'carrier_chosen':
      return "The date is the carrier's.";
    case 'carrier_absent':
      return 'The carrier names no date.';
    case 'carrier_unusable':
      return 'What the carrier names is no date that can be meant.';
    case 'carrier_passed':
      return `The carrier's day, ${reason.date}, is over.`;
    case 'carrier_hours_passed':
      return "The carrier's hours are over, its day is not.";
    case 'rule_chosen':
      return `By the rule a parcel comes ${workingDays(reason.days)} ${AFTER[reason.after]}.`;
    case 'rule_absent':
      return 'There is nothing to count working days from.';
    case 'rule_passed':
      return `The day by the rule, ${reason.date}, is over.`;
    case 'promise_passed':
      return `The day that was promised or named first, ${reason.date}, is over.`;
    case 'slower_than_usual':
      return 'Most parcels like it had come by now.';
    case 'weekend':
      return `Nothing is delivered on ${reason.date}.`;
    case 'holiday':
      return `Nothing is delivered on ${reason.date}${reason.name === null ? '' : ` (${reason.name})`}.`;
    case 'day_over':
      return 'It is too late for anything to be delivered today.';
    case 'out_for_delivery':
      return `It is on the vehicle; the hours are ${BY[reason.by]}.`;
    case 'still_out':
      return `It has been on the vehicle since ${reason.date}.`;
    case 'kept_in_order':
      return `The rule gives way to what parcels sent as ${reason.service_level} have shown.`;
    case 'holidays_unknown':
      return 'The holidays at the destination are not known, only weekends.';
    case 'zone_unknown':
      return 'The clock at the destination is not known.';
  }
}

const AFTER = {
  scan: 'the newest scan',
  hand_over: 'the hand-over',
  out_for_delivery: 'the loading on the vehicle',
  carrier_date: "the carrier's day",
} as const;

const BY = {
  lane: 'those of deliveries on its lane',
  region: 'those of deliveries in its region',
  country: 'those of deliveries in its country',
  all: 'those of all deliveries',
  position: 'by where the vehicle is',
} as const;

/** Where the parcel is late, the date is a later one than is counted so. */
function workingDays(days: number): string {
  if (days === 0) return 'on the day of';
  return days === 1 ? '1 working day after' : `${days} working days after`;
}
