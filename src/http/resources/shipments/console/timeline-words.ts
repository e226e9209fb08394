import type { Explanation } from '../../../../tracking/index.ts';
import { inEach } from '../../../console/parts/language.ts';

type Verdict = Explanation['facts'][number]['verdict'];

interface Words {
  readonly title: string;
  readonly localTimes: string;
  readonly nothing: string;
  readonly noTime: string;
  readonly why: string;
  /** What became of a fact, in the words of a person who asks why. */
  readonly verdicts: Readonly<Record<Verdict, string>>;
  readonly rule: string;
  readonly because: (of: string) => string;
  readonly codes: string;
  readonly mapping: string;
  readonly noRule: string;
  readonly notKept: string;
  readonly version: (digits: string) => string;
  readonly before: string;
  readonly received: string;
  readonly times: (count: number) => string;
  readonly asItCame: string;
  readonly unseen: (count: number) => string;
  readonly unseenLabel: string;
  readonly head: readonly [when: string, what: string, why: string];
}

/** Of what happened to a parcel, and why each line counts. */
export const TIMELINE = inEach<Words>(
  {
    title: 'Timeline',
    localTimes: 'in local times',
    nothing: 'Nothing has been reported yet.',
    noTime: 'no time',
    why: 'Why:',
    verdicts: {
      steering: 'sets the status',
      standing: 'counts',
      other_instance: 'is about another parcel',
      implausible: 'has an impossible time',
      retracted: 'was taken back by the carrier',
      refuted: 'came by webhook only, and the carrier’s own history does not have it',
      cancelled_ignored: 'cancels a parcel that is already moving, so it is ignored',
      corrected: 'was corrected',
      superseded: 'gives way to another report',
      returning_place_only: 'only shows where the parcel is on its way back',
      does_not_steer: 'does not change the status',
      remapped: 'was read as further along before the mapping changed',
    },
    rule: 'Rule',
    because: (of) => `, because of ${of}`,
    codes: 'Codes',
    mapping: 'Mapping',
    noRule: 'no rule knows these codes',
    notKept: 'a version that is not kept',
    version: (digits) => ` version ${digits}`,
    before: 'Previously read as',
    received: 'Received',
    times: (count) => `; ${count} times in all`,
    asItCame: 'As it came, masked',
    unseen: (count) =>
      `${count === 1 ? 'One report' : `${count} reports`} that customers do not see`,
    unseenLabel: 'Reports that customers do not see',
    head: ['When', 'What', 'Why'],
  },
  {
    de: {
      title: 'Verlauf',
      localTimes: 'in Ortszeit',
      nothing: 'Es wurde noch nichts gemeldet.',
      noTime: 'ohne Zeit',
      why: 'Warum:',
      verdicts: {
        steering: 'bestimmt den Status',
        standing: 'zählt',
        other_instance: 'betrifft ein anderes Paket',
        implausible: 'hat eine unmögliche Zeit',
        retracted: 'hat der Zusteller zurückgenommen',
        refuted: 'kam nur per Webhook, und der Zusteller selbst hat es nicht im Verlauf',
        cancelled_ignored: 'storniert ein Paket, das schon unterwegs ist, und gilt daher nicht',
        corrected: 'wurde berichtigt',
        superseded: 'weicht einer anderen Meldung',
        returning_place_only: 'zeigt nur, wo das Paket auf dem Rückweg ist',
        does_not_steer: 'ändert den Status nicht',
        remapped: 'galt als weiter fortgeschritten, bevor sich die Zuordnung änderte',
      },
      rule: 'Regel',
      because: (of) => `, wegen ${of}`,
      codes: 'Codes',
      mapping: 'Zuordnung',
      noRule: 'keine Regel kennt diese Codes',
      notKept: 'eine Fassung, die nicht mehr da ist',
      version: (digits) => ` Fassung ${digits}`,
      before: 'Vorher gelesen als',
      received: 'Empfangen',
      times: (count) => `; insgesamt ${count}-mal`,
      asItCame: 'Wie es kam, maskiert',
      unseen: (count) =>
        `${count === 1 ? 'Eine Meldung, die' : `${count} Meldungen, die`} Kunden nicht sehen`,
      unseenLabel: 'Meldungen, die Kunden nicht sehen',
      head: ['Wann', 'Was', 'Warum'],
    },
    es: {
      title: 'Historial',
      localTimes: 'en horas locales',
      nothing: 'Aún no se ha comunicado nada.',
      noTime: 'sin hora',
      why: 'Por qué:',
      verdicts: {
        steering: 'fija el estado',
        standing: 'cuenta',
        other_instance: 'es de otro paquete',
        implausible: 'tiene una hora imposible',
        retracted: 'lo retiró el transportista',
        refuted: 'llegó solo por webhook, y el historial del transportista no lo tiene',
        cancelled_ignored: 'cancela un paquete que ya se mueve, así que no se tiene en cuenta',
        corrected: 'se corrigió',
        superseded: 'cede ante otro aviso',
        returning_place_only: 'solo muestra dónde está el paquete en su vuelta',
        does_not_steer: 'no cambia el estado',
        remapped: 'se leía como más avanzado antes de cambiar la asignación',
      },
      rule: 'Regla',
      because: (of) => `, por ${of}`,
      codes: 'Códigos',
      mapping: 'Asignación',
      noRule: 'ninguna regla conoce estos códigos',
      notKept: 'una versión que no se conserva',
      version: (digits) => ` versión ${digits}`,
      before: 'Antes se leía como',
      received: 'Recibido',
      times: (count) => `; ${count} veces en total`,
      asItCame: 'Como llegó, enmascarado',
      unseen: (count) => `${count === 1 ? 'Un aviso' : `${count} avisos`} que los clientes no ven`,
      unseenLabel: 'Avisos que los clientes no ven',
      head: ['Cuándo', 'Qué', 'Por qué'],
    },
    fr: {
      title: 'Historique',
      localTimes: 'aux heures locales',
      nothing: 'Rien n’a encore été annoncé.',
      noTime: 'sans heure',
      why: 'Pourquoi :',
      verdicts: {
        steering: 'fixe le statut',
        standing: 'compte',
        other_instance: 'concerne un autre colis',
        implausible: 'a une heure impossible',
        retracted: 'a été retiré par le transporteur',
        refuted: 'n’est venu que par webhook, et l’historique du transporteur ne l’a pas',
        cancelled_ignored: 'annule un colis déjà en mouvement, et n’est donc pas retenu',
        corrected: 'a été corrigé',
        superseded: 'cède à une autre annonce',
        returning_place_only: 'montre seulement où est le colis sur le retour',
        does_not_steer: 'ne change pas le statut',
        remapped: 'était lu comme plus avancé avant le changement de correspondance',
      },
      rule: 'Règle',
      because: (of) => `, à cause de ${of}`,
      codes: 'Codes',
      mapping: 'Correspondance',
      noRule: 'aucune règle ne connaît ces codes',
      notKept: 'une version qui n’est pas conservée',
      version: (digits) => ` version ${digits}`,
      before: 'Lu auparavant comme',
      received: 'Reçu',
      times: (count) => ` ; ${count} fois en tout`,
      asItCame: 'Tel que reçu, masqué',
      unseen: (count) =>
        `${count === 1 ? 'Une annonce' : `${count} annonces`} que les clients ne voient pas`,
      unseenLabel: 'Annonces que les clients ne voient pas',
      head: ['Quand', 'Quoi', 'Pourquoi'],
    },
  },
);
