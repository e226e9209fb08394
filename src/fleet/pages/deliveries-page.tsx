import type { ComponentChildren } from 'preact';
import { Icon } from '../../http/console/kit/icons.tsx';
import { SpokenIn, useMessages, useSpoken } from '../../http/console/kit/language.ts';
import { DeskLayout } from '../../http/console/kit/layout.tsx';
import { Empty } from '../../http/console/kit/pieces.tsx';
import type { DeskPageProps } from '../../http/console/kit/visit.ts';
import { WhoseFilter } from '../../http/console/kit/whose.tsx';

interface Props extends DeskPageProps {
  /** The page's path. */
  readonly at: string;
  readonly title: string;
  /** How things stand, in a line beside the title. */
  readonly summary?: ComponentChildren;
  /** Its own choices, beside the title. */
  readonly acts?: ComponentChildren;
  /** Its main action; absent: a courier can be added; null: it is in the page. */
  readonly mainAction?: ComponentChildren;
  readonly hasMap?: boolean;
  /** The zones of the doors or couriers on the page; absent: its times are the reader's. */
  readonly zones?: readonly (string | null)[];
  readonly children: ComponentChildren;
}

/** Shows times in the zone that these places share, or else in the reader's. */
export function InSharedZone({
  zones,
  children,
}: {
  readonly zones: readonly (string | null)[];
  readonly children: ComponentChildren;
}) {
  const spoken = useSpoken();
  return (
    <SpokenIn value={{ ...spoken, timeZone: sharedZone(zones) ?? spoken.timeZone }}>
      {children}
    </SpokenIn>
  );
}

/** The only zone among these; null: there are several, or it is unknown. Pure. */
export function sharedZone(zones: readonly (string | null)[]): string | null {
  const [zone = null, ...others] = new Set(zones);
  return others.length === 0 ? zone : null;
}

/** The frame of the pages about own deliveries: all have the same head and main action. */
export function DeliveriesPage(props: Props) {
  return (
    <InSharedZone zones={props.zones ?? []}>
      <Page {...props} />
    </InSharedZone>
  );
}

function Page(props: Props) {
  const { deps, call, at, title, acts, mainAction = <AddCourier /> } = props;
  const { hasMap = false, children } = props;
  const action = call.may('dispatch:decide') && mainAction;
  return (
    <DeskLayout
      {...{ deps, title, at }}
      visitor={call.visitor}
      actions={action && <div class="wide">{action}</div>}
      {...(hasMap ? { script: deps.assets.map.scriptUrl } : {})}
    >
      <div class="page-head">
        <h1>{title}</h1>
        {props.summary !== undefined && (
          <p class="soft" id="map-summary">
            {props.summary}
          </p>
        )}
        {acts}
        <WhoseFilter call={call} path={at} />
        {action && <div class="phone-only">{action}</div>}
      </div>
      {children}
    </DeskLayout>
  );
}

export function AddCourier({ isMain = false }: { readonly isMain?: boolean }) {
  return (
    <a class={isMain ? 'button primary' : 'button'} href="/console/deliveries/couriers/new">
      <Icon name="person" />
      <span>{useMessages().couriers.list.add}</span>
    </a>
  );
}

/** What a page shows while there are no couriers at all. */
export function NoCouriers({ mayAdd }: { readonly mayAdd: boolean }) {
  return (
    <Empty action={mayAdd && <AddCourier isMain />}>{useMessages().couriers.list.nobody}</Empty>
  );
}
