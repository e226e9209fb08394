import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pastedNumbers } from '../../src/adapters/detect/input.ts';
import { readTopic, topicsOfQuery } from '../../src/fleet/api/live/topics.ts';
import { positionColumns } from '../../src/fleet/positions/intake/courier-table.ts';
import { readPlainPositions } from '../../src/fleet/positions/intake/plain-positions.ts';
import { readPosition } from '../../src/fleet/positions/intake/position.ts';
import { tryParse } from '../../src/http/api/shipment-imports/parse-file.ts';
import { flowCookie } from '../../src/http/console/single-sign-on/flow.ts';
import { readRequestUrl } from '../../src/http/front/call.ts';
import { createClientIp } from '../../src/http/front/client-ip.ts';
import { readFileBody } from '../../src/http/kit/bodies/file-body.ts';
import { readForm } from '../../src/http/kit/bodies/form-body.ts';
import { readJsonBody } from '../../src/http/kit/bodies/json-body.ts';
import { readParts } from '../../src/http/kit/bodies/read-parts.ts';
import { readTextBody } from '../../src/http/kit/bodies/text-body.ts';
import { asksForHtml, pickLanguage, prefersJson } from '../../src/http/kit/negotiation.ts';
import { BY_ID, readPage } from '../../src/http/kit/paged.ts';
import { openCsv } from '../../src/intake/drops/reading/csv-stream.ts';
import { decodeText } from '../../src/intake/drops/reading/decode-text.ts';
import { readFacilityCsv } from '../../src/intake/facilities/read-csv.ts';
import { readRecord } from '../../src/intake/records/read-record.ts';
import { redactContent } from '../../src/intake/redact.ts';
import { readScan } from '../../src/intake/scans/read-scan.ts';
import { bareNumber } from '../../src/kernel/numbers/check-digit.ts';
import { countryOfName } from '../../src/kernel/places/country-names.ts';
import { internationalPhone } from '../../src/kernel/places/phone.ts';
import { parseOffset, wallClockMs } from '../../src/kernel/time/place-time.ts';
import { placeTimeFromIso } from '../../src/kernel/time/zoned-time.ts';
import { csvRows } from '../../src/kernel/wire/csv.ts';
import { documentFromBase64 } from '../../src/kernel/wire/document-bytes.ts';
import { parseJsonOrNull } from '../../src/kernel/wire/loose.ts';
import { withoutSecrets } from '../../src/kernel/wire/secret-texts.ts';
import { storable } from '../../src/kernel/wire/storable.ts';
import { toPlainValue, xmlOrNull } from '../../src/kernel/wire/xml.ts';
import { wordsAsCode } from '../../src/kernel/words-as-code.ts';
import { readYaml } from '../../src/normalization/files/yaml-source.ts';
import { readImageHeader } from '../../src/platform/images/image-header.ts';
import { languageOf } from '../../src/platform/messages/languages.ts';
import { readTarget } from '../../src/platform/net/egress/url-rules.ts';
import { readPushSubscription } from '../../src/platform/web-push/push-request.ts';
import { readRetryAfter } from '../../src/reactions/merchant-webhooks/deliveries/retry.ts';
import { parseMail } from '../../src/reactions/notifications/mailbox-view/mailbox-view.ts';
import { normalizedAddress } from '../../src/reactions/notifications/people/addresses.ts';
import {
  compileText,
  htmlText,
  mailAddress,
  plainLine,
  webAddress,
} from '../../src/reactions/notifications/templates/text-template.ts';
import { readSignature } from '../../src/tracking/proofs/signature.ts';
import { guessMeaning } from '../../src/tracking/review/guess.ts';
import { carrierReaders } from './carrier-readers.ts';
import type { Reader } from './reader.ts';
import { repeated } from './shapes.ts';

const MIB = 1_048_576;
const CHUNK_BYTES = 65_536;
/** A body or a mail, as the network delivers it. */
const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');

