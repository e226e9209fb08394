import type { OpenIdFault } from '../../../merchants/index.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import { inEach } from '../../console/parts/language.ts';

/** Why a sign-in with an account elsewhere ended nowhere; a part of an address, so a stranger's text is none. */
export type SignOnFault =
  | OpenIdFault
  | 'elsewhere'
  | 'again'
  | 'nobody'
  | 'enrol'
  | 'mail'
  | 'known'
  | 'taken';

/** What people are told, by the end of the page's address. */
const SIGN_ON_WORDS = inEach<Readonly<Record<SignOnFault, string>>>(
  {
    refused_url:
      'The hub may not call the address of your company’s sign-in. An owner of your shop can correct it at “Sign-in”.',
    unreachable: 'Your company’s sign-in did not answer. Wait a moment and try again.',
    no_provider:
      'Your company’s sign-in answered in a way that is not OpenID Connect. An owner of your shop can correct its address at “Sign-in”.',
    any_tenant:
      'Your company’s sign-in speaks for many companies. An owner of your shop can correct its address at “Sign-in”.',
    denied: 'Your company’s sign-in did not let you in, or you pressed Cancel.',
    client:
      'Your company’s sign-in does not know this hub, or its client secret has changed. An owner of your shop can correct it at “Sign-in”.',
    refused:
      'Your company’s sign-in refused. Try again; if it stays so, an owner of your shop can look at “Sign-in”.',
    untrue: 'The answer of your company’s sign-in does not belong to this sign-in. Begin again.',
    elsewhere:
      'This sign-in was begun in another browser, at another address of the hub, or too long ago. Begin again.',
    again: 'This sign-in has been used already. Begin again.',
    nobody:
      'Your account there is not connected with a member here. Sign in with your password or a mailed link, then connect it at “Accounts”.',
    enrol:
      'Your shop asks for a second step, and you have none. Sign in with your password or a mailed link to set it up.',
    mail: 'Your company’s sign-in has not verified the address that was invited, or knows you by another.',
    known:
      'The invited address has an account here. Join with its password; then connect the other one at “Accounts”.',
    taken: 'This account is connected with another member already.',
  },
  {
    de: {
      refused_url:
        'Die Adresse der Anmeldung Ihrer Firma darf von hier nicht aufgerufen werden. Wer Ihren Shop verwaltet, kann sie unter „Anmeldung“ berichtigen.',
      unreachable:
        'Die Anmeldung Ihrer Firma hat nicht geantwortet. Warten Sie kurz und versuchen Sie es noch einmal.',
      no_provider:
        'Was die Anmeldung Ihrer Firma geantwortet hat, ist kein OpenID Connect. Wer Ihren Shop verwaltet, kann ihre Adresse unter „Anmeldung“ berichtigen.',
      any_tenant:
        'Die Anmeldung Ihrer Firma spricht für viele Firmen. Wer Ihren Shop verwaltet, kann ihre Adresse unter „Anmeldung“ berichtigen.',
      denied: 'Die Anmeldung Ihrer Firma hat Sie nicht eingelassen, oder Sie haben abgebrochen.',
      client:
        'Die Anmeldung Ihrer Firma kennt diese Installation nicht, oder ihr Client-Secret hat sich geändert. Wer Ihren Shop verwaltet, kann das unter „Anmeldung“ berichtigen.',
      refused:
        'Die Anmeldung Ihrer Firma hat abgelehnt. Versuchen Sie es noch einmal; bleibt es dabei, kann unter „Anmeldung“ nachsehen, wer Ihren Shop verwaltet.',
      untrue:
        'Die Antwort der Anmeldung Ihrer Firma gehört nicht zu dieser Anmeldung. Beginnen Sie noch einmal.',
      elsewhere:
        'Diese Anmeldung wurde in einem anderen Browser, unter einer anderen Adresse oder vor zu langer Zeit begonnen. Beginnen Sie noch einmal.',
      again: 'Diese Anmeldung wurde schon benutzt. Beginnen Sie noch einmal.',
      nobody:
        'Ihr Konto dort ist mit keinem Mitglied hier verbunden. Melden Sie sich mit Passwort oder Link an und verbinden Sie es unter „Verknüpfte Konten“.',
      enrol:
        'Ihr Shop verlangt einen zweiten Schritt, und Sie haben keinen. Melden Sie sich mit Passwort oder Link an, um ihn einzurichten.',
      mail: 'Die Anmeldung Ihrer Firma hat die eingeladene Adresse nicht bestätigt oder kennt Sie unter einer anderen.',
      known:
        'Die eingeladene Adresse hat hier ein Konto. Treten Sie mit dessen Passwort bei; verbinden Sie danach das andere unter „Verknüpfte Konten“.',
      taken: 'Dieses Konto ist schon mit einem anderen Mitglied verbunden.',
    },
    es: {
      refused_url:
        'Desde aquí no se puede llamar a la dirección del inicio de sesión de su empresa. Un propietario de su tienda puede corregirla en «Acceso».',
      unreachable:
        'El inicio de sesión de su empresa no ha respondido. Espere un momento e inténtelo de nuevo.',
      no_provider:
        'Lo que ha respondido el inicio de sesión de su empresa no es OpenID Connect. Un propietario de su tienda puede corregir su dirección en «Acceso».',
      any_tenant:
        'El inicio de sesión de su empresa habla por muchas empresas. Un propietario de su tienda puede corregir su dirección en «Acceso».',
      denied: 'El inicio de sesión de su empresa no le ha dejado entrar, o usted ha cancelado.',
      client:
        'El inicio de sesión de su empresa no conoce esta instalación, o su secreto de cliente ha cambiado. Un propietario de su tienda puede corregirlo en «Acceso».',
      refused:
        'El inicio de sesión de su empresa lo ha rechazado. Inténtelo de nuevo; si sigue así, un propietario de su tienda puede mirar en «Acceso».',
      untrue:
        'La respuesta del inicio de sesión de su empresa no corresponde a este intento. Empiece de nuevo.',
      elsewhere:
        'Este intento se empezó en otro navegador, en otra dirección o hace demasiado tiempo. Empiece de nuevo.',
      again: 'Este intento ya se ha usado. Empiece de nuevo.',
      nobody:
        'Su cuenta de allí no está conectada con ningún miembro de aquí. Entre con su contraseña o con un enlace y conéctela en «Cuentas».',
      enrol:
        'Su tienda pide un segundo paso y usted no tiene ninguno. Entre con su contraseña o con un enlace para configurarlo.',
      mail: 'El inicio de sesión de su empresa no ha verificado la dirección invitada, o le conoce por otra.',
      known:
        'La dirección invitada ya tiene una cuenta aquí. Únase con su contraseña; después conecte la otra en «Cuentas».',
      taken: 'Esta cuenta ya está conectada con otro miembro.',
    },
    fr: {
      refused_url:
        'L’adresse de connexion de votre société ne peut pas être appelée d’ici. Un propriétaire de votre boutique peut la corriger dans « Connexion ».',
      unreachable:
        'La connexion de votre société n’a pas répondu. Attendez un instant et réessayez.',
      no_provider:
        'Ce que la connexion de votre société a répondu n’est pas de l’OpenID Connect. Un propriétaire de votre boutique peut corriger son adresse dans « Connexion ».',
      any_tenant:
        'La connexion de votre société parle pour beaucoup de sociétés. Un propriétaire de votre boutique peut corriger son adresse dans « Connexion ».',
      denied: 'La connexion de votre société ne vous a pas laissé entrer, ou vous avez annulé.',
      client:
        'La connexion de votre société ne connaît pas cette installation, ou son secret client a changé. Un propriétaire de votre boutique peut le corriger dans « Connexion ».',
      refused:
        'La connexion de votre société a refusé. Réessayez ; si cela continue, un propriétaire de votre boutique peut regarder dans « Connexion ».',
      untrue:
        'La réponse de la connexion de votre société ne correspond pas à cette tentative. Recommencez.',
      elsewhere:
        'Cette tentative a commencé dans un autre navigateur, à une autre adresse ou il y a trop longtemps. Recommencez.',
      again: 'Cette tentative a déjà servi. Recommencez.',
      nobody:
        'Votre compte là-bas n’est lié à aucun membre ici. Connectez-vous avec votre mot de passe ou un lien, puis liez-le dans « Comptes ».',
      enrol:
        'Votre boutique demande une deuxième étape et vous n’en avez pas. Connectez-vous avec votre mot de passe ou un lien pour la configurer.',
      mail: 'La connexion de votre société n’a pas vérifié l’adresse invitée, ou vous connaît sous une autre.',
      known:
        'L’adresse invitée a déjà un compte ici. Rejoignez avec son mot de passe ; liez ensuite l’autre dans « Comptes ».',
      taken: 'Ce compte est déjà lié à un autre membre.',
    },
  },
);

/** The sentence for what stands in a page's address; null for anything else. */
export function signOnNotice(done: string | null, language: Language = 'en'): string | null {
  const key = /^sso-([a-z_]{1,20})$/.exec(done ?? '')?.[1] ?? '';
  return isFault(key) ? SIGN_ON_WORDS[language][key] : null;
}

function isFault(key: string): key is SignOnFault {
  return Object.hasOwn(SIGN_ON_WORDS.en, key);
}
