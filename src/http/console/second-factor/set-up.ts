import { type Person, secretMark, totpUri } from '../../../merchants/index.ts';
import { codeImage } from '../../api/shipment-code/code-image.ts';
import type { DeskDeps } from '../kit/visit.ts';

/** The data to enter into an authenticator app. */
export interface SetUp {
  /** A QR code in SVG. */
  readonly picture: string;
  /** For typing, in groups of four. */
  readonly secret: string;
  /** Opens an app on the same phone. */
  readonly uri: string;
  /** Repeated by the form with the first code. */
  readonly mark: string;
}

export async function setUpOf(
  deps: DeskDeps,
  secret: string,
  { userId, person }: { readonly userId: string; readonly person: Person },
): Promise<SetUp> {
  const site = deps.parts.publicUrl();
  const host = URL.canParse(site) ? new URL(site).hostname : 'hub';
  const uri = totpUri(secret, { issuer: `Waybill ${host}`, account: person.email });
  const picture = codeImage(uri, 'qr') ?? '';
  const mark = secretMark(deps.members, userId, secret);
  return { picture, secret: secret.replaceAll(/(.{4})(?=.)/g, '$1 '), uri, mark };
}
