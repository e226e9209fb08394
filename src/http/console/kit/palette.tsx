import type { Route } from '../../kit/route.ts';
import { AT, readShipments, type ShownShipment, wantedOf } from '../shipments/listing.ts';
import { deskPage } from './desk-route.ts';
import { useMessages } from './language.ts';
import { accountPages, navigationFor } from './navigation.ts';
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
  if (parcels.length + matching.length === 0) return <p>{palette.none}</p>;
  return (
    <>
      {parcels.length > 0 && <h2>{frame.groups.parcels}</h2>}
      {parcels.map(({ id, tracking_number: number, status, recipient, order_ids: orders }) => (
        <a key={id} id={`at-${id}`} role="option" aria-selected="false" href={`${AT}/${id}`}>
          <code>{number}</code> {[recipient, ...orders].filter(Boolean).join(', ')}
          <span class="soft">{words.status.short[status]}</span>
        </a>
      ))}
      {matching.length > 0 && <h2>{palette.pages}</h2>}
      {matching.slice(0, PAGES_SHOWN).map(({ path, name, section }) => (
        <a
          key={path}
          id={`at-${path.replaceAll('/', '-')}`}
          role="option"
          aria-selected="false"
          href={path}
        >
          {name}
          {section !== name && <span class="soft">{section}</span>}
        </a>
      ))}
    </>
  );
}

/** Whether every word of `q` begins a word of `text`, without regard to case and accents. Pure. */
export function beginsWord(text: string, q: string): boolean {
  const words = plain(text);
  return plain(q).every((begin) => words.some((word) => word.startsWith(begin)));
}

function plain(text: string): readonly string[] {
  const letters = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLocaleLowerCase('und');
  return letters.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
}
