/** The settings file of a Pulp of ours. */
import { join } from 'node:path';
import type { PostgresServer } from './postgres.ts';

/**
 * How Pulp's API is reached. `socket`: as on a Katello host, through a unix socket by whoever may open it, as the user that
 * REMOTE-USER names; no password counts. `password`: over TCP with Basic, as Pulp's documentation has it.
 */
export type PulpAccess = 'socket' | 'password';

export interface PulpSettings {
  /** keeps media, static files, temporary files and the database key */
  readonly dir: string;
  readonly postgres: Pick<PostgresServer, 'port' | 'user' | 'password'>;
  readonly database: string;
  readonly contentPort: number;
  readonly secretKey: string;
  readonly access: PulpAccess;
}

/** What Katello's installer sets (puppet-pulpcore); role-based rights have no effect with this backend. */
const KATELLO_HOST = {
  AUTHENTICATION_BACKENDS: ['pulpcore.app.authentication.PulpNoCreateRemoteUserBackend'],
  REMOTE_USER_ENVIRON_NAME: 'HTTP_REMOTE_USER',
  REST_FRAMEWORK__DEFAULT_AUTHENTICATION_CLASSES: [
    'rest_framework.authentication.SessionAuthentication',
    'pulpcore.app.authentication.PulpRemoteUserAuthentication',
  ],
  FLATPAK_INDEX: true,
};

/**
 * Text of Pulp's `settings.py`.
 *
 * The registry knows users as the REST API does (`TOKEN_AUTH_DISABLED`), as on a Katello host; there only a superuser may
 * push. Passwords get a cheap hash: the default one costs 240 ms of CPU for every request.
 */
export function renderPulpSettings(settings: PulpSettings): string {
  const { dir, postgres } = settings;
  const values = {
    SECRET_KEY: settings.secretKey,
    ANALYTICS: false,
    DATABASES: {
      default: {
        ENGINE: 'django.db.backends.postgresql',
        NAME: settings.database,
        USER: postgres.user,
        PASSWORD: postgres.password,
        HOST: '127.0.0.1',
        PORT: `${postgres.port}`,
      },
    },
    PASSWORD_HASHERS: ['django.contrib.auth.hashers.MD5PasswordHasher'],
    CACHE_ENABLED: false,
    DB_ENCRYPTION_KEY: join(dir, 'database.key'),
    DEPLOY_ROOT: dir,
    MEDIA_ROOT: join(dir, 'media'),
    STATIC_ROOT: join(dir, 'assets'),
    WORKING_DIRECTORY: join(dir, 'tmp'),
    FILE_UPLOAD_TEMP_DIR: join(dir, 'tmp'),
    CONTENT_ORIGIN: `http://127.0.0.1:${settings.contentPort}`,
    ALLOWED_CONTENT_CHECKSUMS: ['sha224', 'sha256', 'sha384', 'sha512'],
    TOKEN_AUTH_DISABLED: true,
    ...(settings.access === 'socket' && KATELLO_HOST),
  };
  return Object.entries(values)
    .map(([name, value]) => `${name} = ${python(value)}\n`)
    .join('');
}

/** JSON is Python but for the names of the booleans, which none of our strings is. */
function python(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return JSON.stringify(value);
}
