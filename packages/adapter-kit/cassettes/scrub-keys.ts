import type { NumberRecogniser } from 'waybill/adapter';

/**
 * The kind of a member of a carrier's answer, judged by its name and the names above it. When in
 * doubt, a member counts as personal: replacing too much makes a fixture less realistic, replacing
 * too little leaves a person's data in a repository. Pure.
 */
export type MemberKind =
  | 'secret'
  | 'name'
  | 'street'
  | 'phone'
  | 'e-mail'
  | 'coordinate'
  | 'reference'
  | 'note'
  | 'link'
  | 'number'
  | 'id'
  /** A city, postal code or country, which stays. */
  | 'place'
  | 'plain';

const RULES: readonly (readonly [MemberKind, RegExp])[] = [
  [
    'plain',
    /^(token|grant|credential|address|contact|name|phone|e?mail|signature|recipient)_?type$/,
  ],
  ['plain', /^(mail(class|type|piece)|statusbylocale|expiresin|issuedat|namespace)$/],
  [
    'secret',
    /token|secret|passw|apikey|api_key|credential|authori[sz]ation|cookie|clientid|consumerkey|account(number|no|id)|customernumber|sessionid|securitycode|pincode|passcode|^(pin|otp|mid|crid)$|applicationname|signature$|childkey|iban$|passport|^ssn$|^dob$|birth(date|day)|dateofbirth|taxid|^vat(id|no|number)?$|^eori|ipaddress|^(client|remote)?ip$|jwt/,
  ],
  ['e-mail', /e?mail(address|addr|id)?$|emails$/],
  ['phone', /phone|mobile|^fax|faxn|^tel$|telno|telnumber|callernumber/],
  [
    'coordinate',
    /^(geo|gps)?(lat|lng|lon|long|latitude|longitude)(deg|degrees)?$|gps|geocode|geolocation|geopoint|geohash|coordinates?$|latlng|latlon|^(geo|position)$/,
  ],
  [
    'street',
    /street|address(line)?\d*$|addr\d*$|^line\d$|houseno|housenum|building|apartment|suite|doorcode|floor$/,
  ],
  ['note', /note|comment|remark|instruction|deliverylocation$|safeplace|leftat/],
  [
    'name',
    /name$|names$|signedby|signedfor|signatory|receivedby|recipient$|receiver$|consignee$|consignor$|shipper$|sender$|addressee|contact$|contactperson|person$|attention|^attn|company|neighbo|leftwith|deliveredto|handedto|customer$|initials|salutation|owner$/,
  ],
  // After the personal ones: a postal address and a regional contact are not places.
  [
    'place',
    /city|town|postal|postcode|zip|countr|stateorprov|stateprovince|^state(code)?$|province|region|county|locality|servicearea|timezone/,
  ],
  [
    'reference',
    /refer|(?<!h)ref(no|num|number|id)?$|invoice|purchaseorder|ponumber|orderno|ordernumber|orderid|customsid|bookingn/,
  ],
  ['link', /ur[il]$|href|link$/],
  [
    'number',
    /tracking(number|no|id|code)|shipment(number|no|id|tracking)|piece(id|number|no|code)|parcel(number|no|id|code)|waybill|^awb|inquirynumber|barcode|consignment(number|no|id)|packageid|mailpieceid|masternumber|licenseplate/,
  ],
  ['id', /id$|uuid|guid|transaction$|correlation/],
];

/** Parents below which `name` is not a person's name; below anything else it counts as one. */
const NAMED_THINGS =
  /servicearea|facilit|location|office|depot|hub|station|product|service|status|carrier|provider|event|country|agent|organi[sz]ation|class|type|code|field|unit|locker|point/;
const THING_NAMES =
  /^(product|service|status|event|facility|location|depot|carrier|provider|country|city|town|region|county|province|state|mail|type|field|schema|class|office|branch|package|file|host|unit|display|short|full|code|organi[sz]ation)(type|class|code)?name$/;
/** Parents below which everything reveals a position, under whatever name. */
const POSITIONS = /gps|geo(?:code|loc|point|metry|$)|coordinate|^position$|latlng|latlon/;
/** Parents below which everything is the signer's, except the time and the method. */
const SIGNATURES = /signature/;
const NOT_OF_A_SIGNER =
  /(date|time|stamp|type|code|status|format|flag|required|language|option|count|length)$/;
/** Lists of references, in which everything is personal. */
const REFERENCES = /refer|packageidentifier|invoice/;

