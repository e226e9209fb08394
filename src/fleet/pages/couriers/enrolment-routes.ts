import { h } from 'preact';
import { codeImage } from '../../../http/api/shipment-code/code-image.ts';
import { deskForm, deskPage } from '../../../http/console/kit/desk-route.ts';
import type { DeskDeps } from '../../../http/console/kit/visit.ts';
import type { Route } from '../../../http/kit/route.ts';
import { Problem } from '../../../kernel/errors.ts';
import { type Keyring, open, seal } from '../../../platform/sealing/sealing.ts';
import { enrolmentUrl } from '../../api/couriers/routes.ts';
import type { FleetParts } from '../../api/fleet-parts.ts';
import type { Courier } from '../../couriers/index.ts';
import { DELIVERIES_DESK } from '../table.ts';
import { courierOf, recordAction, tenantOf } from './courier-of.ts';
import { EnrolmentPage } from './enrolment-page.tsx';
import { pathOf } from './list-page.tsx';

/** An enrolment code. */
interface Invitation {
  readonly code: string;
  readonly bare: string;
  /** The phone in use when it was made; null: none. */
  readonly phoneIdBefore: string | null;
  readonly expiresAtMs: number;
}

/** Invites a courier's phone with a QR code; the page notices when a phone has enrolled. */
export function enrolmentRoutes(deps: DeskDeps, parts: FleetParts): readonly Route[] {
  return [
    deskForm(deps, DELIVERIES_DESK.showEnrolmentOfCourier, async (call) => {
      const courier = await courierOf(parts, call);
      const seeOther = await invitationPath(parts, courier);
      await recordAction(deps, call, courier, 'made an enrolment code');
      return { seeOther };
    }),
    deskPage(deps, DELIVERIES_DESK.readEnrolmentOfCourier, async (call) => {
      const courier = await courierOf(parts, call);
      const { keyring } = parts.deliveries;
      const invitation = openInvitation(keyring, courier, call.query.get('with') ?? '');
      if (invitation === null) return { seeOther: pathOf(courier) };
      const { code, bare, phoneIdBefore, expiresAtMs } = invitation;
      const now = await phoneOf(parts, courier);
      const enrolled = now?.id === (phoneIdBefore ?? undefined) ? null : now;
      const url = enrolmentUrl(deps.parts.publicUrl(), bare);
      const image = codeImage(url, 'qr') ?? '';
      const isExpired = deps.parts.clock.nowMs() >= expiresAtMs;
      const phone = enrolled?.name ?? null;
      return h(EnrolmentPage, {
        ...{ deps, call, courier, code, url, image, expiresAtMs, isExpired, phone },
      });
    }),
  ];
}

/**
 * Makes an enrolment code, and returns the path of the page that shows it. The page may be loaded
 * again, so its path has the code, sealed: no log or browser history shows it.
 */
export async function invitationPath(
  parts: Pick<FleetParts, 'devices' | 'deliveries'>,
  courier: Courier,
): Promise<string> {
  const phoneIdBefore = (await phoneOf(parts, courier))?.id ?? null;
  const offered = await parts.devices.createEnrolment(tenantOf(courier), courier.id);
  if (offered === null) throw new Problem('not_found', 'dispatch.noSuchCourier');
  const text = JSON.stringify({ ...offered, phoneIdBefore } satisfies Invitation);
  const sealed = seal(parts.deliveries.keyring, Buffer.from(text), boundTo(courier));
  return `${pathOf(courier)}/enrolment?with=${sealed.toString('base64url')}`;
}

/** The phone in use; undefined: none. */
async function phoneOf({ devices }: Pick<FleetParts, 'devices'>, courier: Courier) {
  const all = await devices.list(tenantOf(courier), courier.id);
  return all?.find(({ endedWhy }) => endedWhy === null);
}

/** Opens a sealed invitation; null: this hub did not seal it for this courier. */
function openInvitation(keyring: Keyring, courier: Courier, text: string): Invitation | null {
  try {
    return JSON.parse(open(keyring, Buffer.from(text, 'base64url'), boundTo(courier)).toString());
  } catch {
    return null;
  }
}

function boundTo({ id }: Courier): string {
  return `courier ${id} invitation`;
}
