import { counterOf, inEach } from '../../console/parts/language.ts';

const [en, de, es, fr] = [counterOf('en'), counterOf('de'), counterOf('es'), counterOf('fr')];

/** Of the steps in which a merchant is set up. */
export const SETUP = inEach(
  {
    title: 'Setup',
    titles: {
      address: 'Public address',
      carrier: 'Carrier account',
      sender: 'Sender of mails',
      look: 'Logo and colours',
      webhook: 'Webhook',
      key: 'Live key',
    },
    nothingLeft: 'Nothing is left to do. Whatever you change later is found here, too.',
    left: (count: number, all: number) =>
      `${en(count, '# step', '# steps')} of ${all} ${count === 1 ? 'is' : 'are'} open. Leave out what you do not need; you can take it up again.`,
    thisIsFor: (parcels: string, others: string, open: number) =>
      `This is for ${parcels}. With test parcels you try things out; live ones are your customers’. Each have accounts, a look and webhooks of their own: for ${others} ${open === 0 ? 'nothing is open' : `${en(open, '# step is', '# steps are')} open`}.`,
    switchTo: { live: 'Switch to live', test: 'Switch to test' },
    states: { done: 'done', unsure: 'set up, not verified', skipped: 'skipped', open: 'open' },
    look: 'Look at it or change it',
    setUp: 'Set it up',
    skip: 'Skip',
    resume: 'Take it up again',
    skipped: (title: string) => `“${title}” is left out. Nothing was changed.`,
    resumed: (title: string) => `“${title}” is open again. Nothing was changed.`,
    stepOf: (nr: number, all: number) => `Setup, step ${nr} of ${all}:`,
    allSteps: 'All steps',
    asForTest:
      'Filled in as for test parcels. Look it over and save it: so far nothing of it is in use here.',
    skipThis: 'Skip this step',
    finish: 'Finish',
    next: (title: string) => `Next: ${title}`,
    reachedAt: 'The hub is reached at',
    localOnly:
      'That is this machine: links in mails, personal links and the addresses for carriers’ webhooks open for nobody else.',
    beginsWith:
      'Links in mails, personal links and the addresses for carriers’ webhooks begin with it.',
    toChange: 'To change it',
    howToChange:
      'It belongs to the whole installation, so it is not set here. Whoever runs the hub sets the variable and starts the hub again:',
    mustLead: 'The name must lead to this hub, with TLS, through your proxy or load balancer.',
    whatOperatorsSet: 'What operators set',
    linksLeadTo: (url: string) => `Links in messages lead to ${url}.`,
    accountIs: (carrier: string, label: string, state: string) =>
      `${carrier}, “${label}”: ${state}.`,
    mailsFrom: (from: string, state: string) => `Mails are from ${from}: ${state}.`,
    endpointIs: (url: string, state: string) => `${url} is ${state}.`,
    keyWorks: (name: string, prefix: string) => `“${name}” (${prefix}…) works for live parcels.`,
    why: {
      address:
        'Links in mails, personal links and webhooks of carriers lead to it. So far they lead to this machine only.',
      carrier: 'With an account the hub asks the carrier for your parcels, and takes its webhooks.',
      sender: 'So far mails to recipients are from the address that the installation has for all.',
      look: 'So far the tracking page and mails look neutral.',
      webhook: 'Your shop hears of each change of a parcel.',
      key: 'Your shop registers real parcels with it. Keys of test mode do not.',
    },
  },
  {
    de: {
      title: 'Einrichtung',
      titles: {
        address: 'Öffentliche Adresse',
        carrier: 'Konto beim Zusteller',
        sender: 'Absender von E-Mails',
        look: 'Logo und Farben',
        webhook: 'Webhook',
        key: 'Echter Schlüssel',
      },
      nothingLeft: 'Es ist nichts mehr zu tun. Auch was Sie später ändern, finden Sie hier.',
      left: (count, all) =>
        `${de(count, '# Schritt', '# Schritte')} von ${all} ${count === 1 ? 'ist' : 'sind'} offen. Lassen Sie aus, was Sie nicht brauchen; Sie können es später nachholen.`,
      thisIsFor: (parcels, others, open) =>
        `Das gilt für ${parcels}. Mit Testpaketen probieren Sie etwas aus; echte sind die Ihrer Kunden. Beide haben eigene Konten, Webhooks und ein eigenes Aussehen: für ${others} ${open === 0 ? 'ist nichts offen' : `${de(open, 'ist # Schritt', 'sind # Schritte')} offen`}.`,
      switchTo: { live: 'Zu „echt“ wechseln', test: 'Zu „Test“ wechseln' },
      states: {
        done: 'erledigt',
        unsure: 'eingerichtet, nicht bestätigt',
        skipped: 'ausgelassen',
        open: 'offen',
      },
      look: 'Ansehen oder ändern',
      setUp: 'Einrichten',
      skip: 'Auslassen',
      resume: 'Nachholen',
      skipped: (title) => `„${title}“ ist ausgelassen. Geändert wurde nichts.`,
      resumed: (title) => `„${title}“ ist wieder offen. Geändert wurde nichts.`,
      stepOf: (nr, all) => `Einrichtung, Schritt ${nr} von ${all}:`,
      allSteps: 'Alle Schritte',
      asForTest:
        'Ausgefüllt wie für Testpakete. Sehen Sie es durch und speichern Sie: noch gilt hier nichts davon.',
      skipThis: 'Diesen Schritt auslassen',
      finish: 'Fertig',
      next: (title) => `Weiter: ${title}`,
      reachedAt: 'Diese Installation ist zu erreichen unter',
      localOnly:
        'Das ist dieser Rechner: Links in E-Mails, persönliche Links und die Adressen für Webhooks der Zusteller öffnen sich für niemand anderen.',
      beginsWith:
        'Links in E-Mails, persönliche Links und die Adressen für Webhooks der Zusteller beginnen damit.',
      toChange: 'So wird sie geändert',
      howToChange:
        'Sie gehört zur ganzen Installation und wird deshalb nicht hier eingestellt. Wer Waybill betreibt, setzt die Variable und startet neu:',
      mustLead: 'Der Name muss mit TLS hierher führen, durch Ihren Proxy oder Lastverteiler.',
      whatOperatorsSet: 'Was Betreiber einstellen (englisch)',
      linksLeadTo: (url) => `Links in Nachrichten führen zu ${url}.`,
      accountIs: (carrier, label, state) => `${carrier}, „${label}“: ${state}.`,
      mailsFrom: (from, state) => `E-Mails kommen von ${from}: ${state}.`,
      endpointIs: (url, state) => `${url} ist ${state}.`,
      keyWorks: (name, prefix) => `„${name}“ (${prefix}…) gilt für echte Pakete.`,
      why: {
        address:
          'Links in E-Mails, persönliche Links und Webhooks der Zusteller führen dorthin. Bisher führen sie nur zu diesem Rechner.',
        carrier:
          'Mit einem Konto wird der Zusteller nach Ihren Paketen gefragt, und seine Webhooks werden angenommen.',
        sender:
          'Bisher kommen E-Mails an Empfänger von der Adresse, die die Installation für alle hat.',
        look: 'Bisher sehen Sendungsseite und E-Mails neutral aus.',
        webhook: 'Ihr Shop erfährt von jeder Änderung eines Pakets.',
        key: 'Damit legt Ihr Shop echte Pakete an. Schlüssel des Testmodus tun das nicht.',
      },
    },
    es: {
      title: 'Configuración',
      titles: {
        address: 'Dirección pública',
        carrier: 'Cuenta de transportista',
        sender: 'Remitente de los correos',
        look: 'Logotipo y colores',
        webhook: 'Webhook',
        key: 'Clave real',
      },
      nothingLeft: 'No queda nada por hacer. Lo que cambie más adelante también está aquí.',
      left: (count, all) =>
        `${es(count, 'Queda # paso', 'Quedan # pasos')} de ${all}. Omita lo que no necesite; puede retomarlo.`,
      thisIsFor: (parcels, others, open) =>
        `Esto vale para ${parcels}. Con los de prueba se ensaya; los reales son los de sus clientes. Cada modo tiene sus propias cuentas, aspecto y webhooks: para ${others} ${open === 0 ? 'no queda nada' : es(open, 'queda # paso', 'quedan # pasos')}.`,
      switchTo: { live: 'Cambiar a real', test: 'Cambiar a prueba' },
      states: {
        done: 'hecho',
        unsure: 'configurado, sin verificar',
        skipped: 'omitido',
        open: 'pendiente',
      },
      look: 'Verlo o cambiarlo',
      setUp: 'Configurarlo',
      skip: 'Omitir',
      resume: 'Retomarlo',
      skipped: (title) => `Se ha omitido «${title}». No se ha cambiado nada.`,
      resumed: (title) => `«${title}» vuelve a estar pendiente. No se ha cambiado nada.`,
      stepOf: (nr, all) => `Configuración, paso ${nr} de ${all}:`,
      allSteps: 'Todos los pasos',
      asForTest:
        'Rellenado como para los paquetes de prueba. Revíselo y guárdelo: aquí aún no vale nada de ello.',
      skipThis: 'Omitir este paso',
      finish: 'Terminar',
      next: (title) => `Siguiente: ${title}`,
      reachedAt: 'Esta instalación está en',
      localOnly:
        'Es este equipo: los enlaces de los correos, los personales y las direcciones para webhooks de transportistas no se abren para nadie más.',
      beginsWith:
        'Los enlaces de los correos, los personales y las direcciones para webhooks de transportistas empiezan así.',
      toChange: 'Para cambiarla',
      howToChange:
        'Pertenece a toda la instalación, por eso no se ajusta aquí. Quien la gestiona pone la variable y la inicia de nuevo:',
      mustLead:
        'El nombre debe llevar hasta aquí, con TLS, a través de su proxy o balanceador de carga.',
      whatOperatorsSet: 'Qué ajustan los operadores (en inglés)',
      linksLeadTo: (url) => `Los enlaces de los mensajes llevan a ${url}.`,
      accountIs: (carrier, label, state) => `${carrier}, «${label}»: ${state}.`,
      mailsFrom: (from, state) => `Los correos salen de ${from}: ${state}.`,
      endpointIs: (url, state) => `${url} está ${state}.`,
      keyWorks: (name, prefix) => `«${name}» (${prefix}…) sirve para paquetes reales.`,
      why: {
        address:
          'Los enlaces de los correos, los personales y los webhooks de los transportistas llevan a ella. Hasta ahora solo llevan a este equipo.',
        carrier:
          'Con una cuenta se pregunta al transportista por sus paquetes y se reciben sus webhooks.',
        sender:
          'Hasta ahora los correos a los destinatarios salen de la dirección que la instalación tiene para todos.',
        look: 'Hasta ahora la página de seguimiento y los correos tienen un aspecto neutro.',
        webhook: 'Su tienda se entera de cada cambio de un paquete.',
        key: 'Su tienda registra con ella paquetes reales. Las claves de prueba no lo hacen.',
      },
    },
    fr: {
      title: 'Configuration',
      titles: {
        address: 'Adresse publique',
        carrier: 'Compte de transporteur',
        sender: 'Expéditeur des e-mails',
        look: 'Logo et couleurs',
        webhook: 'Webhook',
        key: 'Clé réelle',
      },
      nothingLeft: 'Il ne reste rien à faire. Ce que vous changerez plus tard se trouve aussi ici.',
      left: (count, all) =>
        `${fr(count, '# étape sur ', '# étapes sur ')}${all} ${fr(count, 'reste', 'restent')} à faire. Passez ce dont vous n’avez pas besoin ; vous pourrez y revenir.`,
      thisIsFor: (parcels, others, open) =>
        `Ceci vaut pour les ${parcels}. Les colis de test servent à essayer ; les réels sont ceux de vos clients. Chaque mode a ses propres comptes, apparence et webhooks : pour les ${others} ${open === 0 ? 'il ne reste rien' : fr(open, 'il reste # étape', 'il reste # étapes')}.`,
      switchTo: { live: 'Passer en réel', test: 'Passer en test' },
      states: { done: 'fait', unsure: 'configuré, non vérifié', skipped: 'passé', open: 'à faire' },
      look: 'Le voir ou le changer',
      setUp: 'Configurer',
      skip: 'Passer',
      resume: 'Y revenir',
      skipped: (title) => `« ${title} » est passé. Rien n’a été changé.`,
      resumed: (title) => `« ${title} » est de nouveau à faire. Rien n’a été changé.`,
      stepOf: (nr, all) => `Configuration, étape ${nr} sur ${all} :`,
      allSteps: 'Toutes les étapes',
      asForTest:
        'Rempli comme pour les colis de test. Relisez et enregistrez : rien n’en est encore utilisé ici.',
      skipThis: 'Passer cette étape',
      finish: 'Terminer',
      next: (title) => `Suite : ${title}`,
      reachedAt: 'Cette installation se trouve à l’adresse',
      localOnly:
        'C’est cet ordinateur : les liens des e-mails, les liens personnels et les adresses pour les webhooks des transporteurs ne s’ouvrent pour personne d’autre.',
      beginsWith:
        'Les liens des e-mails, les liens personnels et les adresses pour les webhooks des transporteurs commencent ainsi.',
      toChange: 'Pour la changer',
      howToChange:
        'Elle appartient à toute l’installation et ne se règle donc pas ici. Qui l’exploite définit la variable et la redémarre :',
      mustLead:
        'Le nom doit mener jusqu’ici, avec TLS, à travers votre proxy ou répartiteur de charge.',
      whatOperatorsSet: 'Ce que règlent les opérateurs (en anglais)',
      linksLeadTo: (url) => `Les liens des messages mènent à ${url}.`,
      accountIs: (carrier, label, state) => `${carrier}, « ${label} » : ${state}.`,
      mailsFrom: (from, state) => `Les e-mails partent de ${from} : ${state}.`,
      endpointIs: (url, state) => `${url} est ${state}.`,
      keyWorks: (name, prefix) => `« ${name} » (${prefix}…) vaut pour les colis réels.`,
      why: {
        address:
          'Les liens des e-mails, les liens personnels et les webhooks des transporteurs y mènent. Jusqu’ici, ils ne mènent qu’à cet ordinateur.',
        carrier:
          'Avec un compte, le transporteur est interrogé sur vos colis, et ses webhooks sont reçus.',
        sender:
          'Jusqu’ici, les e-mails aux destinataires partent de l’adresse que l’installation a pour tous.',
        look: 'Jusqu’ici, la page de suivi et les e-mails ont une apparence neutre.',
        webhook: 'Votre boutique apprend chaque changement d’un colis.',
        key: 'Votre boutique enregistre avec elle de vrais colis. Les clés de test ne le font pas.',
      },
    },
  },
);