/** Judges a member of a carrier's answer by its name and the names above it. */
export function kindOf(key: string, parents: readonly string[]): MemberKind {
  const name = normalizedName(key);
  const above = parents.map(normalizedName).filter((parent) => parent !== '');
  let found = ruleOf(name);
  if (found === 'name' && isThing(name, above.at(-1) ?? '')) found = ruleOf(name, 'name');
  if (found === 'plain' || found === 'id' || found === 'number') {
    if (above.some((each) => POSITIONS.test(each))) return 'coordinate';
    const isSigners = found !== 'number' && !NOT_OF_A_SIGNER.test(name);
    if (isSigners && above.some((each) => SIGNATURES.test(each))) return 'name';
  }
  if (found === 'plain' || found === 'id') {
    if (
      /^(value|values|number|id|text)$/.test(name) &&
      above.some((each) => REFERENCES.test(each))
    ) {
      return 'reference';
    }
  }
  return found;
}

/** Whether a member names a thing, such as a service or a depot, and not a person. */
function isThing(name: string, parent: string): boolean {
  if (THING_NAMES.test(name)) return true;
  return name === 'name' && NAMED_THINGS.test(parent);
}

function ruleOf(name: string, except?: MemberKind): MemberKind {
  const rule = RULES.find(([kind, pattern]) => kind !== except && pattern.test(name));
  return rule?.[0] ?? 'plain';
}

/** A name without the prefix of its namespace, which each document chooses. */
function normalizedName(key: string): string {
  const bare = key.slice(key.lastIndexOf(':') + 1);
  return (bare === '' ? key : bare).replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase();
}

/** Returns a random number from 0 up to, but not including, 1. */
export type Random = () => number;

/**
 * How many leading digits stay: they identify the service or the mailer, and randomising the rest
 * is enough.
 */
const DIGITS_BEFORE = 4;
/**
 * Limit of attempts. One random number in ten has a valid check digit; with two check digits, one
 * in a hundred.
 */
const TRIES_MAX = 4_000;

/**
 * Returns a different number of the same format: same letters and leading digits, other digits
 * random, and a check digit that is valid exactly if the original's is. Null if no attempt
 * succeeds. Pure except for `random`.
 * @param fixed an embedded number whose replacement is already decided, such as a tracking number
 * within this one.
 */
export function madeUpNumber(
  number: string,
  recogniser: NumberRecogniser,
  random: Random,
  fixed: { readonly from: string; readonly to: string } | null = null,
): string | null {
  const [recognised] = recogniser.recognise(recogniser.normalize(number));
  const at = fixed === null ? -1 : number.indexOf(fixed.from);
  const isFree = (index: number) =>
    fixed === null || at < 0 || index < at || index >= at + fixed.from.length;
  const start = at < 0 || fixed === null ? number : number.replace(fixed.from, fixed.to);
  const digits = [...start].flatMap((char, index) =>
    /\d/.test(char) && isFree(index) ? [index] : [],
  );
  const replaceable =
    digits.length > DIGITS_BEFORE ? digits.slice(digitsBefore(digits.length)) : digits;
  for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
    const made = withDigits(start, replaceable, random);
    if (made === number) continue;
    if (recognised === undefined) return made;
    const [read] = recogniser.recognise(recogniser.normalize(made));
    if (read?.format === recognised.format && read.checkDigit === recognised.checkDigit)
      return made;
  }
  return null;
}

/** How many leading digits stay; fewer in a short number, so that most of it is made up. */
function digitsBefore(digits: number): number {
  return Math.min(DIGITS_BEFORE, Math.floor(digits / 3));
}

/** Returns the same text with other digits and, in hexadecimal ones, other letters. */
export function sameShape(text: string, random: Random): string {
  const isHex = /^[0-9a-f-]+$/i.test(text) && /[a-f]/i.test(text);
  return [...text]
    .map((char) => {
      if (/\d/.test(char)) return String(Math.floor(random() * 10));
      if (!isHex || !/[a-f]/i.test(char)) return char;
      const letter = 'abcdef'[Math.floor(random() * 6)] ?? 'a';
      return char === char.toUpperCase() ? letter.toUpperCase() : letter;
    })
    .join('');
}

/** Returns the text with random digits at these indexes. */
function withDigits(text: string, at: readonly number[], random: Random): string {
  const chars = [...text];
  for (const index of at) chars[index] = String(Math.floor(random() * 10));
  return chars.join('');
}
