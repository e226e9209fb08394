import { expect, it } from 'vitest';
import { DELIVERIES_DESK } from '../../../fleet/pages/table.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import { LANGUAGES } from '../../../platform/messages/languages.ts';
import type { DeskRow } from '../kit/desk-row.ts';
import { DESK } from '../kit/table.ts';

/** A value for every argument of a text. */
const SEVEN = new Proxy({}, { get: () => 7, has: () => true });

/** Texts by path; a function is called with sample texts and numbers. */
function textsOf(value: unknown, path = ''): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') return [[path, String(value(SEVEN))]];
  return Object.entries(value ?? {}).flatMap(([name, each]) => textsOf(each, `${path}/${name}`));
}

it('uses the singular for one parcel', () => {
  const said = LANGUAGES.map((language) =>
    messagesIn(language).desk.shipments.doneRefreshed({ count: 1 }),
  );
  expect(said).toEqual([
    '1 parcel is being refreshed or is up to date.',
    '1 Paket wird aktualisiert oder ist aktuell.',
    '1 paquete se está actualizando o está al día.',
    '1 colis est en cours d’actualisation ou à jour.',
  ]);
});

it('uses the singular for one of anything', () => {
  const ofEach = (say: (language: (typeof LANGUAGES)[number]) => string) => LANGUAGES.map(say);
  expect(ofEach((language) => messagesIn(language).desk.account.codesLeft({ count: 1 }))).toEqual([
    '1 recovery code is left.',
    '1 Ersatzcode ist übrig.',
    'Queda 1 código de reserva.',
    'Il reste 1 code de secours.',
  ]);
  expect(ofEach((language) => messagesIn(language).desk.analytics.smaller({ count: 1 }))).toEqual([
    '1 smaller group is in the file only.',
    '1 kleinere Gruppe steht nur in der Datei.',
    '1 grupo más pequeño está solo en el archivo.',
    '1 groupe plus petit n’est que dans le fichier.',
  ]);
  expect(ofEach((language) => messagesIn(language).desk.analytics.more({ count: 1 }))).toEqual([
    ...['And 1 more.', 'Und 1 weiterer.', 'Y 1 más.', 'Et 1 de plus.'],
  ]);
});

it('has every English text in every language, with nothing left out and nothing left English', () => {
  const english = textsOf(messagesIn('en'));
  for (const language of LANGUAGES) {
    const texts = textsOf(messagesIn(language));
    expect([language, texts.map(([path]) => path)]).toEqual([
      ...[language, english.map(([path]) => path)],
    ]);
    for (const [path, text] of texts) {
      const isFine = text.trim() !== '' && !/undefined|\[object/.test(text);
      expect([language, path, isFine]).toEqual([language, path, true]);
    }
    // Values are filled in in every language, and the script's placeholders are kept. Errors are left
    // out: by a value, one language chooses between words and another prints it.
    const filled = (of: typeof texts) =>
      of
        .filter(([path]) => !path.startsWith('/errors/'))
        .map(([, text]) => text.match(/[78]|\{\w+\}/g) ?? []);
    expect([language, filled(texts).map((each) => each.toSorted())]).toEqual([
      ...[language, filled(english).map((each) => each.toSorted())],
    ]);
    if (language === 'en') continue;
    // Detects texts left in English: translated sentences are never identical.
    const same = texts.filter(
      ([, text], index) =>
        text === english[index]?.[1] && /\S\s\S+\s\S/.test(text) && /\p{L}{2}/u.test(text),
    );
    expect([language, same]).toEqual([language, []]);
  }
});

it('has typographic apostrophes and quotation marks only', () => {
  // Errors quote JSON and templates as these are written.
  const straight = LANGUAGES.flatMap((language) =>
    textsOf(messagesIn(language)).filter(([path, text]) =>
      (path.startsWith('/errors/') ? /\p{L}'\p{L}/u : /['"]/).test(text),
    ),
  );
  expect(straight).toEqual([]);
});

it('has a text for every form action and audit entry', () => {
  const uncovered = [
    'askDeskSignInLink',
    'signOutOfDesk',
    'previewDeskBranding',
    'previewDeskText',
    'previewDeskWriting',
  ];
  // Of the hub's forms, only those about people are in a merchant's audit.
  const isOfHub = ({ path }: DeskRow) =>
    path.startsWith('/console/hub/') && !path.startsWith('/console/hub/operators');
  const rows: Readonly<Record<string, DeskRow>> = { ...DESK, ...DELIVERIES_DESK };
  const forms = Object.entries(rows).filter(([, row]) => row.method === 'POST' && !isOfHub(row));
  const covered = forms.map(([name]) => name).filter((name) => !uncovered.includes(name));
  expect(
    covered.filter((name) => !Object.hasOwn(messagesIn('en').desk.activity.did, name)),
  ).toEqual([]);
});
