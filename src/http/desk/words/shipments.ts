import type { Mode } from '../../../kernel/tenant.ts';
import { inEach } from '../../console/parts/language.ts';

interface Words {
  readonly title: string;
  readonly stepsOpen: (count: number) => string;
  readonly goOn: string;
  readonly find: string;
  readonly findHint: string;
  /** The same for whoever may see people. */
  readonly findPeopleHint: string;
  readonly filters: string;
  readonly status: string;
  readonly carrier: string;
  readonly any: string;
  readonly tagInFull: string;
  readonly order: string;
  readonly orders: Readonly<
    Record<'-updated_at' | 'updated_at' | '-created_at' | 'created_at', string>
  >;
  readonly columns: string;
  readonly columnNames: Readonly<
    Record<'carrier' | 'status' | 'orders' | 'tags' | 'expected' | 'last' | 'made', string>
  >;
  readonly number: string;
  readonly choose: string;
  readonly chooseOne: (number: string) => string;
  readonly delivered: string;
  readonly none: Readonly<Record<Mode, string>>;
  readonly importFile: string;
  readonly orByApi: string;
  readonly noMatch: string;
  readonly noneSoFar: string;
  readonly fewMatch: string;
  readonly refresh: string;
  readonly tag: string;
  readonly addTag: string;
  readonly removeTag: string;
  readonly archive: string;
  readonly unarchive: string;
  /** Above those that are left out of the list. */
  readonly archived: string;
  readonly firstPage: string;
  readonly nextPage: string;
  readonly allFound: string;
  readonly keys: string;
  readonly keysDo: Readonly<Record<'j' | 'k' | 'Enter' | 'x' | '/' | 'Esc' | '?', string>>;
  readonly or: string;
  readonly keysOn: string;
  readonly views: string;
  readonly all: string;
  readonly shared: string;
  readonly ofColleague: string;
  readonly saveView: string;
  readonly saveOrRemoveView: string;
  readonly viewName: string;
  readonly forColleagues: string;
  readonly saveAll: string;
  readonly viewHint: string;
  readonly removeView: (name: string) => string;
  /** `{n}` parcels: filled in by the page's script. */
  readonly changed: string;
  /** `{number}`: the same. */
  readonly gone: string;
  readonly doneErased: string;
  readonly doneViewSaved: string;
  readonly doneViewRemoved: string;
  readonly doneNothing: string;
  readonly doneRefreshed: (some: string, all: string) => string;
  readonly doneTagged: (some: string, all: string) => string;
  readonly doneArchived: (some: string, all: string) => string;
  readonly doneUnarchived: (some: string, all: string) => string;
}

