import { inEach } from '../../operators/parts/language.ts';
/** What to do about a URL that is never posted to; `{}` is a placeholder for any value. */
export const REFUSED_URLS = inEach(
  {
    atMostSo: 'Expected at most {} characters.',
    anExample: 'Expected a URL such as https://shop.example/hooks/waybill.',
    beginsWith: 'Expected a URL that begins with https://.',
    withoutUser: 'Expected a URL without user name and password; verify the signature instead.',
    usualPort:
      'Expected port 443, 80 or one from 1024 on that is not used by another known protocol, not {}.',
    publicHost: 'Expected a host of the public internet, not "{}".',
    reservedAddress:
      'Expected a host of the public internet; this one has a private, local or reserved address, which is reached only if the operator lists it in WAYBILL_EGRESS_ALLOW. To try webhooks on a machine that the hub cannot reach, run `waybill listen` there.',
    encrypted:
      'Expected a URL that begins with https://; live events are sent unencrypted only to addresses that the operator lists in WAYBILL_EGRESS_ALLOW.',
    control: 'Contains a control character, such as a line break or a tab.',
    removeIt: 'Remove it.',
    oneOf: 'Send one of {}.',
  },
  {
    de: {
      atMostSo: 'Schreiben Sie höchstens {} Zeichen.',
      anExample: 'Schreiben Sie eine URL wie https://shop.example/hooks/waybill.',
      beginsWith: 'Schreiben Sie eine URL, die mit https:// beginnt.',
      withoutUser:
        'Schreiben Sie eine URL ohne Benutzernamen und Passwort; prüfen Sie stattdessen die Signatur.',
      usualPort:
        'Nehmen Sie Port 443, 80 oder einen ab 1024, der keinem anderen bekannten Protokoll gehört, nicht {}.',
      publicHost: 'Nennen Sie einen Rechner im öffentlichen Internet, nicht „{}“.',
      reservedAddress:
        'Nennen Sie einen Rechner im öffentlichen Internet. Dieser hat eine private, lokale oder reservierte Adresse und wird nur erreicht, wenn der Betreiber sie in WAYBILL_EGRESS_ALLOW aufführt. Um Webhooks auf einem Rechner auszuprobieren, den der Hub nicht erreicht, starten Sie dort `waybill listen`.',
      encrypted:
        'Schreiben Sie eine URL, die mit https:// beginnt. Echte Ereignisse gehen unverschlüsselt nur an Adressen, die der Betreiber in WAYBILL_EGRESS_ALLOW aufführt.',
      control: 'Enthält ein Steuerzeichen, etwa einen Zeilenumbruch oder einen Tabulator.',
      removeIt: 'Entfernen Sie es.',
      oneOf: 'Wählen Sie eines davon: {}.',
    },
    es: {
      atMostSo: 'Escriba {} caracteres como máximo.',
      anExample: 'Escriba una URL como https://shop.example/hooks/waybill.',
      beginsWith: 'Escriba una URL que empiece por https://.',
      withoutUser: 'Escriba una URL sin usuario ni contraseña; compruebe la firma en su lugar.',
      usualPort:
        'Use el puerto 443, el 80 o uno a partir de 1024 que no sea de otro protocolo conocido, y no {}.',
      publicHost: 'Indique un equipo de la red pública, no «{}».',
      reservedAddress:
        'Indique un equipo de la red pública. Este tiene una dirección privada, local o reservada, a la que solo se llega si el operador la incluye en WAYBILL_EGRESS_ALLOW. Para probar webhooks en un equipo al que el hub no llega, ejecute allí `waybill listen`.',
      encrypted:
        'Escriba una URL que empiece por https://. Los avisos reales solo se envían sin cifrar a las direcciones que el operador incluye en WAYBILL_EGRESS_ALLOW.',
      control: 'Contiene un carácter de control, como un salto de línea o un tabulador.',
      removeIt: 'Quítelo.',
      oneOf: 'Elija uno de estos: {}.',
    },
    fr: {
      atMostSo: 'Écrivez {} caractères au plus.',
      anExample: 'Écrivez une URL comme https://shop.example/hooks/waybill.',
      beginsWith: 'Écrivez une URL qui commence par https://.',
      withoutUser:
        'Écrivez une URL sans nom d’utilisateur ni mot de passe ; vérifiez plutôt la signature.',
      usualPort:
        'Prenez le port 443, le 80 ou un à partir de 1024 qui n’appartienne à aucun autre protocole connu, et non {}.',
      publicHost: 'Indiquez un hôte de l’internet public, et non « {} ».',
      reservedAddress:
        'Indiquez un hôte de l’internet public. Celui-ci a une adresse privée, locale ou réservée, atteinte seulement si l’opérateur la cite dans WAYBILL_EGRESS_ALLOW. Pour essayer des webhooks sur une machine que le hub n’atteint pas, lancez-y `waybill listen`.',
      encrypted:
        'Écrivez une URL qui commence par https://. Les annonces réelles ne partent sans chiffrement que vers les adresses que l’opérateur cite dans WAYBILL_EGRESS_ALLOW.',
      control: 'Contient un caractère de contrôle, comme un saut de ligne ou une tabulation.',
      removeIt: 'Retirez-le.',
      oneOf: 'Choisissez-en un : {}.',
    },
  },
);