function* chunksOf(text: string): Generator<Uint8Array> {
  const bytes = bytesOf(text);
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

function requestOf(text: string, headers: IncomingHttpHeaders): IncomingMessage {
  const body = Readable.from(chunksOf(text), { objectMode: false });
  return Object.assign(body, { headers }) as IncomingMessage;
}

async function drain(rows: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of rows);
}

const PARTS = {
  fieldBytesMax: 4_096,
  fieldsMax: 40,
  fileBytesMax: 64 * MIB,
  filesMax: 5,
  partsMax: 60,
  bytesMax: 64 * MIB,
  tooLarge: { 'requests.formTooLarge': { bytes: 64 * MIB } },
};
const COLUMNS_HEAD = 'tracking_number,code,scanned_at\n';
const IN_JSON = [
  ['', ''],
  ['{"a":"', '"}'],
] as const;
const HTTP_HEADER_CHARS_MAX = 16_384;
/** Single texts of a body or a payload: schemas and columns allow a few thousand characters at most. */
const TEXT_CHARS_MAX = 65_536;

/** Every reader of bytes or text from outside, but those of single carriers: a line each. */
const COMMON: readonly Reader[] = [
  {
    name: 'dropped CSV files',
    files: [
      'src/intake/drops/reading/csv-stream.ts',
      'src/intake/drops/reading/decode-text.ts',
      'src/kernel/wire/csv.ts',
    ],
    around: [
      ['', ''],
      [COLUMNS_HEAD, ''],
      [`${COLUMNS_HEAD}"`, '"'],
    ],
    own: { 'one-letter rows': repeated('a\n'), 'quoted line feeds': repeated('"\n",') },
    read: async (text) =>
      drain((await openCsv(decodeText(Readable.from(chunksOf(text)), null), null)).rows),
  },
  {
    name: 'CSV files of shipments',
    files: ['src/http/api/shipment-imports/parse-file.ts'],
    around: [
      ['', ''],
      ['tracking_number\n', ''],
      ['tracking_number\n"', '"'],
    ],
    own: { 'one-letter rows': repeated('a\n') },
    read: (text) => tryParse({ bytes: bytesOf(text), named: {} }),
  },
  {
    name: 'CSV files of facilities',
    files: ['src/intake/facilities/read-csv.ts', 'src/kernel/wire/csv.ts'],
    charsMax: MIB,
    around: [
      ['', ''],
      ['code,name\n', ''],
    ],
    own: { 'one-letter rows': (chars) => `code,name\n${repeated('a,b\n')(chars)}` },
    read: (text) => [
      csvRows(text),
      readFacilityCsv(text, { carrier: null, isCarrier: () => true, rowsMax: 10_000 }),
    ],
  },
  {
    name: 'multipart forms',
    files: ['src/http/kit/bodies/read-parts.ts', 'src/http/kit/bodies/multipart-body.ts'],
    around: [
      ['', ''],
      ['--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n', '\r\n--x--\r\n'],
    ],
    own: {
      boundaries: repeated('--x\r\n'),
      'half boundaries': (chars) =>
        `--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n${repeated('\r\n--')(chars)}`,
      headers: (chars) => `--x\r\n${repeated('A: b\r\n')(chars)}`,
    },
    read: (text) =>
      readParts(requestOf(text, { 'content-type': 'multipart/form-data; boundary=x' }), PARTS, {
        field() {},
        file: () => ({ data() {}, end() {} }),
        tooMany() {},
      }),
  },
  {
    name: 'JSON bodies',
    files: ['src/http/kit/bodies/json-body.ts', 'src/kernel/wire/storable.ts'],
    charsMax: MIB,
    around: IN_JSON,
    own: {
      'nested lists': (chars) => '['.repeat(chars / 2) + ']'.repeat(chars / 2),
      'many members': (chars) =>
        `{${Array.from({ length: chars / 12 }, (_, index) => `"m${index}":1`).join()}}`,
      'half a surrogate pair': (chars) => `{"a":"${repeated('\\ud800')(chars - (chars % 6))}"}`,
      'NUL escapes': (chars) => `["${repeated('\\u0000')(chars - (chars % 6))}"]`,
    },
    read: (text) => readJsonBody(requestOf(text, { 'content-type': 'application/json' })),
  },
  {
    name: 'URL-encoded forms',
    files: ['src/http/kit/bodies/form-body.ts'],
    charsMax: MIB,
    own: {
      'many fields': repeated('a=b&'),
      'percent signs': repeated('%41'),
      broken: repeated('%'),
    },
    read: (text) =>
      readForm(requestOf(text, { 'content-type': 'application/x-www-form-urlencoded' }), {
        bytesMax: 64 * MIB,
        fieldsMax: 1e9,
        whose: 'page',
      }),
  },
  {
    name: 'bodies of text and of files',
    files: ['src/http/kit/bodies/text-body.ts', 'src/http/kit/bodies/file-body.ts'],
    read: async (text) => {
      const headers = { 'content-type': 'text/csv' };
      await readFileBody(requestOf(text, headers), {
        mediaTypes: ['text/csv'],
        bytesMax: 64 * MIB,
        description: '',
      });
      await readTextBody(requestOf(text, headers), {
        mediaType: 'text/csv',
        bytesMax: 64 * MIB,
        description: '',
        example: '',
      });
    },
  },
  {
    name: 'XML',
    files: ['src/kernel/wire/xml.ts'],
    around: [
      ['', ''],
      ['<a>', '</a>'],
      ['<a b="', '"/>'],
      ['<a><![CDATA[', ']]></a>'],
    ],
    own: {
      'nested elements': (chars) => '<a>'.repeat(chars / 7) + '</a>'.repeat(chars / 7),
      siblings: (chars) => `<r>${repeated('<a/>')(chars - (chars % 4))}</r>`,
      attributes: (chars) =>
        `<a ${Array.from({ length: chars / 10 }, (_, index) => `a${index}="b"`).join(' ')}/>`,
      entities: (chars) => `<a>${repeated('&amp;')(chars - (chars % 5))}</a>`,
      'open comments': repeated('<!--'),
      'open tags': repeated('<a '),
    },
    read: (text) => {
      const root = xmlOrNull(text);
      return root === null ? null : toPlainValue(root, new Set(['a']));
    },
  },
  {
    name: 'JSON in payloads',
    files: ['src/kernel/wire/loose.ts'],
    around: IN_JSON,
    own: { 'nested lists': (chars) => '['.repeat(chars / 2) + ']'.repeat(chars / 2) },
    read: parseJsonOrNull,
  },
  {
    name: 'storable values',
    files: ['src/kernel/wire/storable.ts'],
    read: (text) => storable({ a: [text, text] }),
  },
  {
    name: 'documents in Base64',
    files: ['src/kernel/wire/document-bytes.ts'],
    around: [
      ['', ''],
      ['data:image/png;base64,', ''],
    ],
    read: documentFromBase64,
  },
  {
    name: 'images',
    files: ['src/platform/images/image-header.ts'],
    around: [
      ['', ''],
      ['\x89PNG\r\n\x1a\n', ''],
      ['\xff\xd8\xff\xe1\0\x02', ''],
      ['RIFF\0\0\0\0WEBPVP8X', ''],
    ],
    own: { 'empty segments': (chars) => `\xff\xd8${repeated('\xff\xe1\0\x02')(chars)}` },
    read: (text) => readImageHeader(bytesOf(text)),
  },
  {
    name: 'signatures as strokes',
    files: ['src/tracking/proofs/signature.ts'],
    around: IN_JSON,
    own: {
      points: (chars) =>
        `{"width":9,"height":9,"strokes":[[${repeated('[1,2],')(chars - (chars % 6))}[1,2]]]}`,
    },
    read: (text) => readSignature(bytesOf(text)),
  },
  {
    name: 'YAML of mappings and overlays',
    files: ['src/normalization/files/yaml-source.ts'],
    charsMax: 262_144,
    around: [
      ['', ''],
      ['a: ', ''],
      ['a: "', '"'],
      ['a: |\n  ', ''],
    ],
    own: {
      items: repeated('- a\n'),
      members: (chars) =>
        Array.from({ length: chars / 10 }, (_, index) => `m${index}: a`).join('\n'),
      'nested items': repeated('- '),
      'flow lists': repeated('[a,'),
      anchors: repeated('&a *a '),
    },
    read: (text) => readYaml(text, 'test.yaml'),
  },
  {
    name: 'mails',
    files: ['src/reactions/notifications/mailbox-view/mailbox-view.ts'],
    around: [
      ['', ''],
      ['Subject: ', '\r\n\r\n'],
      ['Content-Type: multipart/mixed; boundary=x\r\n\r\n', ''],
    ],
    own: {
      'encoded words': (chars) => `Subject: ${repeated('=?utf-8?Q?a?= ')(chars)}\r\n\r\n`,
      'folded lines': (chars) => `Subject: ${repeated('a\r\n ')(chars)}`,
      parts: (chars) =>
        `Content-Type: multipart/mixed; boundary=x\r\n\r\n${repeated('--x\r\n\r\n')(chars)}`,
    },
    read: (text) => parseMail(bytesOf(text)),
  },
  {
    name: 'positions',
    files: [
      'src/fleet/positions/intake/plain-positions.ts',
      'src/fleet/positions/intake/position.ts',
    ],
    around: [
      ['', ''],
      ['[', ']'],
      ['[{"at":"', '"}]'],
    ],
    read: (text) => [
      readPlainPositions(Buffer.from(text), false, positionColumns()),
      readPosition({ at: text, lat: text, lng: 1 }, null),
    ],
  },
  {
    name: 'scans',
    files: ['src/intake/scans/read-scan.ts'],
    read: (text) =>
      readScan({
        tracking_number: text,
        code: text,
        scanned_at: text,
        attributes: { [text]: text },
      }),
  },
  {
    name: 'records of Kafka',
    files: ['src/intake/records/read-record.ts'],
    around: IN_JSON,
    read: (value) =>
      readRecord(
        {
          value,
          headers: new Map([['merchant', 'a']]),
          key: null,
          topic: 'a',
          partition: 0,
          offset: 0n,
        },
        500,
      ),
  },
  {
    name: 'request targets',
    files: ['src/http/front/call.ts'],
    // Below the limit of 4,096 with any prefix: an error would be compared with a path.
    charsMax: 4_080,
    around: [
      ['', ''],
      ['/', ''],
      ['/?', ''],
      ['http://a/', ''],
    ],
    own: { 'percent signs': (chars) => `/${repeated('%41')(chars - (chars % 3) - 3)}` },
    read: readRequestUrl,
  },
  {
    name: 'Accept and Accept-Language',
    files: ['src/http/kit/negotiation.ts'],
    charsMax: HTTP_HEADER_CHARS_MAX,
    own: { ranges: repeated('de;q=0.1,'), weights: repeated(';q=1') },
    read: (text) => [prefersJson(text), asksForHtml(text), pickLanguage(text, text, ['en', 'de'])],
  },
  {
    name: 'cookies',
    files: ['src/http/console/single-sign-on/flow.ts'],
    charsMax: HTTP_HEADER_CHARS_MAX,
    around: [
      ['', ''],
      ['waybill_desk_flow=', ''],
    ],
    own: { pairs: repeated('a=b; ') },
    read: (cookie) => flowCookie(requestOf('', { cookie })),
  },
  {
    name: 'X-Forwarded-For',
    files: ['src/http/front/client-ip.ts'],
    charsMax: HTTP_HEADER_CHARS_MAX,
    own: { hops: repeated('127.0.0.1, ') },
    read: (text) => createClientIp(['127.0.0.1'])('127.0.0.1', text),
  },
  {
    name: 'Retry-After',
    files: ['src/reactions/merchant-webhooks/deliveries/retry.ts'],
    charsMax: HTTP_HEADER_CHARS_MAX,
    read: (text) => readRetryAfter(text, 0),
  },
  {
    name: 'cursors',
    files: ['src/http/kit/paged.ts'],
    charsMax: 400,
    read: (cursor) =>
      readPage({ name: 'test', position: BY_ID }, null, { cursor, limit: 1 }, async () => [], {
        position: () => ({ id: '' }),
        json: () => null,
      }),
  },
  {
    name: 'topics of live sockets',
    files: ['src/fleet/api/live/topics.ts'],
    around: [
      ['', ''],
      ['courier:', ''],
      ['shipment:', ''],
    ],
    read: (text) => [readTopic(text, 'fleet'), topicsOfQuery(text)],
  },
  {
    name: 'pasted tracking numbers and searches',
    charsMax: TEXT_CHARS_MAX,
    files: ['src/adapters/detect/input.ts', 'src/kernel/numbers/number-formats.ts'],
    around: [
      ['', ''],
      ['https://a.test/?n=', ''],
      ['Tracking no.: ', ''],
    ],
    read: (text) => [...pastedNumbers(text), bareNumber(text)],
  },
  {
    name: 'phone numbers and addresses of recipients',
    charsMax: TEXT_CHARS_MAX,
    files: ['src/kernel/places/phone.ts', 'src/reactions/notifications/people/addresses.ts'],
    around: [
      ['', ''],
      ['+49(0)', ''],
      ['a@', '.test'],
    ],
    read: (text) => [
      internationalPhone(text, 'DE'),
      internationalPhone(text, 'US'),
      normalizedAddress('email', text),
      normalizedAddress('sms', text),
    ],
  },
  {
    name: 'countries, languages and words',
    charsMax: TEXT_CHARS_MAX,
    files: [
      'src/kernel/places/country-names.ts',
      'src/platform/messages/languages.ts',
      'src/kernel/words-as-code.ts',
    ],
    read: (text) => [countryOfName(text), languageOf(text), wordsAsCode(text)],
  },
  {
    name: 'times',
    files: ['src/kernel/time/place-time.ts', 'src/kernel/time/zoned-time.ts'],
    around: [
      ['', ''],
      ['2026-03-10T08:00:00', ''],
      ['+0', ''],
    ],
    read: (text) => [placeTimeFromIso(text), wallClockMs(text), parseOffset(text)],
  },
  {
    name: 'addresses of web pages that merchants enter',
    files: ['src/platform/net/egress/url-rules.ts'],
    around: [
      ['', ''],
      ['https://', ''],
      ['https://a.test/', ''],
    ],
    read: readTarget,
  },
  {
    name: 'push subscriptions of browsers',
    files: ['src/platform/web-push/push-request.ts'],
    around: IN_JSON,
    read: readPushSubscription,
  },
  {
    name: 'texts in mails and pages',
    charsMax: TEXT_CHARS_MAX,
    files: ['src/reactions/notifications/templates/text-template.ts'],
    around: [
      ['', ''],
      ['https://', ''],
      ['a@', ''],
    ],
    read: (text) => [plainLine(text), htmlText(text), webAddress(text), mailAddress(text)],
  },
  {
    name: 'templates that merchants write',
    files: ['src/reactions/notifications/templates/text-template.ts'],
    own: { values: repeated('{a}'), brackets: repeated('[{b}|x]'), escapes: repeated('\\[') },
    read: (text) => compileText(text, { names: new Set(['a', 'b']), always: new Set(['a']) }),
  },
  {
    name: 'guesses of unknown codes',
    files: ['src/tracking/review/guess.ts'],
    own: { words: repeated('not delivered ') },
    read: (text) => guessMeaning({ texts: [text], documented: text, neighbours: [] }),
  },
  {
    name: 'redaction of inbound messages',
    files: ['src/intake/redact.ts', 'src/kernel/wire/secret-texts.ts'],
    around: [
      ['', ''],
      ['{"a":"', '"}'],
      ['<a>', '</a>'],
    ],
    own: { tags: repeated('<a>'), members: repeated('{"a":') },
    read: (text) => [
      redactContent({ headers: { a: text }, body: Buffer.from(text) }, new Set(['a'])),
      withoutSecrets(text),
    ],
  },
];

export const READERS: readonly Reader[] = [...COMMON, ...carrierReaders()];
