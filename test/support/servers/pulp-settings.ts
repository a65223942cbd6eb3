/** The settings file of a Pulp of ours. */
import { join } from 'node:path';
import type { PostgresServer } from './postgres.ts';

export interface PulpSettings {
  /** keeps media, static files, temporary files and the database key */
  readonly dir: string;
  readonly postgres: Pick<PostgresServer, 'port' | 'user' | 'password'>;
  readonly database: string;
  readonly contentPort: number;
  readonly secretKey: string;
}

/**
 * Text of Pulp's `settings.py`.
 *
 * The registry answers to Basic credentials (`TOKEN_AUTH_DISABLED`), as on a Katello host; there only a superuser may
 * push. Passwords get a cheap hash: the default one costs 240 ms of CPU for every request, which no Katello host pays,
 * because its Pulp knows users by certificate.
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
