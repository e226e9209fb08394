import type { Mode } from '../../../kernel/tenant.ts';
import type { Role } from '../../../merchants/index.ts';
import { inEach } from '../../console/parts/language.ts';

/** Pages by their paths, as the navigation calls them. */
const SECTIONS = {
  '/console/shipments': 'Shipments',
  '/console/dispatch': 'Dispatch',
  '/console/analytics': 'Analytics',
  '/console/import': 'Import',
  '/console/setup': 'Setup',
  '/console/carriers': 'Carriers',
  '/console/sender': 'Sender of mails',
  '/console/look': 'Logo and colours',
  '/console/messages': 'Messages',
  '/console/retention': 'What is kept',
  '/console/webhooks': 'Webhooks',
  '/console/keys': 'API keys',
  '/console/members': 'Members',
  '/console/security': 'Sign-in',
  '/console/actions': 'Audit',
  '/console/password': 'Password',
  '/console/second-factor': 'Second step',
  '/console/connections': 'Accounts',
};
export type SectionPath = keyof typeof SECTIONS;

/** Pages that belong together, as the navigation calls them. */
const GROUPS = {
  parcels: 'Parcels',
  dispatch: 'Dispatch',
  analytics: 'Analytics',
  settings: 'Settings',
  team: 'Team',
  account: 'My account',
};
export type GroupName = keyof typeof GROUPS;

interface Words {
  readonly desk: string;
  readonly groups: Readonly<Record<GroupName, string>>;
  readonly sections: Readonly<Record<SectionPath, string>>;
  readonly roles: Readonly<Record<Role, string>>;
  readonly modes: Readonly<Record<Mode, string>>;
  readonly key: (name: string) => string;
  readonly signOut: string;
  readonly merchantAndMode: string;
  readonly switch: string;
  /** Of whose mode something is. */
  readonly parcels: Readonly<Record<Mode, string>>;
  /** Beside the names of carriers. */
  readonly ownCouriers: string;
}

/** Of what every page of the desk has around it, beside what all pages have (`frame.tsx`). */
export const FRAME = inEach<Words>(
  {
    desk: 'Desk',
    groups: GROUPS,
    sections: SECTIONS,
    roles: { owner: 'owner', support: 'support', analyst: 'analyst', developer: 'developer' },
    modes: { live: 'live', test: 'test' },
    key: (name) => `key ${name}`,
    signOut: 'Sign out',
    merchantAndMode: 'Merchant and mode',
    switch: 'Switch',
    parcels: { live: 'live parcels', test: 'test parcels' },
    ownCouriers: 'Own couriers',
  },
  {
    de: {
      desk: 'Bereiche',
      groups: {
        parcels: 'Pakete',
        dispatch: 'Disposition',
        analytics: 'Auswertung',
        settings: 'Einstellungen',
        team: 'Team',
        account: 'Mein Konto',
      },
      sections: {
        '/console/shipments': 'Sendungen',
        '/console/dispatch': 'Disposition',
        '/console/analytics': 'Auswertung',
        '/console/import': 'Import',
        '/console/setup': 'Einrichtung',
        '/console/carriers': 'Zusteller',
        '/console/sender': 'Absender von E-Mails',
        '/console/look': 'Logo und Farben',
        '/console/messages': 'Nachrichten',
        '/console/retention': 'Aufbewahrung',
        '/console/webhooks': 'Webhooks',
        '/console/keys': 'API-Schlüssel',
        '/console/members': 'Mitglieder',
        '/console/security': 'Anmeldung',
        '/console/actions': 'Protokoll',
        '/console/password': 'Passwort',
        '/console/second-factor': 'Zweiter Schritt',
        '/console/connections': 'Verknüpfte Konten',
      },
      roles: {
        owner: 'Inhaber',
        support: 'Kundendienst',
        analyst: 'Auswertung',
        developer: 'Entwicklung',
      },
      modes: { live: 'echt', test: 'Test' },
      key: (name) => `Schlüssel ${name}`,
      signOut: 'Abmelden',
      merchantAndMode: 'Händler und Modus',
      switch: 'Wechseln',
      parcels: { live: 'echte Pakete', test: 'Testpakete' },
      ownCouriers: 'Eigene Kuriere',
    },
    es: {
      desk: 'Secciones',
      groups: {
        parcels: 'Paquetes',
        dispatch: 'Reparto',
        analytics: 'Análisis',
        settings: 'Ajustes',
        team: 'Equipo',
        account: 'Mi cuenta',
      },
      sections: {
        '/console/shipments': 'Envíos',
        '/console/dispatch': 'Reparto',
        '/console/analytics': 'Análisis',
        '/console/import': 'Importar',
        '/console/setup': 'Configuración',
        '/console/carriers': 'Transportistas',
        '/console/sender': 'Remitente de correos',
        '/console/look': 'Logotipo y colores',
        '/console/messages': 'Mensajes',
        '/console/retention': 'Conservación',
        '/console/webhooks': 'Webhooks',
        '/console/keys': 'Claves de API',
        '/console/members': 'Miembros',
        '/console/security': 'Acceso',
        '/console/actions': 'Registro',
        '/console/password': 'Contraseña',
        '/console/second-factor': 'Segundo paso',
        '/console/connections': 'Cuentas',
      },
      roles: {
        owner: 'propietario',
        support: 'atención',
        analyst: 'análisis',
        developer: 'desarrollo',
      },
      modes: { live: 'real', test: 'prueba' },
      key: (name) => `clave ${name}`,
      signOut: 'Cerrar sesión',
      merchantAndMode: 'Comercio y modo',
      switch: 'Cambiar',
      parcels: { live: 'paquetes reales', test: 'paquetes de prueba' },
      ownCouriers: 'Repartidores propios',
    },
    fr: {
      desk: 'Rubriques',
      groups: {
        parcels: 'Colis',
        dispatch: 'Répartition',
        analytics: 'Analyses',
        settings: 'Réglages',
        team: 'Équipe',
        account: 'Mon compte',
      },
      sections: {
        '/console/shipments': 'Envois',
        '/console/dispatch': 'Répartition',
        '/console/analytics': 'Analyses',
        '/console/import': 'Importer',
        '/console/setup': 'Configuration',
        '/console/carriers': 'Transporteurs',
        '/console/sender': 'Expéditeur des e-mails',
        '/console/look': 'Logo et couleurs',
        '/console/messages': 'Messages',
        '/console/retention': 'Conservation',
        '/console/webhooks': 'Webhooks',
        '/console/keys': 'Clés d’API',
        '/console/members': 'Membres',
        '/console/security': 'Connexion',
        '/console/actions': 'Journal',
        '/console/password': 'Mot de passe',
        '/console/second-factor': 'Deuxième étape',
        '/console/connections': 'Comptes',
      },
      roles: {
        owner: 'propriétaire',
        support: 'service client',
        analyst: 'analyse',
        developer: 'développement',
      },
      modes: { live: 'réel', test: 'test' },
      key: (name) => `clé ${name}`,
      signOut: 'Se déconnecter',
      merchantAndMode: 'Marchand et mode',
      switch: 'Changer',
      parcels: { live: 'colis réels', test: 'colis de test' },
      ownCouriers: 'Coursiers internes',
    },
  },
);
