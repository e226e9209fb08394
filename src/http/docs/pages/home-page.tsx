import { grouped, guidePath } from './groups.ts';
import type { Guide } from './guides.ts';
import { pictureHtml } from './pictures.ts';

/** As many as show what a reader finds in a group; the navigation lists all. */
const GUIDES_SHOWN = 5;
const RECIPES = 'recipes';
const PICTURE = {
  file: 'events.svg',
  text:
    'A carrier reports four codes by webhook and poll; Waybill reads them as statuses, and the tracking ' +
    'page shows each with its time and place',
};

/** The first page: what the hub is, and where each kind of reader starts. */
export function HomePage({ guides }: { readonly guides: readonly Guide[] }) {
  const readers = grouped(guides).filter((group) => group.readers !== undefined);
  const recipes = guides.find(({ name }) => name === RECIPES);
  return (
    <>
      <h1>Waybill docs</h1>
      <p>
        Waybill is a self-hosted hub for tracking parcels. It receives carriers’ webhooks, polls
        carriers when an update is likely, and turns what they report into one timeline for each
        parcel. Start with the <a href={guidePath('quickstart')}>quickstart</a>: five minutes, and
        no account with a carrier.
      </p>
      <figure dangerouslySetInnerHTML={{ __html: pictureHtml(PICTURE.file, PICTURE.text) }} />
      <div class="readers">
        {readers.map(({ heading, readers: who, guides: some }) => (
          <section key={heading}>
            <h2>{heading}</h2>
            <p class="dim">{who}</p>
            <ul>
              {some.slice(0, GUIDES_SHOWN).map(({ name, title }) => (
                <li key={name}>
                  <a href={guidePath(name)}>{title}</a>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
      {recipes && (
        <>
          <h2>Recipes</h2>
          <ul class="columns-of-links">
            {recipes.sections
              .filter(({ depth }) => depth === 2)
              .map(({ anchor, heading }) => (
                <li key={anchor}>
                  <a href={`${guidePath(RECIPES)}#${anchor}`}>{heading}</a>
                </li>
              ))}
          </ul>
        </>
      )}
      <h2>Look up</h2>
      <ul class="columns-of-links">
        {references(guides).map(([href, text]) => (
          <li key={href}>
            <a href={href}>{text}</a>
          </li>
        ))}
      </ul>
    </>
  );
}

const REFERENCES = [
  ['carriers', 'Carriers: what each can do and needs'],
  ['shops', 'Shops: how each is connected'],
  ['configuration', 'Every setting'],
  ['compatibility', 'What works with what'],
  ['comparison', 'Waybill and its peers'],
  ['glossary', 'Words'],
] as const;

/** What readers look up, as far as this installation has the guides. */
function references(guides: readonly Guide[]): readonly (readonly [href: string, text: string])[] {
  const known = new Set(guides.map(({ name }) => name));
  return [
    ['/docs/api', 'Every operation of the API'],
    ['/docs/errors', 'Every error, and its remedy'],
    ...REFERENCES.filter(([name]) => known.has(name)).map(
      ([name, text]) => [guidePath(name), text] as const,
    ),
  ];
}
