import type { Driver } from '../model/foresee.ts';

/** What the columns of a model mean; groups and days are filled in. Names that are words are left out. */
const MEANINGS: Readonly<Record<string, string>> = {
  place: 'where it was scanned last',
  status: 'its status',
  usual_time: 'how long its lane usually takes',
  expected_time: 'how long its lane takes these days',
  hour: 'the hour of the day',
  promised_days: 'how far ahead the promised day is',
  promised_days_from_label: 'how far ahead the day was promised at the label',
  label_to_hand_over_days: 'how long the label waited for the hand-over',
  distance_km: 'the distance',
  weight_g: 'the weight',
  weather: 'the weather where it goes',
  origin_lat: 'where it comes from (latitude)',
  origin_lng: 'where it comes from (longitude)',
  destination_lat: 'where it goes (latitude)',
  destination_lng: 'where it goes (longitude)',
  lane_deliveries: 'how many parcels its lane has had',
  sender_deliveries: 'how many parcels its sender has had',
  ahead_10: 'when the first parcels handed over with it come',
  ahead_50: 'when half of the parcels handed over with it come',
  ahead_90: 'when the last parcels handed over with it come',
  usual_rest: 'how long others usually take from here',
  usual_rest_against_ahead: 'how long others usually take from here, against what was expected',
  elapsed_days: 'how long it is under way',
  stops: 'how often it was scanned',
  attempts: 'how often its delivery was tried',
  setbacks: 'how often something held it up',
  leg: 'how long its newest leg took',
  leg_against_usual: 'how long its newest leg took, against the usual',
  silent_days: 'how long nothing was heard of it',
  silence_against_usual: 'how long nothing was heard of it, against the usual',
  place_week: 'how much its facility handles these days',
  place_against_usual: 'how much its facility handles, against the usual',
  is_abroad: 'whether it is in another country',
  estimate_days: "how far ahead the carrier's day is",
};

const GROUPS: Readonly<Record<string, string>> = {
  zone: 'parcels on its lane to its neighbourhood',
  origin: 'parcels from its region',
  destination: 'parcels to its region',
  lane: 'parcels on its lane',
  sender: 'parcels of its sender',
};

/** What moved the model against other parcels, as a sentence in English. */
export function driverInWords({ feature, days }: Driver): string {
  const more = `${Math.abs(days).toFixed(1)} days ${days > 0 ? 'longer' : 'shorter'}`;
  const words = MEANINGS[feature] ?? groupInWords(feature) ?? feature.replaceAll('_', ' ');
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}: ${more} than parcels on average.`;
}

function groupInWords(feature: string): string | null {
  const [, group = '', what, nr] =
    /^([a-z]+)_(pace|residual|under_way)(?:_(\d+))?$/.exec(feature) ?? [];
  const of = GROUPS[group];
  if (of === undefined) return null;
  if (what === 'under_way') return `how many ${of} are still under way`;
  return what === 'pace'
    ? `how fast the first ${nr} % of ${of} come these days`
    : `how late or early ${of} came in the last ${nr} days`;
}
