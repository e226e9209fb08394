import type { ComponentChildren } from 'preact';
import type { Route } from '../../kit/route.ts';
import { AT, readShipments, type ShownShipment, wantedOf } from '../shipments/listing.ts';
import { deskPage } from './desk-route.ts';
import { useMessages } from './language.ts';
import { accountPages, navigationFor } from './navigation.ts';
import { groupOf } from './pieces.tsx';
import type { DeskCall, DeskDeps } from './visit.ts';

const PARCELS_SHOWN = 6;
const PAGES_SHOWN = 8;

/** What the palette lists for a text: parcels, pages and actions. */
export function paletteRoute(deps: DeskDeps): Route {
  return deskPage(deps, 'findInConsole', async (call) => {
    const wanted = wantedOf(new URLSearchParams({ q: call.query.get('q') ?? '' }));
    const found = wanted.q === '' ? null : await readShipments(deps, call, wanted, PARCELS_SHOWN);
    return { fragment: <Results call={call} q={wanted.q} parcels={found?.data ?? []} /> };
  });
}

interface ResultsProps {
  readonly call: DeskCall;
  readonly q: string;
  readonly parcels: readonly ShownShipment[];
}

function Results({ call: { visitor, may }, q, parcels }: ResultsProps) {
  const words = useMessages();
  const { palette } = words.layout;
  const { frame } = words.desk;
  const navigation = navigationFor(visitor, undefined, frame);
  const pages = navigation.sections.flatMap((section) =>
    section.pages.map(({ path, name }) => ({ path, name, section: section.name })),
  );
  const own = visitor.actor.kind === 'user' ? accountPages(frame) : [];
  const actions = may('shipments:change')
    ? [{ path: '/console/shipments/new', name: frame.addParcel, section: '' }]
    : [];
  const all = [...actions, ...pages, ...own.map((page) => ({ ...page, section: '' }))];
  const matching = all.filter(({ name, section }) => beginsWord(`${section} ${name}`, q));
  if (parcels.length + matching.length === 0) {
    return <div {...NO_OPTION}>{palette.none}</div>;
  }
  return (
    <>
      <Group
        name={frame.groups.parcels}
        results={parcels.map(({ id, tracking_number: number, status, recipient, ...more }) => ({
          path: `${AT}/${id}`,
          name: <code>{number}</code>,
          more: [recipient, ...more.order_ids].filter(Boolean).join(', '),
          section: words.status.short[status],
        }))}
      />
      <Group
        name={palette.pages}
        results={matching.slice(0, PAGES_SHOWN).map(({ path, name, section }) => ({
          path,
          name,
          section: section === name ? '' : section,
        }))}
      />
    </>
  );
}

/** A list of options must not be empty. */
const NO_OPTION = { role: 'option', 'aria-selected': false, 'aria-disabled': true } as const;

interface Result {
  readonly path: string;
  readonly name: ComponentChildren;
  readonly more?: string;
  readonly section: string;
}

function Group({ name, results }: { readonly name: string; readonly results: readonly Result[] }) {
  if (results.length === 0) return null;
  return (
    <div {...groupOf(name)}>
      <div class="head" aria-hidden="true">
        {name}
      </div>
      {results.map(({ path, name: title, more, section }) => (
        <a
          key={path}
          id={`at-${path.replaceAll('/', '-')}`}
          role="option"
          aria-selected="false"
          href={path}
        >
          {title} {more && <span class="with">{more}</span>}
          {section !== '' && <span class="soft sentence">{section}</span>}
        </a>
      ))}
    </div>
  );
}

/** Whether every word of `q` begins a word of `text`, without regard to case and accents. Pure. */
export function beginsWord(text: string, q: string): boolean {
  const words = wordsIn(text);
  return wordsIn(q).every((begin) => words.some((word) => word.startsWith(begin)));
}

function wordsIn(text: string): readonly string[] {
  const letters = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLocaleLowerCase('und');
  return letters.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
}
