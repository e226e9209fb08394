/** Decides by a member's name how sensitive its value is. Pure. */

/** Names whose values are personal, such as `recipientName`, `signed_by` and `shipToAddress`. */
const PERSONAL =
  /name|address|street|addr|line\d|house|building|contact|phone|tel(?!l)|mobile|fax|mail(?!class|type|piece)|sign|recipient|consign|receiver|shipper|sender|customer|compan|attention|attn|person|neighbo|nachbar|coord|latitude|longitude|geo|photo|image|document|note|comment|remark|instruct|refer|account|token|secret|passw|auth|apikey|credential|cookie|user|owner|party|deliver(?:ed)?to|left(?:at|with)|receivedby|city|town|postal|postcode|zip|province|region|county|suburb|district|location(?!type|code)|place|url|href|link|security|pincode|otp|passcode/i;
/** The same for words that occur within harmless ones: `lat` in `latest`, `pin` in `shipping`. */
const PERSONAL_WORDS = new Set([
  ...['lat', 'lng', 'lon', 'long', 'latlng', 'latlon', 'gps', 'position', 'geometry', 'point'],
  ...['pin', 'plz', 'ort', 'stadt', 'strasse', 'hausnummer', 'firma', 'absender', 'empfaenger'],
  ...['door', 'gate', 'buzzer', 'access', 'pass', 'age', 'birth', 'birthday', 'birthdate'],
  ...['dob', 'initials', 'salutation', 'rue', 'ville', 'nom', 'prenom', 'calle', 'ciudad', 'apt'],
  ...['apartment', 'suite', 'floor', 'room', 'ssn', 'vat', 'iban', 'passport'],
]);

/** Whether the value under this name is personal. */
export function isPersonal(key: string): boolean {
  if (isPlainCode(key)) return false;
  return (
    PERSONAL.test(key.replaceAll(/[^A-Za-z0-9]/g, '')) ||
    wordsOf(key).some((word) => PERSONAL_WORDS.has(word) || PERSONAL_WORDS.has(singular(word)))
  );
}

/** Whether the last part of a name says that it is not personal: `eventCode`, `statusType`. */
function isPlainCode(key: string): boolean {
  return /(?:event|status|scan|exception|reason|activity|service|derived|type)_?(?:code|type|name|text|desc|description)$/i.test(
    key,
  );
}

const CODE_WORDS = new Set([
  ...['code', 'type', 'status', 'event', 'category', 'class', 'kind', 'reason', 'service', 'state'],
  ...['version', 'action', 'milestone', 'phase', 'ric', 'ice', 'scan', 'mode', 'flag', 'language'],
  ...['locale', 'currency', 'activity'],
]);
/** Such names written as one word: `eventcode`, `STATUSTYPE`. */
const JOINED_CODE =
  /^(?:event|status|scan|exception|reason|activity|service|derived|delivery|product|sub|ship|shipment|country|error|message|mail){1,2}(?:code|type|status|category|class|event)$/;

/**
 * Whether the last word of a name says that it is a code; the `ice` of `price` and the `unit` of a
 * house do not.
 */
export function isCodeKey(key: string): boolean {
  const last = wordsOf(key).at(-1) ?? '';
  return [last, singular(last)].some((word) => CODE_WORDS.has(word) || JOINED_CODE.test(word));
}

/**
 * Whether a name is that of a unit of measure, such as `weightUnit`. A flat may have a unit, too,
 * so only names of measures are shown.
 */
export function isUnitKey(key: string): boolean {
  return /^(?:units?|uom)$/.test(wordsOf(key).at(-1) ?? '');
}

/** Whether a name is that of a country. */
export function isCountryKey(key: string): boolean {
  return /country/i.test(key);
}

/** Whether a name is that of a parcel's number. */
export function isNumberKey(key: string): boolean {
  return /(?:tracking|shipment|parcel|package|piece|inquiry|master|waybill|consignment)_?(?:number|nr|no|id|code)s?$|^(?:id|number|awb)$/i.test(
    key,
  );
}

/**
 * Returns a name such as `shipToAddress`, `ship_to_address` or `n:Ship-To` as words in lower case.
 */
function wordsOf(key: string): string[] {
  return key
    .slice(0, KEY_CHARS_MAX)
    .replaceAll(/([a-z0-9])(?=[A-Z])/g, '$1 ')
    .replaceAll(/([A-Z])(?=[A-Z][a-z])/g, '$1 ')
    .toLowerCase()
    .split(/[^a-z]/)
    .filter((word) => word !== '');
}

/** Limit of names; longer ones are masked themselves. */
const KEY_CHARS_MAX = 100;

function singular(word: string): string {
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.endsWith('ses')) return word.slice(0, -2);
  return word.endsWith('s') ? word.slice(0, -1) : word;
}
