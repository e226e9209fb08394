import { Icon } from '../../../http/console/kit/icons.tsx';
import { useMessages } from '../../../http/console/kit/language.ts';
import { DeskLayout } from '../../../http/console/kit/layout.tsx';
import { Action, Filled, Instant } from '../../../http/console/kit/pieces.tsx';
import type { DeskPageProps } from '../../../http/console/kit/visit.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Courier } from '../../couriers/index.ts';
import { AT, pathOf, shownName } from './list-page.tsx';

/** The shape of our QR codes: one path on white (`codeImage`). */
const VIEW_BOX = 'viewBox="';
const PATH = '<path d="';

interface Props extends DeskPageProps {
  readonly courier: Courier;
  readonly code: string;
  readonly url: string;
  /** The QR code of the enrolment URL, as SVG. */
  readonly image: string;
  readonly expiresAtMs: number;
  readonly isExpired: boolean;
  /** The name of the phone that has enrolled with the code; null: none yet. */
  readonly phone: string | null;
}

/** Shows a code to enrol a phone with, until a phone has. */
export function EnrolmentPage(props: Props) {
  const { deps, call, courier, phone, isExpired } = props;
  const { couriers, console: hub } = useMessages();
  const words = couriers.invitation;
  const path = pathOf(courier);
  const isWaiting = phone === null && !isExpired;
  return (
    <DeskLayout {...{ deps, title: words.title }} visitor={call.visitor} at={AT}>
      <p class="crumbs">
        <a href={AT}>{hub.couriers.title}</a> <a href={path}>{shownName(call, courier)}</a>
      </p>
      <h1>{words.title}</h1>
      <div class="invitation" {...(isWaiting ? { 'data-waits': '' } : {})}>
        {isWaiting && <Code {...props} />}
        <p role="status" class={phone === null ? 'soft' : 'done'}>
          {phone !== null && <Icon name="done" />}
          {phone !== null ? words.enrolled({ phone }) : isExpired ? words.expired : words.waiting}
        </p>
        {phone !== null && <p class="soft">{words.enrolledLead}</p>}
        <div class="row">
          <a class={phone === null ? 'button' : 'button primary'} href={path}>
            {words.toCourier}
          </a>
          {phone === null && <Action to={`${path}/enrolment`} label={words.again} />}
        </div>
      </div>
    </DeskLayout>
  );
}

function Code({ call, courier, image, url, code, expiresAtMs }: Props) {
  const words = useMessages().couriers.invitation;
  const { copy, copied } = useMessages().layout.pieces;
  return (
    <>
      <p class="lead">{words.lead({ name: shownName(call, courier) })}</p>
      <QrCode svg={image} label={words.qrCode} />
      <label for="link">{words.link}</label>
      <div class="copied">
        <input id="link" type="text" value={url} readOnly spellcheck={false} />
        <button type="button" data-copies="#link" data-copied={copied}>
          {copy}
        </button>
      </div>
      <p>
        {words.code}: <code class="secret">{code}</code>
      </p>
      <p class="soft">
        <Filled
          text={words.until({ until: '{until}' })}
          parts={{ until: <Instant at={iso(expiresAtMs)} /> }}
        />
      </p>
    </>
  );
}

/** An inline QR code: the console's policy allows no external images, not even data URLs. */
function QrCode({ svg, label }: { readonly svg: string; readonly label: string }) {
  const viewBox = quoted(svg, VIEW_BOX);
  const path = quoted(svg, PATH);
  if (viewBox === null || path === null) return null;
  return (
    <svg viewBox={viewBox} width="280" height="280" role="img" aria-label={label}>
      <rect width="100%" height="100%" fill="#FFFFFF" />
      <path d={path} fill="#000000" fill-rule="evenodd" />
    </svg>
  );
}

/** The text between `start`, which ends with a quotation mark, and the next quotation mark. */
function quoted(text: string, start: string): string | null {
  const at = text.indexOf(start);
  if (at === -1) return null;
  const from = at + start.length;
  const to = text.indexOf('"', from);
  return to === -1 ? null : text.slice(from, to);
}