/** Of the table of shipments. */
export const SHIPMENTS = inEach<Words>(
  {
    title: 'Shipments',
    stepsOpen: (count) =>
      count === 1 ? 'One step of the setup is open.' : `${count} steps of the setup are open.`,
    goOn: 'Go on with the setup',
    find: 'Find',
    findHint: 'The beginning of a number, order, reference or tag.',
    findPeopleHint:
      'The beginning of a number, order, reference or tag, or the recipient’s whole mail, phone or name.',
    filters: 'Filters and columns',
    status: 'Status',
    carrier: 'Carrier',
    any: 'any',
    tagInFull: 'Tag, in full',
    order: 'Order',
    orders: {
      '-updated_at': 'last changed first',
      updated_at: 'longest unchanged first',
      '-created_at': 'newest first',
      created_at: 'oldest first',
    },
    columns: 'Columns',
    columnNames: {
      carrier: 'Carrier',
      status: 'Status',
      orders: 'Orders',
      tags: 'Tags',
      expected: 'Expected',
      last: 'Last event',
      made: 'Registered',
    },
    number: 'Number',
    choose: 'Choose',
    chooseOne: (number) => `Choose ${number}`,
    delivered: 'delivered',
    none: { live: 'There are no live parcels yet.', test: 'There are no test parcels yet.' },
    importFile: 'Import a file',
    orByApi: 'or register them by the API.',
    noMatch:
      'No parcel matches. Check the mode at the top, and write names, phone numbers and mail addresses in full.',
    noneSoFar:
      'None of the parcels looked through so far matches. The next page goes on with the others.',
    fewMatch:
      'Few match: these are of the parcels looked through so far. The next page goes on with the others.',
    refresh: 'Refresh the chosen',
    tag: 'Tag',
    addTag: 'Add the tag',
    removeTag: 'Remove the tag',
    archive: 'Archive',
    unarchive: 'Take out of the archive',
    archived: 'Archived',
    firstPage: 'First page',
    nextPage: 'Next page',
    allFound: 'All that was found:',
    keys: 'Keys',
    keysDo: {
      j: 'to the next parcel',
      k: 'to the parcel before',
      Enter: 'opens the parcel',
      x: 'chooses the parcel, or not',
      '/': 'to the field Find',
      Esc: 'out of the field',
      '?': 'shows this',
    },
    or: 'or',
    keysOn: 'Single keys work on this page',
    views: 'Views',
    all: 'All',
    shared: 'shared',
    ofColleague: 'of a colleague',
    saveView: 'Save as a view',
    saveOrRemoveView: 'Save as a view, or remove one',
    viewName: 'Name',
    forColleagues: 'for colleagues, too',
    saveAll: 'Save filters, columns and order',
    viewHint: 'What stands in Find is not kept. A name that you have already is replaced.',
    removeView: (name) => `Remove “${name}”`,
    changed: '{n} parcels have changed.',
    gone: '{number} is no longer tracked.',
    doneErased: 'The parcel is no longer tracked, and its data has been erased.',
    doneViewSaved: 'The view has been saved.',
    doneViewRemoved: 'The view has been removed.',
    doneNothing: 'Nothing was chosen: tick the parcels that you mean, then press the button again.',
    doneRefreshed: (some, all) =>
      some === '1'
        ? `1 of ${all} parcels is being refreshed or is up to date.`
        : `${some} of ${all} parcels are being refreshed or are up to date.`,
    doneTagged: (some, all) => `The tags of ${some} of ${all} parcels have been saved.`,
    doneArchived: (some, all) =>
      `${some} of ${all} parcels ${some === '1' ? 'is' : 'are'} in the archive now. The list leaves them out; a search finds them.`,
    doneUnarchived: (some, all) =>
      `${some} of ${all} parcels ${some === '1' ? 'is' : 'are'} back in the list.`,
  },
  {
    de: {
      title: 'Sendungen',
      stepsOpen: (count) =>
        count === 1
          ? 'Ein Schritt der Einrichtung ist offen.'
          : `${count} Schritte der Einrichtung sind offen.`,
      goOn: 'Weiter einrichten',
      find: 'Suchen',
      findHint: 'Der Anfang einer Nummer, Bestellung, Referenz oder eines Tags.',
      findPeopleHint:
        'Der Anfang einer Nummer, Bestellung, Referenz oder eines Tags; Mail, Telefon oder Name des Empfängers ganz.',
      filters: 'Filter und Spalten',
      status: 'Status',
      carrier: 'Zusteller',
      any: 'beliebig',
      tagInFull: 'Tag, ganz',
      order: 'Reihenfolge',
      orders: {
        '-updated_at': 'zuletzt geändert zuerst',
        updated_at: 'am längsten unverändert zuerst',
        '-created_at': 'neueste zuerst',
        created_at: 'älteste zuerst',
      },
      columns: 'Spalten',
      columnNames: {
        carrier: 'Zusteller',
        status: 'Status',
        orders: 'Bestellungen',
        tags: 'Tags',
        expected: 'Erwartet',
        last: 'Letzte Meldung',
        made: 'Angelegt',
      },
      number: 'Nummer',
      choose: 'Auswahl',
      chooseOne: (number) => `${number} auswählen`,
      delivered: 'zugestellt',
      none: { live: 'Es gibt noch keine echten Pakete.', test: 'Es gibt noch keine Testpakete.' },
      importFile: 'Datei importieren',
      orByApi: 'oder über die API anlegen.',
      noMatch:
        'Kein Paket passt. Prüfen Sie oben den Modus, und schreiben Sie Namen, Telefonnummern und Mailadressen ganz.',
      noneSoFar:
        'Von den bisher durchgesehenen Paketen passt keines. Die nächste Seite macht mit den übrigen weiter.',
      fewMatch:
        'Wenige passen: diese stammen aus den bisher durchgesehenen Paketen. Die nächste Seite macht mit den übrigen weiter.',
      refresh: 'Ausgewählte aktualisieren',
      tag: 'Tag',
      addTag: 'Tag hinzufügen',
      removeTag: 'Tag entfernen',
      archive: 'Archivieren',
      unarchive: 'Aus dem Archiv nehmen',
      archived: 'Archivierte',
      firstPage: 'Erste Seite',
      nextPage: 'Nächste Seite',
      allFound: 'Alles Gefundene:',
      keys: 'Tasten',
      keysDo: {
        j: 'zum nächsten Paket',
        k: 'zum vorigen Paket',
        Enter: 'öffnet das Paket',
        x: 'wählt das Paket aus oder ab',
        '/': 'zum Suchfeld',
        Esc: 'aus dem Feld heraus',
        '?': 'zeigt dies',
      },
      or: 'oder',
      keysOn: 'Einzelne Tasten wirken auf dieser Seite',
      views: 'Ansichten',
      all: 'Alle',
      shared: 'geteilt',
      ofColleague: 'aus dem Team',
      saveView: 'Als Ansicht speichern',
      saveOrRemoveView: 'Als Ansicht speichern oder eine entfernen',
      viewName: 'Name',
      forColleagues: 'auch für das Team',
      saveAll: 'Filter, Spalten und Folge speichern',
      viewHint:
        'Was im Suchfeld steht, wird nicht behalten. Ein Name, den es schon gibt, wird ersetzt.',
      removeView: (name) => `„${name}“ entfernen`,
      changed: '{n} Pakete haben sich geändert.',
      gone: '{number} wird nicht mehr verfolgt.',
      doneErased: 'Das Paket wird nicht mehr verfolgt, seine Daten sind gelöscht.',
      doneViewSaved: 'Die Ansicht ist gespeichert.',
      doneViewRemoved: 'Die Ansicht ist entfernt.',
      doneNothing:
        'Es war nichts ausgewählt: kreuzen Sie die Pakete an und drücken Sie noch einmal.',
      doneRefreshed: (some, all) =>
        some === '1'
          ? `1 von ${all} Paketen wird aktualisiert oder ist es schon.`
          : `${some} von ${all} Paketen werden aktualisiert oder sind es schon.`,
      doneTagged: (some, all) => `Die Tags von ${some} von ${all} Paketen sind gespeichert.`,
      doneArchived: (some, all) =>
        `${some} von ${all} Paketen ${some === '1' ? 'ist' : 'sind'} jetzt im Archiv. Die Liste zeigt sie nicht mehr; die Suche findet sie.`,
      doneUnarchived: (some, all) =>
        `${some} von ${all} Paketen ${some === '1' ? 'steht' : 'stehen'} wieder in der Liste.`,
    },
    es: {
      title: 'Envíos',
      stepsOpen: (count) =>
        count === 1
          ? 'Queda un paso de la configuración.'
          : `Quedan ${count} pasos de la configuración.`,
      goOn: 'Seguir con la configuración',
      find: 'Buscar',
      findHint: 'El comienzo de un número, pedido, referencia o etiqueta.',
      findPeopleHint:
        'El comienzo de un número, pedido, referencia o etiqueta, o el correo, teléfono o nombre completos del destinatario.',
      filters: 'Filtros y columnas',
      status: 'Estado',
      carrier: 'Transportista',
      any: 'cualquiera',
      tagInFull: 'Etiqueta, entera',
      order: 'Orden',
      orders: {
        '-updated_at': 'primero los últimos cambios',
        updated_at: 'primero los que llevan más sin cambios',
        '-created_at': 'primero los más nuevos',
        created_at: 'primero los más antiguos',
      },
      columns: 'Columnas',
      columnNames: {
        carrier: 'Transportista',
        status: 'Estado',
        orders: 'Pedidos',
        tags: 'Etiquetas',
        expected: 'Previsto',
        last: 'Último aviso',
        made: 'Registrado',
      },
      number: 'Número',
      choose: 'Elegir',
      chooseOne: (number) => `Elegir ${number}`,
      delivered: 'entregado',
      none: { live: 'Aún no hay paquetes reales.', test: 'Aún no hay paquetes de prueba.' },
      importFile: 'Importar un archivo',
      orByApi: 'o regístrelos por la API.',
      noMatch:
        'Ningún paquete coincide. Compruebe arriba el modo y escriba enteros nombres, teléfonos y correos.',
      noneSoFar:
        'Ninguno de los paquetes vistos hasta ahora coincide. La página siguiente continúa con los demás.',
      fewMatch:
        'Coinciden pocos: estos son de los paquetes vistos hasta ahora. La página siguiente continúa con los demás.',
      refresh: 'Actualizar los elegidos',
      tag: 'Etiqueta',
      addTag: 'Añadir la etiqueta',
      removeTag: 'Quitar la etiqueta',
      archive: 'Archivar',
      unarchive: 'Sacar del archivo',
      archived: 'Archivados',
      firstPage: 'Primera página',
      nextPage: 'Página siguiente',
      allFound: 'Todo lo encontrado:',
      keys: 'Teclas',
      keysDo: {
        j: 'al paquete siguiente',
        k: 'al paquete anterior',
        Enter: 'abre el paquete',
        x: 'elige el paquete o lo quita',
        '/': 'al campo Buscar',
        Esc: 'fuera del campo',
        '?': 'muestra esto',
      },
      or: 'o',
      keysOn: 'Las teclas sueltas funcionan en esta página',
      views: 'Vistas',
      all: 'Todos',
      shared: 'compartida',
      ofColleague: 'de un compañero',
      saveView: 'Guardar como vista',
      saveOrRemoveView: 'Guardar como vista o quitar una',
      viewName: 'Nombre',
      forColleagues: 'también para los compañeros',
      saveAll: 'Guardar filtros, columnas y orden',
      viewHint: 'Lo que hay en Buscar no se guarda. Un nombre que ya tiene se sustituye.',
      removeView: (name) => `Quitar «${name}»`,
      changed: 'Han cambiado {n} paquetes.',
      gone: '{number} ya no se sigue.',
      doneErased: 'El paquete ya no se sigue, y sus datos se han borrado.',
      doneViewSaved: 'Se ha guardado la vista.',
      doneViewRemoved: 'Se ha quitado la vista.',
      doneNothing: 'No había nada elegido: marque los paquetes y pulse otra vez.',
      doneRefreshed: (some, all) =>
        some === '1'
          ? `Se actualiza o ya está al día 1 de ${all} paquetes.`
          : `Se actualizan o ya están al día ${some} de ${all} paquetes.`,
      doneTagged: (some, all) => `Se han guardado las etiquetas de ${some} de ${all} paquetes.`,
      doneArchived: (some, all) =>
        `${some} de ${all} paquetes ${some === '1' ? 'está' : 'están'} ahora en el archivo. La lista ya no los muestra; la búsqueda los encuentra.`,
      doneUnarchived: (some, all) =>
        `${some} de ${all} paquetes ${some === '1' ? 'vuelve' : 'vuelven'} a estar en la lista.`,
    },
    fr: {
      title: 'Envois',
      stepsOpen: (count) =>
        count === 1
          ? 'Une étape de la configuration reste à faire.'
          : `${count} étapes de la configuration restent à faire.`,
      goOn: 'Continuer la configuration',
      find: 'Chercher',
      findHint: 'Le début d’un numéro, d’une commande, d’une référence ou d’une étiquette.',
      findPeopleHint:
        'Le début d’un numéro, d’une commande, d’une référence ou d’une étiquette, ou l’e-mail, le téléphone ou le nom entier du destinataire.',
      filters: 'Filtres et colonnes',
      status: 'Statut',
      carrier: 'Transporteur',
      any: 'tous',
      tagInFull: 'Étiquette, entière',
      order: 'Ordre',
      orders: {
        '-updated_at': 'derniers changements d’abord',
        updated_at: 'les plus longtemps inchangés d’abord',
        '-created_at': 'les plus récents d’abord',
        created_at: 'les plus anciens d’abord',
      },
      columns: 'Colonnes',
      columnNames: {
        carrier: 'Transporteur',
        status: 'Statut',
        orders: 'Commandes',
        tags: 'Étiquettes',
        expected: 'Prévu',
        last: 'Dernière annonce',
        made: 'Enregistré',
      },
      number: 'Numéro',
      choose: 'Choisir',
      chooseOne: (number) => `Choisir ${number}`,
      delivered: 'livré',
      none: {
        live: 'Il n’y a pas encore de colis réels.',
        test: 'Il n’y a pas encore de colis de test.',
      },
      importFile: 'Importer un fichier',
      orByApi: 'ou enregistrez-les par l’API.',
      noMatch:
        'Aucun colis ne correspond. Vérifiez le mode en haut, et écrivez en entier noms, téléphones et adresses e-mail.',
      noneSoFar:
        'Aucun des colis examinés jusqu’ici ne correspond. La page suivante continue avec les autres.',
      fewMatch:
        'Peu correspondent : ceux-ci sont parmi les colis examinés jusqu’ici. La page suivante continue avec les autres.',
      refresh: 'Actualiser les colis choisis',
      tag: 'Étiquette',
      addTag: 'Ajouter l’étiquette',
      removeTag: 'Retirer l’étiquette',
      archive: 'Archiver',
      unarchive: 'Sortir des archives',
      archived: 'Archivés',
      firstPage: 'Première page',
      nextPage: 'Page suivante',
      allFound: 'Tout ce qui a été trouvé :',
      keys: 'Touches',
      keysDo: {
        j: 'au colis suivant',
        k: 'au colis précédent',
        Enter: 'ouvre le colis',
        x: 'choisit le colis, ou non',
        '/': 'au champ Chercher',
        Esc: 'hors du champ',
        '?': 'montre ceci',
      },
      or: 'ou',
      keysOn: 'Les touches seules agissent sur cette page',
      views: 'Vues',
      all: 'Tous',
      shared: 'partagée',
      ofColleague: 'd’un collègue',
      saveView: 'Enregistrer comme vue',
      saveOrRemoveView: 'Enregistrer comme vue, ou en retirer une',
      viewName: 'Nom',
      forColleagues: 'aussi pour les collègues',
      saveAll: 'Enregistrer filtres, colonnes et ordre',
      viewHint: 'Ce qui est dans Chercher n’est pas gardé. Un nom que vous avez déjà est remplacé.',
      removeView: (name) => `Retirer « ${name} »`,
      changed: '{n} colis ont changé.',
      gone: '{number} n’est plus suivi.',
      doneErased: 'Le colis n’est plus suivi, et ses données sont effacées.',
      doneViewSaved: 'La vue est enregistrée.',
      doneViewRemoved: 'La vue est retirée.',
      doneNothing: 'Rien n’était choisi : cochez les colis, puis appuyez à nouveau.',
      doneRefreshed: (some, all) =>
        some === '1'
          ? `1 colis sur ${all} est en cours d’actualisation ou à jour.`
          : `${some} colis sur ${all} sont en cours d’actualisation ou à jour.`,
      doneTagged: (some, all) => `Les étiquettes de ${some} colis sur ${all} sont enregistrées.`,
      doneArchived: (some, all) =>
        `${some} colis sur ${all} ${some === '1' ? 'est' : 'sont'} maintenant dans les archives. La liste ne les montre plus ; la recherche les trouve.`,
      doneUnarchived: (some, all) =>
        `${some} colis sur ${all} ${some === '1' ? 'est' : 'sont'} de nouveau dans la liste.`,
    },
  },
);
